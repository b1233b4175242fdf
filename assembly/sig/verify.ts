// Is this signature over this message by this key? The algorithm follows from the key alone.

import { Bytes } from "../bytes/bytes";
import { sha256 } from "../hash/sha256";
import { mark, release } from "../runtime/arena";
import { verifyEcdsa } from "./ecdsa";
import { parseEcdsaSignature } from "./ecdsa-signature";
import { curveOf, KeyKind, PublicKey } from "./public-key";

/** Whether `signature` over `message` is by `key`; never so for a key that `isSupported` denies. */
export function verifySignature(key: PublicKey, message: Bytes, signature: Bytes): bool {
  const workspace = mark();
  const valid = verifyByKind(key, message, signature);
  release(workspace);
  return valid;
}

function verifyByKind(key: PublicKey, message: Bytes, untrustedSignature: Bytes): bool {
  switch (key.kind) {
    case KeyKind.EcdsaP256:
      return verifyEcdsaSha256(key, message, untrustedSignature);
    default:
      return false;
  }
}

/** ECDSA over SHA-256 whatever the curve, as containers/image verifies. */
function verifyEcdsaSha256(key: PublicKey, message: Bytes, untrustedSignature: Bytes): bool {
  const signature = parseEcdsaSignature(untrustedSignature);
  if (signature == null) return false;
  const curve = curveOf(key.kind);
  const point = curve.pointFromOctets(key.material);
  if (point == null) return false;
  return verifyEcdsa(curve, point, sha256(message), signature);
}
