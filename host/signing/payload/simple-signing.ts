import type { Claim } from "./claim.js";
import { goJson } from "./go-json.js";

const TYPE = "cosign container image signature";

/**
 * The bytes that are signed, and that the layer's blob holds, in cosign's older format: for the same claim, the same
 * bytes as cosign's. `dockerReference` is the image's name: a registry and a repository, with or without a tag. Source:
 * containers-signature(5), and sigstore's pkg/signature/payload.
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
