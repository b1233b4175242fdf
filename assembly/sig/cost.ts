// The cost of checking a signature, bounded so that masses of evidence, which anybody may push, cannot keep the core
// busy.

import { KeyKind, PublicKey } from "./public-key";
import { parseRsaPublicKey } from "./rsa-key";

/** Bytes of the RSA modulus whose verifications cost as much as those by P-256, with the largest exponent. */
const RSA_BYTES_OF_ONE = 300;

/**
 * The most that `verifySignature` may take for `key`, in verifications by ECDSA P-256: measured, rounded up. Where two
 * algorithms are tried, this is both.
 */
export function costOf(key: PublicKey): i32 {
  switch (key.kind) {
    case KeyKind.EcdsaP256:
      return 1;
    case KeyKind.EcdsaP384:
      return 6;
    case KeyKind.EcdsaP521:
      return 16;
    case KeyKind.Ed25519:
      return 2;
    default:
      return costOfRsa(parseRsaPublicKey(key.material)!.modulus.length);
  }
}

/** Grows with the square of the size: 1 for 2048 bits, 2 for 3072, 3 for 4096, 12 for 8192. */
function costOfRsa(modulusBytes: i32): i32 {
  const one = RSA_BYTES_OF_ONE * RSA_BYTES_OF_ONE;
  return (modulusBytes * modulusBytes + one - 1) / one;
}
