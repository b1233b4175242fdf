import type { TestImage } from "../../support/image.js";
import { putBlob, putManifest } from "../../support/peers/content.js";
import type { TestRegistry } from "../../support/registry/registry.js";

/** Where the content of one repository is put. */
export interface Shelf {
  blob(bytes: Uint8Array): Promise<unknown> | string;
  /** Under a tag, or its digest. */
  manifest(reference: string, bytes: Uint8Array, mediaType: string): Promise<unknown> | string;
}

export const overHttp = (host: string, repository: string): Shelf => ({
  blob: (bytes) => putBlob(host, repository, bytes),
  manifest: (reference, bytes, mediaType) => putManifest(host, repository, reference, bytes, mediaType),
});

/** Into a registry of this process, past everything a registry looks at before it stores something. */
export const unchecked = (registry: TestRegistry, repository: string): Shelf => ({
  blob: (bytes) => registry.putBlob(repository, bytes),
  manifest: (reference, bytes, mediaType) => registry.putManifest(repository, reference, bytes, mediaType),
});

/** Puts an image there, under a tag or by its digest only. */
export async function put(shelf: Shelf, image: TestImage, tag?: string): Promise<void> {
  for (const child of image.children) await put(shelf, child);
  for (const blob of image.blobs) await shelf.blob(blob);
  await shelf.manifest(tag ?? image.digest, image.bytes, image.mediaType);
}
