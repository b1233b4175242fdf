import { ImageError, quote } from "../../oci/image-error.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { descriptorOf, type Manifest, readManifest } from "../../oci/manifest.js";
import { concurrently } from "./concurrently.js";
import type { ImageTree } from "./image-tree.js";
import { type TransferOptions, transferBlob } from "./transfer.js";

const AT_ONCE = 4;

/** Finds an image at a place: what the reference leads to, which is its manifest, or the index of its platforms. */
export async function findImage(
  source: ImageReader,
  reference: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const root = await source.manifest(reference, signal);
  if (root === null) throw new ImageError(`${source.name} has no image ${quote(reference)}`);
  readManifest(root);
  return root;
}

/**
 * Copies an image with all its platforms, by digest: blobs first, then manifests, an index after what it names, so that
 * everything that can be found at the target is complete. Tagging (`tagImage`) is a separate step, for after the
 * signatures. Existing content is left alone, including that of a run that was killed.
 */
export async function copyImage(
  { images, indexes, blobs }: ImageTree,
  source: ImageReader,
  target: ImageWriter,
  options: TransferOptions,
): Promise<void> {
  const { signal } = options;
  await concurrently(blobs, AT_ONCE, signal, (blob, signal) =>
    transferBlob(source, target, blob, { ...options, signal }),
  );
  await concurrently(images, AT_ONCE, signal, (image, signal) => writeMissing(target, image, signal));
  for (const index of indexes) await writeMissing(target, index, signal);
}

/** Points a tag at an existing image. False: it already did. */
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
