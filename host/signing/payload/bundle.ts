import type { Signer } from "../signer.js";
import type { Claim } from "./claim.js";
import { signEnvelope } from "./dsse.js";
import { IN_TOTO, signStatement } from "./statement.js";

/** Media type of a sigstore bundle, which names its version within, too. */
export const SIGSTORE_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/**
 * A sigstore bundle (version 0.3, JSON) with an image's signature, made with a key: what `cosign sign` writes, except
 * that it names the image, by each of `names`.
 */
export function signedBundle(signer: Signer, names: readonly string[], claim: Claim): Uint8Array {
  const bundle = {
    mediaType: SIGSTORE_BUNDLE,
    verificationMaterial: { publicKey: { hint: signer.publicKey.hint } },
    dsseEnvelope: signEnvelope(signer, IN_TOTO, signStatement(names, claim)),
  };
  return Buffer.from(JSON.stringify(bundle));
}
