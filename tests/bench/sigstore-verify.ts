import { createPublicKey } from "node:crypto";
import type { SigningKey } from "../support/sign.js";

/**
 * Verification of a bundle by sigstore-js with one known key, from the bundle's JSON on, all else ready. Null where the
 * packages are not installed: `npm install --no-save --ignore-scripts @sigstore/verify @sigstore/bundle`.
 */
export async function bundlePeer(bundle: Uint8Array, key: SigningKey): Promise<(() => void) | null> {
  // Not among the dependencies: by a name that the compiler does not look up.
  const [verifyPackage, bundlePackage] = ["@sigstore/verify", "@sigstore/bundle"];
  try {
    const { Verifier, toSignedEntity, toTrustMaterial } = await import(verifyPackage);
    const { bundleFromJSON } = await import(bundlePackage);
    const root = { certificateAuthorities: [], ctlogs: [], timestampAuthorities: [], tlogs: [] };
    const known = { publicKey: createPublicKey(key.publicPem), validFor: () => true };
    const trust = toTrustMaterial(root, () => known);
    const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    const text = Buffer.from(bundle).toString();
    const verify = () => void verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text))));
    verify();
    return verify;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}
