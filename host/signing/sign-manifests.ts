import type { Descriptor } from "../oci/descriptor.js";
import type { ImageWriter } from "../oci/image-place.js";
import { descriptorOf, type Manifest } from "../oci/manifest.js";
import { type AttachedBundle, attachBundle } from "./attach/attach-bundle.js";
import { type AttachedLegacy, attachLegacy } from "./attach/attach-legacy.js";
import type { AttachOptions } from "./attach/until-kept.js";
import { concurrently } from "./copy/concurrently.js";
import type { Annotations } from "./payload/claim.js";
import { bundleSignature, legacySignature } from "./signatures.js";
import type { Signer } from "./signer.js";

/** `legacy`: cosign's tag `sha256-HEX.sig`. `bundle`: a sigstore bundle that refers to the image. */
export type SignatureFormat = "legacy" | "bundle";

export interface SignOptions extends AttachOptions {
  readonly signer: Signer;
  readonly formats: ReadonlySet<SignatureFormat>;
  /** What the image is called: registry and repository, with a tag or without. */
  readonly names: readonly string[];
  readonly annotations: Annotations;
}

/** What has been attached to one manifest; null for a format that was not asked for. */
export interface SignedManifest {
  readonly subject: Descriptor;
  readonly legacy: AttachedLegacy | null;
  readonly bundle: AttachedBundle | null;
}

const AT_ONCE = 4;

/** Signs manifests, by digest and under each name, and attaches the signatures that are not there already. */
export function signManifests(
  manifests: readonly Manifest[],
  target: ImageWriter,
  options: SignOptions,
): Promise<SignedManifest[]> {
  return concurrently(manifests, AT_ONCE, options.signal, (manifest, signal) =>
    signManifest(descriptorOf(manifest), target, { ...options, signal }),
  );
}

async function signManifest(
  subject: Descriptor,
  target: ImageWriter,
  options: SignOptions,
): Promise<SignedManifest> {
  const { signer, formats, names, annotations } = options;
  const claim = { manifestDigest: subject.digest, annotations };
  const layers = () => names.map((name) => legacySignature(signer, name, claim));
  const [legacy, bundle] = await Promise.all([
    formats.has("legacy") ? attachLegacy(target, subject.digest, layers(), options) : null,
    formats.has("bundle")
      ? attachBundle(target, subject, bundleSignature(signer, names, claim), options)
      : null,
  ]);
  return { subject, legacy, bundle };
}
