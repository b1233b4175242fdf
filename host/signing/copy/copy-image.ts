import type { Descriptor } from "../../oci/descriptor.js";
import { ImageError, quote } from "../../oci/image-error.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { descriptorOf, type Manifest } from "../../oci/manifest.js";
import { concurrently } from "./concurrently.js";
import { readTree } from "./image-tree.js";
import { type TransferOptions, transferBlob } from "./transfer.js";

export interface CopiedImage {
  /** What the reference led to: the image, or the index of its platforms. */
  readonly root: Manifest;
  /** Every manifest, children before the indexes that name them; the root is the last. */
  readonly manifests: readonly Manifest[];
  /** Layers the manifests refer to that are elsewhere by their nature, and so have been left there. */
  readonly foreign: readonly Descriptor[];
}

const AT_ONCE = 4;

/**
 * Copies an image, all its platforms, by digest: blobs first, then manifests, an index after what it names, so that
 * whatever can be found at the target is whole. Tagging (`tagImage`) is a step of its own, for after the signatures. An
 * image that is where it should be is only read. What a run that was killed has left is made use of by the next.
 */
export async function copyImage(
  source: ImageReader,
  target: ImageWriter,
  reference: string,
  options: TransferOptions,
): Promise<CopiedImage> {
  const { signal } = options;
  const root = await source.manifest(reference, signal);
  if (root === null) throw new ImageError(`${source.name} has no image ${quote(reference)}`);
  const { images, indexes, blobs, foreign } = await readTree(source, root, signal);
  if (source.name !== target.name) {
    await concurrently(blobs, AT_ONCE, signal, (blob, signal) =>
      transferBlob(source, target, blob, { ...options, signal }),
    );
    await concurrently(images, AT_ONCE, signal, (image, signal) => writeMissing(target, image, signal));
    for (const index of indexes) await writeMissing(target, index, signal);
  }
  return { root, manifests: [...images, ...indexes], foreign };
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
