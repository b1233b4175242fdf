import type { Bundle } from "./attach/attach-bundle.js";
import type { LegacySignature } from "./attach/attach-legacy.js";
import { signedBundle } from "./payload/bundle.js";
import type { Claim } from "./payload/claim.js";
import { simpleSigningPayload } from "./payload/simple-signing.js";
import { COSIGN_SIGN } from "./payload/statement.js";
import type { Signer } from "./signer.js";

const SIGNATURE = "dev.cosignproject.cosign/signature";

/** A signature of an image under one name, in cosign's older format. */
export function legacySignature(signer: Signer, name: string, claim: Claim): LegacySignature {
  const payload = simpleSigningPayload(name, claim);
  return {
    payload,
    annotations: { [SIGNATURE]: Buffer.from(signer.sign(payload)).toString("base64") },
    isSame({ annotations = {} }) {
      // With a certificate or log entry beside it, a signature does not count for everybody who has the key.
      const { [SIGNATURE]: base64 = "", ...others } = annotations;
      const signature = Buffer.from(base64, "base64");
      const isPlain = Object.keys(others).length === 0 && signature.toString("base64") === base64;
      return isPlain && signer.hasSigned(payload, signature);
    },
  };
}

/** A signature of an image under all of the names, as a sigstore bundle. */
export function bundleSignature(signer: Signer, names: readonly string[], claim: Claim): Bundle {
  return { bytes: signedBundle(signer, names, claim), predicateType: COSIGN_SIGN };
}
