import { COSIGN_KIND, type LayoutEntry, namesOf } from "../layout/layout-index.js";
import type { Descriptor } from "../oci/descriptor.js";
import { OCI_INDEX } from "../oci/media-types.js";

/** What `cosign save` calls signatures; it does not say of which image. */
const COSIGN_SIGNATURES = "dev.cosignproject.cosign/sigs";
/** Far more than the core looks at. */
const MOST_LISTED = 1_024;

/** The entries of a layout that may be the manifest under cosign's tag, as sign-image and `cosign save` leave it. */
export function taggedSignatures(entries: readonly LayoutEntry[], tag: string): readonly LayoutEntry[] {
  return entries.filter(
    (entry) => isCalled(entry, tag) || entry.annotations?.[COSIGN_KIND] === COSIGN_SIGNATURES,
  );
}

/** What is stored under the referrers tag, for registries without a list of referrers. */
export function fallbackReferrers(entries: readonly LayoutEntry[], digest: string): readonly LayoutEntry[] {
  const tag = digest.replace(":", "-");
  return entries.filter((entry) => isCalled(entry, tag));
}

/** Manifests as the list of referrers that a registry would give. */
export function listOfReferrers(manifests: readonly Descriptor[]): Uint8Array {
  const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: manifests.slice(0, MOST_LISTED) };
  return Buffer.from(JSON.stringify(document));
}

function isCalled(entry: LayoutEntry, tag: string): boolean {
  return namesOf(entry).some((name) => name === tag || name.endsWith(`:${tag}`));
}
