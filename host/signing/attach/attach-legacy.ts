import type { Descriptor } from "../../oci/descriptor.js";
import { digestOf } from "../../oci/digest.js";
import type { ImageWriter } from "../../oci/image-place.js";
import { SIMPLE_SIGNING } from "../../oci/media-types.js";
import { systemClock } from "../../registry/clock.js";
import { appendLayers, type NewLayer, readSignatureLayers } from "./signature-manifest.js";
import { writeSmallBlob } from "./small-blob.js";
import { type AttachOptions, type Round, untilKept } from "./until-kept.js";

export interface LegacySignature extends NewLayer {
  /** Whether a layer over the same payload says the same: its signature is by the same key, and verifies. */
  isSame(layer: Descriptor): boolean;
}

export interface AttachedLegacy {
  /** cosign's tag for signatures of the image. */
  readonly tag: string;
  /** Digest of the manifest now under it. */
  readonly digest: string;
  /** How many of the signatures were not there before. */
  readonly added: number;
}

/** The tag cosign keeps signatures of a manifest under: `sha256-HEX.sig`. */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

/**
 * Adds signatures of the manifest with that digest to those under cosign's tag for it, each once. Existing content is
 * kept byte for byte, including what others add meanwhile. The existence of the image is not checked: it has to be
 * there already, here or, with a separate repository for signatures, elsewhere.
 */
export async function attachLegacy(
  target: ImageWriter,
  digest: string,
  signatures: readonly LegacySignature[],
  options: AttachOptions,
): Promise<AttachedLegacy> {
  if (signatures.length === 0) throw new TypeError("no signatures to attach");
  const { signal, clock = systemClock } = options;
  const tag = signatureTag(digest);
  const where = `${target.name}:${tag}`;
  const added = new Set<LegacySignature>();
  let attached = "";
  const round = async (): Promise<Round> => {
    const existing = await target.manifest(tag, signal);
    const layers = existing === null ? [] : readSignatureLayers(existing, where);
    const missing = signatures.filter((signature) => !layers.some((layer) => isThere(layer, signature)));
    if (missing.length === 0) {
      attached = existing?.digest ?? "";
      return "kept";
    }
    const { manifest, config } = appendLayers(existing, missing, where);
    const blobs = [config, ...missing.map(({ payload }) => payload)];
    await Promise.all(blobs.map((bytes) => writeSmallBlob(target, bytes, options)));
    // That took time. From here until the write, another writer's change would be lost.
    const asked = clock.now();
    if ((await target.manifest(tag, signal))?.digest !== existing?.digest) return "moved";
    await target.writeManifest(manifest, tag, signal);
    for (const signature of missing) added.add(signature);
    return { window: clock.now() - asked };
  };
  await untilKept(round, where, options);
  return { tag, digest: attached, added: added.size };
}

function isThere(layer: Descriptor, signature: LegacySignature): boolean {
  return (
    layer.mediaType === SIMPLE_SIGNING &&
    layer.digest === digestOf(signature.payload) &&
    signature.isSame(layer)
  );
}
