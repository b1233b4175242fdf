import type { Claim } from "./claim.js";
import { goJson } from "./go-json.js";

const TYPE = "cosign container image signature";

/**
 * The bytes that are signed, and are the blob of the layer, in cosign's older format: for the same claim those that
 * cosign writes. `dockerReference` is what the image is called: a registry and a repository, with a tag or without.
 * Source: containers-signature(5), and sigstore's pkg/signature/payload.
 */
export function simpleSigningPayload(dockerReference: string, claim: Claim): Uint8Array {
  const payload = goJson({
    critical: {
      identity: { "docker-reference": dockerReference },
      image: { "docker-manifest-digest": claim.manifestDigest },
      type: TYPE,
    },
    optional: claim.annotations.size === 0 ? null : claim.annotations,
  });
  return Buffer.from(payload);
}
