// Is this signature over this message by this key? The algorithm follows from the key alone.

import { Bytes } from "../bytes/bytes";
import { Message } from "../hash/message";
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
export function verifySignature(key: PublicKey, message: Message, signature: Bytes): bool {
  hashBeforehand(key.kind, message);
  const workspace = mark();
  const valid = verifyByKind(key, message, signature);
  release(workspace);
  return valid;
}

/** Hashes outlive the workspace in which a signature is verified by one key: the next may want them. */
function hashBeforehand(kind: KeyKind, message: Message): void {
  if (kind != KeyKind.Ed25519) message.sha256();
  if (kind == KeyKind.EcdsaP384) message.sha384();
  if (kind == KeyKind.EcdsaP521 || kind == KeyKind.Ed25519) message.sha512();
}

function verifyByKind(key: PublicKey, message: Message, untrustedSignature: Bytes): bool {
  switch (key.kind) {
    case KeyKind.EcdsaP256:
    case KeyKind.EcdsaP384:
    case KeyKind.EcdsaP521:
      return verifyByEcdsa(key, message, untrustedSignature);
    case KeyKind.Rsa:
      return verifyRsa(parseRsaPublicKey(key.material)!, message.sha256(), untrustedSignature);
    case KeyKind.Ed25519:
      return (
        verifyEd25519(key.material, message, untrustedSignature) ||
        verifyEd25519ph(key.material, message.sha512(), untrustedSignature)
      );
    default:
      return false;
  }
}

function verifyByEcdsa(key: PublicKey, message: Message, untrustedSignature: Bytes): bool {
  const signature = parseEcdsaSignature(untrustedSignature);
  if (signature == null) return false;
  const curve = curveOf(key.kind);
  const point = key.point!;
  if (verifyEcdsa(curve, point, message.sha256(), signature)) return true;
  if (key.kind == KeyKind.EcdsaP384) return verifyEcdsa(curve, point, message.sha384(), signature);
  if (key.kind == KeyKind.EcdsaP521) return verifyEcdsa(curve, point, message.sha512(), signature);
  return false;
}
