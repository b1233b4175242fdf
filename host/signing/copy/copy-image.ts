import { ImageError, quote } from "../../oci/image-error.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { descriptorOf, type Manifest } from "../../oci/manifest.js";
import { concurrently } from "./concurrently.js";
import { type ImageTree, readTree } from "./image-tree.js";
import { type TransferOptions, transferBlob } from "./transfer.js";

/** An image as it was found, without the blobs' bytes. */
export interface FoundImage {
  /** What the reference led to: the image, or the index of its platforms. */
  readonly root: Manifest;
  readonly tree: ImageTree;
}

const AT_ONCE = 4;

/** Finds an image, and all of its platforms, at a place, and reads what it consists of. */
export async function findImage(
  source: ImageReader,
  reference: string,
  signal: AbortSignal,
): Promise<FoundImage> {
  const root = await source.manifest(reference, signal);
  if (root === null) throw new ImageError(`${source.name} has no image ${quote(reference)}`);
  return { root, tree: await readTree(source, root, signal) };
}

/**
 * Copies an image, all its platforms, by digest: blobs first, then manifests, an index after what it names, so that
 * whatever can be found at the target is whole. Tagging (`tagImage`) is a step of its own, for after the signatures. An
 * image that is where it should be is left alone. What a run that was killed has left is made use of by the next.
 */
export async function copyImage(
  { tree: { images, indexes, blobs } }: FoundImage,
  source: ImageReader,
  target: ImageWriter,
  options: TransferOptions,
): Promise<void> {
  const { signal } = options;
  if (source.name === target.name) return;
  await concurrently(blobs, AT_ONCE, signal, (blob, signal) =>
    transferBlob(source, target, blob, { ...options, signal }),
  );
  await concurrently(images, AT_ONCE, signal, (image, signal) => writeMissing(target, image, signal));
  for (const index of indexes) await writeMissing(target, index, signal);
}

/** Points a tag at an image that is there. False: it did already. */
export async function tagImage(
  target: ImageWriter,
  image: Manifest,
  tag: string,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await target.manifest(tag, signal))?.digest === image.digest) return false;
  await target.writeManifest(image, tag, signal);
  return true;
}

async function writeMissing(target: ImageWriter, manifest: Manifest, signal: AbortSignal): Promise<void> {
  if (await target.hasManifest(descriptorOf(manifest), signal)) return;
  await target.writeManifest(manifest, null, signal);
}
