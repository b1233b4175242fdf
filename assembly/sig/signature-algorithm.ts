// Is this signature by this key, with the one algorithm that somebody names: a certificate, or the format of a log? So
// there is no choice here as in verify.ts, and ECDSA is in DER alone (Go: x509 checkSignature, ecdsa.VerifyASN1).

import { Bytes } from "../bytes/bytes";
import { sha256 } from "../hash/sha256";
import { sha384, sha512 } from "../hash/sha512";
import { mark, release } from "../runtime/arena";
import { verifyEcdsa } from "./ecdsa";
import { parseEcdsaDer } from "./ecdsa-signature";
import { verifyEd25519 } from "./ed25519";
import { curveOf, KeyKind, PublicKey } from "./public-key";
import { verifyRsa } from "./rsa";
import { parseRsaPublicKey } from "./rsa-key";

export enum SignatureAlgorithm {
  /** One that we do not verify. */
  Unsupported,
  EcdsaSha256,
  EcdsaSha384,
  EcdsaSha512,
  /** RSASSA-PKCS1-v1_5, as the next two. */
  RsaSha256,
  RsaSha384,
  RsaSha512,
  Ed25519,
}

/** Whether `signature` over `message` is by `key` with this algorithm, which has to be one for such keys. */
export function verifyByAlgorithm(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  message: Bytes,
  signature: Bytes,
): bool {
  const workspace = mark();
  const valid = verify(algorithm, key, message, signature);
  release(workspace);
  return valid;
}

function verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  message: Bytes,
  untrustedSignature: Bytes,
): bool {
  switch (algorithm) {
    case SignatureAlgorithm.EcdsaSha256:
      return verifyByEcdsa(key, sha256(message), untrustedSignature);
    case SignatureAlgorithm.EcdsaSha384:
      return verifyByEcdsa(key, sha384(message), untrustedSignature);
    case SignatureAlgorithm.EcdsaSha512:
      return verifyByEcdsa(key, sha512(message), untrustedSignature);
    case SignatureAlgorithm.RsaSha256:
      return verifyByRsa(key, sha256(message), untrustedSignature);
    case SignatureAlgorithm.RsaSha384:
      return verifyByRsa(key, sha384(message), untrustedSignature);
    case SignatureAlgorithm.RsaSha512:
      return verifyByRsa(key, sha512(message), untrustedSignature);
    case SignatureAlgorithm.Ed25519:
      return key.kind == KeyKind.Ed25519 && verifyEd25519(key.material, message, untrustedSignature);
    default:
      return false;
  }
}

function verifyByEcdsa(key: PublicKey, digest: Bytes, untrustedSignature: Bytes): bool {
  const orderBytes = orderBytesOf(key.kind);
  if (orderBytes == 0) return false;
  const signature = parseEcdsaDer(untrustedSignature);
  if (signature == null) return false;
  const curve = curveOf(key.kind);
  // FIPS 186-5, 6.4.1: of a digest that is longer than the order, the leftmost bits.
  const e = digest.slice(0, min(digest.length, orderBytes));
  return verifyEcdsa(curve, key.point!, e, signature);
}

/** Whole bytes in the order of the key's curve; 0 if it is on none. */
function orderBytesOf(kind: KeyKind): i32 {
  if (kind == KeyKind.EcdsaP256) return 32;
  if (kind == KeyKind.EcdsaP384) return 48;
  return kind == KeyKind.EcdsaP521 ? 65 : 0;
}

function verifyByRsa(key: PublicKey, digest: Bytes, untrustedSignature: Bytes): bool {
  return key.kind == KeyKind.Rsa && verifyRsa(parseRsaPublicKey(key.material)!, digest, untrustedSignature);
}
