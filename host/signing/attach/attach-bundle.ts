import type { Descriptor } from "../../oci/descriptor.js";
import { ImageError } from "../../oci/image-error.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { readManifest } from "../../oci/manifest.js";
import { SIGSTORE_BUNDLE_PREFIX } from "../../oci/media-types.js";
import { readVerified } from "../../oci/verified.js";
import { systemClock } from "../../registry/clock.js";
import { PATIENT_RETRY, retrying } from "../../registry/retry.js";
import { bundleManifest, EMPTY_CONFIG, referrerDescriptor } from "./bundle-manifest.js";
import { addToFallbackIndex, fallbackTag, readFallbackIndex } from "./fallback-index.js";
import { writeSmallBlob } from "./small-blob.js";
import type { AttachOptions } from "./until-kept.js";

export interface Bundle {
  /** The sigstore bundle, v0.3, as JSON. */
  readonly bytes: Uint8Array;
  /** The statement's predicate type, for the manifest's annotations. */
  readonly predicateType: string;
  readonly created: Date;
  /** Whether a bundle already there, unverified and perhaps no bundle at all, says the same by the same key. */
  isSame(untrustedBundle: Uint8Array): boolean;
}

export interface AttachedBundle {
  /** Digest of the manifest that carries the bundle. */
  readonly digest: string;
  readonly added: boolean;
  /** The tag that had to be written because the registry keeps no list of referrers; null if none had to be. */
  readonly fallbackTag: string | null;
}

/** Those looked at in search of the same bundle. */
const MAX_REFERRERS = 128;
const MAX_BUNDLE_BYTES = 1024 * 1024;

/**
 * Attaches a bundle to a manifest as its referrer (OCI 1.1), unless the same is attached. Where the registry does not
 * say that it lists referrers itself, the fallback tag's index is maintained. The image is not looked for, see
 * `attachLegacy`.
 */
export async function attachBundle(
  target: ImageWriter,
  subject: Descriptor,
  bundle: Bundle,
  options: AttachOptions,
): Promise<AttachedBundle> {
  const { signal } = options;
  const same = await findSame(target, subject.digest, bundle, options);
  if (same !== null) return { digest: same.digest, added: false, fallbackTag: null };
  const manifest = bundleManifest(bundle.bytes, subject, bundle);
  await Promise.all([EMPTY_CONFIG, bundle.bytes].map((bytes) => writeSmallBlob(target, bytes, options)));
  const { listed } = await target.writeManifest(manifest, null, signal);
  if (listed) return { digest: manifest.digest, added: true, fallbackTag: null };
  await addToFallbackIndex(target, subject.digest, referrerDescriptor(manifest), options);
  return { digest: manifest.digest, added: true, fallbackTag: fallbackTag(subject.digest) };
}

async function findSame(
  target: ImageReader,
  digest: string,
  bundle: Bundle,
  options: AttachOptions,
): Promise<Descriptor | null> {
  for (const referrer of (await referrersOf(target, digest, options.signal)).slice(0, MAX_REFERRERS)) {
    const found = await readBundle(target, referrer, options);
    if (found !== null && bundle.isSame(found)) return referrer;
  }
  return null;
}

/** By the registry's list, or by the fallback tag's. */
async function referrersOf(target: ImageReader, digest: string, signal: AbortSignal) {
  const listed = await target.referrers(digest, signal);
  if (listed !== null) return listed;
  const tag = fallbackTag(digest);
  const index = await target.manifest(tag, signal);
  return index === null ? [] : readFallbackIndex(index, `${target.name}:${tag}`);
}

/** The bundle a referrer carries, null if it is none or broken: somebody else's mistake is no reason not to sign. */
async function readBundle(
  target: ImageReader,
  referrer: Descriptor,
  { signal, clock = systemClock }: AttachOptions,
): Promise<Uint8Array | null> {
  try {
    const manifest = await target.manifest(referrer.digest, signal);
    const content = manifest === null ? null : readManifest(manifest);
    const layer = content?.kind === "manifest" && content.layers.length === 1 ? content.layers[0] : undefined;
    if (!layer?.mediaType.startsWith(SIGSTORE_BUNDLE_PREFIX)) return null;
    const read = () => readVerified(layer, target.blob(layer, signal), target.name, MAX_BUNDLE_BYTES);
    return await retrying(PATIENT_RETRY, clock, signal, read);
  } catch (error) {
    if (error instanceof ImageError) return null;
    throw error;
  }
}
