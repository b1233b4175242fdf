import type { Descriptor } from "../../oci/descriptor.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { bundleManifest, EMPTY_CONFIG, referrerDescriptor } from "./bundle-manifest.js";
import { addToFallbackIndex, fallbackTag, readFallbackIndex } from "./fallback-index.js";
import { writeSmallBlob } from "./small-blob.js";
import type { AttachOptions } from "./until-kept.js";

export interface Bundle {
  /** The sigstore bundle, v0.3, as JSON. */
  readonly bytes: Uint8Array;
  /** The statement's predicate type, for the manifest's annotations. */
  readonly predicateType: string;
}

export interface AttachedBundle {
  /** Digest of the manifest that carries the bundle. */
  readonly digest: string;
  readonly added: boolean;
  /** The tag the bundle is listed under because the registry keeps no list of referrers; null where it does. */
  readonly fallbackTag: string | null;
}

/**
 * Attaches a bundle to a manifest as its referrer (OCI 1.1), unless it is attached already: the same bundle makes the
 * same referrer, whoever attaches it. If the registry does not say that it lists referrers itself, the fallback tag's
 * index is maintained. The existence of the image is not checked, see `attachLegacy`.
 */
export async function attachBundle(
  target: ImageWriter,
  subject: Descriptor,
  bundle: Bundle,
  options: AttachOptions,
): Promise<AttachedBundle> {
  const { signal, onWritten = () => {} } = options;
  const manifest = bundleManifest(bundle.bytes, subject, bundle.predicateType);
  const { digest } = manifest;
  const listed = await target.referrers(subject.digest, signal);
  const tag = listed === null ? fallbackTag(subject.digest) : null;
  const known = tag === null ? (listed ?? []) : await readFallback(target, tag, signal);
  if (known.some((referrer) => referrer.digest === digest)) {
    onWritten();
    return { digest, added: false, fallbackTag: tag };
  }

  await Promise.all([EMPTY_CONFIG, bundle.bytes].map((bytes) => writeSmallBlob(target, bytes, options)));
  const written = await target.writeManifest(manifest, null, signal);
  if (written.listed) {
    onWritten();
    return { digest, added: true, fallbackTag: null };
  }
  await addToFallbackIndex(target, subject.digest, referrerDescriptor(manifest), options);
  return { digest, added: true, fallbackTag: fallbackTag(subject.digest) };
}

async function readFallback(
  target: ImageReader,
  tag: string,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const index = await target.manifest(tag, signal);
  return index === null ? [] : readFallbackIndex(index, `${target.name}:${tag}`);
}
