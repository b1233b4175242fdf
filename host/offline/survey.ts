import {
  ATTACHMENT_TAG,
  COSIGN_ATTACHMENT,
  COSIGN_KIND,
  IMAGE_NAME,
  isAttachment,
  type LayoutEntry,
  namesOf,
  REF_NAME,
} from "../layout/layout-index.js";
import type { LayoutReader } from "../layout/layout-reader.js";
import { ImageError, quote } from "../oci/image-error.js";
import { type Manifest, type ManifestContent, readManifest } from "../oci/manifest.js";

/** Of one layout, and of the manifests below one index. */
const MOST_MANIFESTS = 1_024;

/** What index.json of a layout names, told apart. */
export interface Survey {
  /** Entries that are images, and not parts of others that are named. */
  readonly images: readonly LayoutEntry[];
  /** Signatures and the like. */
  readonly attachments: readonly Attachment[];
}

export interface Attachment {
  readonly entry: LayoutEntry;
  /** Digest of the manifest it is about; null if only its presence says so (`cosign save`). */
  readonly about: string | null;
  /** All manifests of it: its own and, below the tag for referrers, those it lists. */
  readonly manifests: readonly Manifest[];
}

/** Layers that some program would make a root file system of. */
const RUNNABLE = /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)\./;

/**
 * Reads every manifest that index.json names. Content alone shows that something is not an image: anybody can write
 * annotations, and a program that loads the layout does not look at them.
 */
export async function surveyLayout(
  reader: LayoutReader,
  entries: readonly LayoutEntry[],
  isArchive: boolean,
  signal: AbortSignal,
): Promise<Survey> {
  if (entries.length > MOST_MANIFESTS)
    throw new ImageError(`index.json names more than ${MOST_MANIFESTS} manifests`, "layout-invalid");
  const attachments: Attachment[] = [];
  const images: LayoutEntry[] = [];
  const inside = new Set<string>();
  for (const entry of entries) {
    const manifest = await readEntry(reader, entry, signal).catch((error: unknown) => {
      // A broken signature counts as absent; an archive may hold nothing broken.
      if (error instanceof ImageError && !isArchive && isAttachment(entry)) return null;
      throw error;
    });
    if (manifest === null) continue;
    const content = readManifest(manifest);
    const attachment = await attachmentOf(reader, entry, manifest, content, signal);
    if (attachment !== null) attachments.push(attachment);
    else {
      images.push(entry);
      await addDescendants(reader, content, inside, signal);
    }
  }
  return { images: images.filter(({ digest }) => !inside.has(digest)), attachments };
}

/** The one image of a layout where none is named. */
export function onlyImageOf({ images }: Survey): LayoutEntry {
  const [first] = images;
  if (first === undefined) throw new ImageError("the layout has no image", "manifest-missing");
  const digests = new Set(images.map(({ digest }) => digest));
  if (digests.size === 1) return first;
  const names = images.map((entry) => quote(namesOf(entry)[0] ?? entry.digest)).slice(0, 4);
  throw new ImageError(
    `there are ${digests.size} images where one is to be judged: ${names.join(", ")}`,
    "image-ambiguous",
  );
}

async function readEntry(reader: LayoutReader, entry: LayoutEntry, signal: AbortSignal): Promise<Manifest> {
  const manifest = await reader.manifest(entry.digest, signal);
  if (manifest === null) throw new ImageError(`the layout lacks ${entry.digest}`, "blob-missing");
  if (manifest.mediaType !== entry.mediaType || manifest.bytes.length !== entry.size)
    throw new ImageError(`index.json names ${entry.digest} in two ways`, "layout-invalid");
  return manifest;
}

async function attachmentOf(
  reader: LayoutReader,
  entry: LayoutEntry,
  manifest: Manifest,
  content: ManifestContent,
  signal: AbortSignal,
): Promise<Attachment | null> {
  const tagged = taggedDigest(entry);
  if (content.kind === "index") {
    const children = tagged === null ? null : await attachedChildren(reader, content, signal);
    return children === null ? null : { entry, about: tagged, manifests: [manifest, ...children] };
  }
  const isCosigns = COSIGN_ATTACHMENT.test(entry.annotations?.[COSIGN_KIND] ?? "");
  const isNamed = content.subject !== null || tagged !== null || isCosigns;
  if (!isNamed || isRunnable(content)) return null;
  return { entry, about: content.subject ?? tagged, manifests: [manifest] };
}

/** The manifests in a list of referrers, as far as they are here; null if one is an image. */
async function attachedChildren(
  reader: LayoutReader,
  { manifests }: Extract<ManifestContent, { kind: "index" }>,
  signal: AbortSignal,
): Promise<readonly Manifest[] | null> {
  const found: Manifest[] = [];
  for (const { digest } of manifests.slice(0, MOST_MANIFESTS)) {
    const manifest = await reader.manifest(digest, signal);
    if (manifest === null) continue;
    if (isRunnable(readManifest(manifest))) return null;
    found.push(manifest);
  }
  return found;
}

/** Whether a program could run it. */
export function isRunnable(content: ManifestContent): boolean {
  return content.kind === "index" || content.layers.some(({ mediaType }) => RUNNABLE.test(mediaType));
}

/** The digest in a tag for signatures or referrers, if that is what the entry is called. */
function taggedDigest({ annotations = {} }: LayoutEntry): string | null {
  const tags = [annotations[REF_NAME], annotations[IMAGE_NAME]?.replace(/^.*:/s, "")];
  for (const tag of tags) {
    const [, hex] = ATTACHMENT_TAG.exec(tag ?? "") ?? [];
    if (hex !== undefined) return `sha256:${hex}`;
  }
  return null;
}

async function addDescendants(
  reader: LayoutReader,
  content: ManifestContent,
  into: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  if (content.kind !== "index") return;
  for (const { digest } of content.manifests) {
    if (into.has(digest)) continue;
    if (into.size >= MOST_MANIFESTS)
      throw new ImageError(
        `the layout has indexes of more than ${MOST_MANIFESTS} manifests`,
        "layout-invalid",
      );
    into.add(digest);
    const child = await reader.manifest(digest, signal);
    if (child !== null) await addDescendants(reader, readManifest(child), into, signal);
  }
}
