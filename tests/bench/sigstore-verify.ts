import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import type { SigningKey } from "../support/sign.js";

/** Verification of a bundle by sigstore-js with one known key, from the bundle's JSON on, all else ready. */
export function bundlePeer(bundle: Uint8Array, key: SigningKey): () => void {
  const root = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
    tlogs: [],
  };
  const known = { publicKey: createPublicKey(key.publicPem), validFor: () => true };
  const verifier = new Verifier(
    toTrustMaterial(root, () => known),
    { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 },
  );
  const text = Buffer.from(bundle).toString();
  const verify = () => void verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text))));
  verify();
  return verify;
}
