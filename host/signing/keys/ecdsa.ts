import { createHash, type KeyObject } from "node:crypto";
import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";

export type EcdsaKind = "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521";

const CURVES: Readonly<Record<EcdsaKind, ECDSA>> = {
  "ecdsa-p256": p256,
  "ecdsa-p384": p384,
  "ecdsa-p521": p521,
};

/**
 * Signs messages with a private key of that kind: the result is in DER, with the lower of both possible s.
 *
 * The hash is SHA-256 on every curve, the one that cosign and containers/image verify with unless told otherwise.
 * The nonce is made from key and message (RFC 6979), so that signing the same again gives the same bytes.
 */
export function ecdsaSigner(kind: EcdsaKind, privateKey: KeyObject): (message: Uint8Array) => Uint8Array {
  const curve = CURVES[kind];
  const scalar = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  return (message) => {
    const hash = createHash("sha256").update(message).digest();
    return curve.sign(hash, scalar, { prehash: false, lowS: true, format: "der" });
  };
}

/** The size of the tables of multiples: larger ones pay off only for more signatures than a command makes. */
const WINDOW_BITS = 3;
for (const { Point } of Object.values(CURVES)) Point.BASE.precompute(WINDOW_BITS);

/** Makes the table of P-256 now; the first signature would have to wait for it. */
export function prepare(): void {
  p256.getPublicKey(new Uint8Array(32).fill(1));
}
