import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { digestOf } from "../../../../host/oci/digest.js";
import type { ImageReader, ImageWriter } from "../../../../host/oci/image-place.js";
import type { Manifest } from "../../../../host/oci/manifest.js";
import { OCI_INDEX } from "../../../../host/oci/media-types.js";
import { copyImage, findImage } from "../../../../host/signing/copy/copy-image.js";
import { type ImageTree, readTree } from "../../../../host/signing/copy/image-tree.js";
import type { Progress, TransferOptions } from "../../../../host/signing/copy/transfer.js";
import { descriptorOf, makeImage, type TestImage } from "../../../support/image.js";
import type { TestRegistry } from "../../../support/registry/registry.js";
import { stoppedClock } from "../../registry/setup.js";

/** An index of an index of two platforms, and of another image. */
export function makeNested(): TestImage {
  const inner = makeImage({ seed: "inner", platforms: ["linux/amd64", "linux/arm64"] });
  return makeIndex([inner, makeImage({ seed: "outer" })]);
}

export function makeIndex(children: readonly TestImage[], members: object = {}): TestImage {
  return makeManifest(OCI_INDEX, { manifests: children.map(descriptorOf), ...members }, children);
}

/** A manifest of those members, written with spaces: nothing that encodes it anew would have its digest. */
export function makeManifest(
  mediaType: string,
  members: object,
  children: readonly TestImage[] = [],
  blobs: readonly Uint8Array[] = [],
): TestImage {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members }, null, 3));
  return { bytes, mediaType, digest: digestOf(bytes), blobs, children };
}

/** Options for a copy that never has to wait, with what it reports. */
export function copyOptions(): TransferOptions & { readonly progress: Progress[] } {
  const progress: Progress[] = [];
  const onProgress = (report: Progress) => progress.push(report);
  return { signal: AbortSignal.timeout(30_000), clock: stoppedClock(), onProgress, progress };
}

export async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-copy-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Fails unless the repository has the image with all it consists of, byte for byte. */
export function assertWhole(registry: TestRegistry, repository: string, image: TestImage): void {
  const { manifests, blobs } = registry.repository(repository);
  assert.deepEqual(Buffer.from(manifests.get(image.digest)?.bytes ?? []), Buffer.from(image.bytes));
  assert.equal(manifests.get(image.digest)?.mediaType, image.mediaType);
  for (const blob of image.blobs) assert.ok(blobs.has(digestOf(blob)), "a blob is missing");
  for (const child of image.children) assertWhole(registry, repository, child);
}

/** Every image a repository has, whole: nothing it names is missing. */
export function assertNothingMissing(registry: TestRegistry, repository: string): void {
  const content = registry.repository(repository);
  for (const digest of content.tags.values()) assert.ok(content.manifests.has(digest));
  for (const { bytes } of content.manifests.values()) assert.deepEqual(content.missingFor(bytes), []);
}

export interface CopiedImage extends ImageTree {
  readonly root: Manifest;
}

/** Finds an image and copies it; what was found. */
export async function findAndCopy(
  source: ImageReader,
  target: ImageWriter,
  reference: string,
  options: TransferOptions,
): Promise<CopiedImage> {
  const root = await findImage(source, reference, options.signal);
  const tree = await readTree(source, root, options.signal);
  await copyImage(tree, source, target, options);
  return { root, ...tree };
}
