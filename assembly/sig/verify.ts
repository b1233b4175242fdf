// Is this signature over this message by this key? The algorithm follows from the key alone.

import { Bytes } from "../bytes/bytes";
import { sha256 } from "../hash/sha256";
import { sha384, sha512 } from "../hash/sha512";
import { mark, release } from "../runtime/arena";
import { verifyEcdsa } from "./ecdsa";
import { parseEcdsaSignature } from "./ecdsa-signature";
import { verifyEd25519, verifyEd25519ph } from "./ed25519";
import { curveOf, KeyKind, PublicKey } from "./public-key";
import { verifyRsa } from "./rsa";
import { parseRsaPublicKey } from "./rsa-key";

/**
 * Whether `signature` over `message` is by `key`. Everything that containers/image takes, ECDSA over SHA-256 whatever
 * the curve and Ed25519 itself; and beyond that what cosign 3 makes by default, ECDSA over a hash of the curve's size
 * and Ed25519ph.
 */
export function verifySignature(key: PublicKey, message: Bytes, signature: Bytes): bool {
  const workspace = mark();
  const valid = verifyByKind(key, message, signature);
  release(workspace);
  return valid;
}

function verifyByKind(key: PublicKey, message: Bytes, untrustedSignature: Bytes): bool {
  switch (key.kind) {
    case KeyKind.EcdsaP256:
    case KeyKind.EcdsaP384:
    case KeyKind.EcdsaP521:
      return verifyByEcdsa(key, message, untrustedSignature);
    case KeyKind.Rsa:
      return verifyRsa(parseRsaPublicKey(key.material)!, sha256(message), untrustedSignature);
    case KeyKind.Ed25519:
      return (
        verifyEd25519(key.material, message, untrustedSignature) ||
        verifyEd25519ph(key.material, message, untrustedSignature)
      );
    default:
      return false;
  }
}

function verifyByEcdsa(key: PublicKey, message: Bytes, untrustedSignature: Bytes): bool {
  const signature = parseEcdsaSignature(untrustedSignature);
  if (signature == null) return false;
  const curve = curveOf(key.kind);
  const point = key.point!;
  if (verifyEcdsa(curve, point, sha256(message), signature)) return true;
  if (key.kind == KeyKind.EcdsaP384) return verifyEcdsa(curve, point, sha384(message), signature);
  if (key.kind == KeyKind.EcdsaP521) return verifyEcdsa(curve, point, sha512(message), signature);
  return false;
}
