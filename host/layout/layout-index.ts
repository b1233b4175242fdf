import { type Descriptor, listAt, objectAt, parseJson, readDescriptor } from "../oci/descriptor.js";
import { faultOf, ImageError, quote } from "../oci/image-error.js";
import { OCI_INDEX } from "../oci/media-types.js";
import { assertUnambiguous } from "../oci/unambiguous-json.js";

/** An entry of index.json: a descriptor with what it is called there. */
export interface LayoutEntry extends Descriptor {
  /** All of the entry as it was written. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** OCI image specification, annotations.md. */
export const REF_NAME = "org.opencontainers.image.ref.name";
/** What containerd and Docker write: the image's whole name. */
export const IMAGE_NAME = "io.containerd.image.name";
/** What `cosign save` writes, `dev.cosignproject.cosign/sigs` and kin. */
export const COSIGN_KIND = "kind";
export const COSIGN_ATTACHMENT = /^dev\.cosignproject\.cosign\/(?:sigs|atts|sboms)$/;
/** Tags of cosign's and of the referrers' fallback: sha256-HEX, with or without `.sig` and kin. */
export const ATTACHMENT_TAG = /^sha256-([0-9a-f]{64})(?:\.[a-z]+)?$/;

/** Reads index.json: OCI image specification, image-layout.md. */
export function readLayoutIndex(bytes: Uint8Array): {
  document: Record<string, unknown>;
  entries: LayoutEntry[];
} {
  return faultOf("layout-invalid", () => readIndex(bytes));
}

function readIndex(bytes: Uint8Array): ReturnType<typeof readLayoutIndex> {
  const document = objectAt(parseJson(bytes, "index.json"), "index.json");
  assertUnambiguous(new TextDecoder().decode(bytes), "index.json");
  if (document["schemaVersion"] !== 2) throw new ImageError("index.json has no schema version 2");
  const entries = listAt(document["manifests"], "manifests of index.json").map((value, i) => {
    const where = `entry ${i} of index.json`;
    return { ...readDescriptor(value, where), document: objectAt(value, where) };
  });
  return { document, entries };
}

/** The entry of that tag; null if there is none. One name for two things is refused. */
export function findEntry(entries: readonly LayoutEntry[], tag: string): LayoutEntry | null {
  const named = entries.filter((entry) => namesOf(entry).includes(tag));
  if (new Set(named.map(({ digest }) => digest)).size > 1)
    throw new ImageError(`the layout has two images called ${quote(tag)}`, "image-ambiguous");
  return named[0] ?? null;
}

/** The one image of a layout, for names that do not say which. Signatures and the like beside it do not count. */
export function onlyImage(entries: readonly LayoutEntry[]): LayoutEntry {
  const images = entries.filter((entry) => !isAttachment(entry));
  const tagged = images.filter((entry) => namesOf(entry).length > 0);
  const candidates = tagged.length > 0 ? tagged : images;
  const [first] = candidates;
  if (first === undefined) throw new ImageError("the layout has no image", "manifest-missing");
  if (candidates.every(({ digest }) => digest === first.digest)) return first;
  const names = candidates.map((entry) => quote(namesOf(entry)[0] ?? entry.digest)).slice(0, 8);
  throw new ImageError(
    `the layout has ${candidates.length} images, name one of them: ${names.join(", ")}`,
    "image-ambiguous",
  );
}

/**
 * index.json's bytes with an entry for a manifest: under a tag, in place of what had it, or without one, unless the
 * manifest is named there already. Other entries and members stay as they are.
 */
export function withEntry(index: Uint8Array, added: Descriptor, tag: string | null): Uint8Array {
  const { document, entries } = readLayoutIndex(index);
  const isThere = entries.some(
    ({ digest, annotations }) => digest === added.digest && (tag === null || annotations?.[REF_NAME] === tag),
  );
  if (isThere) return index;
  const kept = entries.filter(({ digest, annotations }) => {
    const name = annotations?.[REF_NAME];
    return tag === null || (name === undefined ? digest !== added.digest : name !== tag);
  });
  const entry = tag === null ? added : { ...added, annotations: { [REF_NAME]: tag } };
  const manifests = [...kept.map((entry) => entry.document), entry];
  return Buffer.from(JSON.stringify({ ...document, manifests }));
}

export const EMPTY_INDEX = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }),
);

/** What an entry is called: its tag, and what containerd calls it. */
export function namesOf({ annotations = {} }: LayoutEntry): string[] {
  return [annotations[REF_NAME], annotations[IMAGE_NAME]].filter((name) => name !== undefined);
}

/** Whether an entry says that it is a signature or the like. */
export function isAttachment({ annotations = {}, document }: LayoutEntry): boolean {
  return (
    typeof document["artifactType"] === "string" ||
    ATTACHMENT_TAG.test(annotations[REF_NAME] ?? "") ||
    COSIGN_ATTACHMENT.test(annotations[COSIGN_KIND] ?? "")
  );
}
