import type { KeyObject } from "node:crypto";
import { KeyRefused } from "./refused.js";

/** The kinds of keys that both cosign and containers/image verify with, and Countersign does too. */
export type KeyKind = "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "rsa" | "ed25519";

/** By OpenSSL's names. */
const CURVES: ReadonlyMap<string | undefined, KeyKind> = new Map([
  ["prime256v1", "ecdsa-p256"],
  ["secp384r1", "ecdsa-p384"],
  ["secp521r1", "ecdsa-p521"],
]);

const RSA_BITS = { min: 2048, max: 8192 };

/** Throws `KeyRefused` for a key, private or public, of any other kind. */
export function kindOf(key: KeyObject): KeyKind {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return "ed25519";
    case "rsa":
      if (modulusLength < RSA_BITS.min || modulusLength > RSA_BITS.max)
        throw new KeyRefused(`an RSA key has ${RSA_BITS.min} to ${RSA_BITS.max} bits, not ${modulusLength}`);
      return "rsa";
    case "ec": {
      const kind = CURVES.get(namedCurve);
      if (kind === undefined)
        throw new KeyRefused(
          `the curve is none of P-256, P-384 and P-521: ${namedCurve ?? "it has no name"}`,
        );
      return kind;
    }
    default:
      throw new KeyRefused(`the key is none of ECDSA, RSA and Ed25519: ${key.asymmetricKeyType}`);
  }
}
