import type { Archive } from "../layout/archive.js";
import { type LayoutEntry, namesOf } from "../layout/layout-index.js";
import { blobPath, type LayoutSnapshot } from "../layout/layout-reader.js";
import { findSubjects } from "../layout/subjects.js";
import type { Descriptor } from "../oci/descriptor.js";
import { ImageError, quote } from "../oci/image-error.js";
import { type Manifest, readManifest } from "../oci/manifest.js";
import type { ImageTree } from "../signing/copy/image-tree.js";
import { type DockerManifest, readDockerManifest, readRepositories } from "./docker-manifest.js";
import type { GivenNames } from "./image-names.js";
import { isRunnable, type Survey } from "./survey.js";
import { readWhole } from "./whole-file.js";

/**
 * Refuses an archive that holds anything but the image and what is about it, or whose manifest.json and repositories
 * name something else: whichever way a program reads it, it finds the judged image. Returns the names that the archive
 * gives it.
 */
export async function assertOnly(
  files: Archive,
  reader: LayoutSnapshot,
  tree: ImageTree,
  survey: Survey,
  signal: AbortSignal,
): Promise<GivenNames> {
  const image = [...tree.images, ...tree.indexes];
  const allowed = new Set(["oci-layout", "index.json"]);
  allow(allowed, [...image, ...tree.blobs, ...tree.foreign]);
  for (const manifest of await beside(reader, image, survey, signal)) {
    allow(allowed, [manifest, ...partsOf(manifest)]);
  }
  const names = namesIn(await reader.entries(signal), survey);
  const docker = await dockerManifest(files, tree, signal);
  if (docker !== null) allowed.add("manifest.json");
  const legacy = await legacyNames(files, docker, signal);
  if (legacy !== null) allowed.add("repositories");
  assertReferenced(files, allowed);
  return { ...names, image: [...names.image, ...(docker?.repoTags ?? []), ...(legacy ?? [])] };
}

/** Every file has to be one of the expected ones. */
export function assertReferenced(files: Archive, allowed: ReadonlySet<string>): void {
  const stray = files.paths.find((path) => !allowed.has(path));
  if (stray !== undefined)
    throw new ImageError(
      `nothing of the image leads to ${quote(stray)} in the archive`,
      "archive-unreferenced",
    );
}

/** The manifests that are about the image: those index.json names, and those that only name it themselves. */
async function beside(
  reader: LayoutSnapshot,
  image: readonly Manifest[],
  survey: Survey,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const digests = new Set(image.map(({ digest }) => digest));
  const found: Manifest[] = [];
  for (const { entry, about, manifests } of survey.attachments) {
    if (about !== null && !digests.has(about))
      throw new ImageError(`${entry.digest} in the archive is about another image`, "archive-unreferenced");
    found.push(...manifests);
  }
  const { bySubject } = await findSubjects(reader, signal);
  for (const digest of digests) {
    for (const referrer of bySubject.get(digest) ?? []) {
      const manifest = await reader.manifest(referrer.digest, signal);
      if (manifest !== null && !isRunnable(readManifest(manifest))) found.push(manifest);
    }
  }
  return found;
}

function partsOf(manifest: Manifest): readonly Descriptor[] {
  const content = readManifest(manifest);
  return content.kind === "index" ? [] : [content.config, ...content.layers];
}

function allow(allowed: Set<string>, content: readonly Pick<Descriptor, "digest">[]): void {
  for (const { digest } of content) allowed.add(blobPath(digest));
}

/** manifest.json has to name the configuration and the layers of one manifest of the image, and be in their order. */
async function dockerManifest(
  files: Archive,
  { images }: ImageTree,
  signal: AbortSignal,
): Promise<DockerManifest | null> {
  if ((await files.size("manifest.json")) === null) return null;
  const docker = readDockerManifest(await readWhole(files, "manifest.json", signal));
  const wanted = JSON.stringify([docker.config, ...docker.layers]);
  const isOne = images.some(
    (image) => JSON.stringify(partsOf(image).map(({ digest }) => blobPath(digest))) === wanted,
  );
  if (!isOne)
    throw new ImageError(
      "manifest.json names another configuration or other layers",
      "archive-manifest-mismatch",
    );
  return docker;
}

/** The names in repositories, each of which has to point to the uppermost layer of manifest.json. */
async function legacyNames(
  files: Archive,
  docker: DockerManifest | null,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  if ((await files.size("repositories")) === null) return null;
  const { names, ids } = readRepositories(await readWhole(files, "repositories", signal));
  const uppermost = docker?.layers.at(-1);
  if (ids.some((id) => `blobs/sha256/${id}` !== uppermost))
    throw new ImageError(
      "repositories names another layer than the image's uppermost",
      "archive-manifest-mismatch",
    );
  return names;
}

/** What index.json calls things: whole names, since a tag alone says nothing of where an image comes from. */
function namesIn(entries: readonly LayoutEntry[], { attachments }: Survey): GivenNames {
  const attached = new Set(attachments.map(({ entry }) => entry));
  const names = (isAttached: boolean) =>
    entries
      .filter((entry) => attached.has(entry) === isAttached)
      .flatMap(namesOf)
      .filter((name) => /[/:]/.test(name));
  return { image: names(false), beside: names(true) };
}
