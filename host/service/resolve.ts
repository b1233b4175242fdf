import type { Evidence, Image, Item } from "#component/types";
import { digestOf } from "../oci/digest.js";

/** An image whose name was resolved, and its manifest as evidence under its digest. */
export interface Resolution {
  readonly image: Image;
  readonly manifest: Evidence;
}

/**
 * Gives an image that a person named the descriptor of what was fetched under that name; undefined if nothing was.
 * From there on it is judged like one containerd describes: the core compares the digest with the one in the name, and
 * the bytes with the descriptor.
 */
export function resolveImage(image: Image, evidence: readonly Evidence[]): Resolution | undefined {
  const manifest = evidence.map(manifestOf).find((item) => item !== undefined);
  if (!manifest) return undefined;
  const { mediaType, bytes } = manifest;
  const digest = digestOf(bytes);
  const descriptor = Buffer.from(JSON.stringify({ mediaType, digest, size: bytes.length }));
  return {
    image: { ...image, digest: image.digest || digest, descriptor },
    manifest: { tag: "item", val: { ...manifest, reference: digest } },
  };
}

function manifestOf(evidence: Evidence): Item | undefined {
  return evidence.tag === "item" && evidence.val.kind === "manifest" ? evidence.val : undefined;
}
