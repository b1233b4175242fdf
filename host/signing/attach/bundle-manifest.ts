import type { Descriptor } from "../../oci/descriptor.js";
import { digestOf } from "../../oci/digest.js";
import type { Manifest } from "../../oci/manifest.js";
import { OCI_EMPTY, OCI_MANIFEST, SIGSTORE_BUNDLE } from "../../oci/media-types.js";

/** The config of a manifest that needs none. Source: OCI image specification, "Guidance for an Empty Descriptor". */
export const EMPTY_CONFIG = Buffer.from("{}");

/**
 * The manifest that carries a bundle, with the members cosign 3.1 writes, in its order, but for the time: the same
 * bundle has the same manifest, so that attaching it again, or twice at once, adds nothing.
 */
export function bundleManifest(bundle: Uint8Array, subject: Descriptor, predicateType: string): Manifest {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: {
        mediaType: OCI_EMPTY,
        size: EMPTY_CONFIG.length,
        digest: digestOf(EMPTY_CONFIG),
        artifactType: SIGSTORE_BUNDLE,
      },
      layers: [{ mediaType: SIGSTORE_BUNDLE, size: bundle.length, digest: digestOf(bundle) }],
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicateType,
      },
      subject: { mediaType: subject.mediaType, size: subject.size, digest: subject.digest },
      artifactType: SIGSTORE_BUNDLE,
    }),
  );
  return { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
}

/** How a list of referrers names such a manifest: OCI distribution specification, "Referrers Tag Schema". */
export function referrerDescriptor({ bytes, mediaType, digest }: Manifest): Record<string, unknown> {
  const { artifactType, annotations } = JSON.parse(Buffer.from(bytes).toString());
  return { mediaType, size: bytes.length, digest, annotations, artifactType };
}
