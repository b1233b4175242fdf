// Ed25519 verification (RFC 8032, 5.1.7) with the verdicts of Go's crypto/ed25519, which are sigstore's: the equation
// without the cofactor, [S]B = R + [h]A, S below L, and R compared as bytes, so that it has but one encoding. The key
// A may be of small order or have an encoding that is not canonical; whoever writes the policy chose it.

import { Bytes } from "../bytes/bytes";
import { Edwards25519, EdwardsPoint } from "../curve/edwards25519";
import { sumOfMultiples } from "../curve/group";
import { Limbs, limbsFromLittleEndian } from "../field/limbs";
import { Modulus } from "../field/modulus";
import { Sha512 } from "../hash/sha512";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** dom2(1, "") of RFC 8032, 2, with an empty context: this text, the octet 1 for Ed25519ph, the context's length. */
const PREHASH_DOMAIN = "SigEd25519 no Ed25519 collisions\x01\x00";

/** Whether `signature` over `message` is by `key`, by Ed25519 itself. */
export function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): bool {
  return verify("", key, message, signature);
}

/** Whether `signature` over a message with this SHA-512 is by `key`, by Ed25519ph with an empty context. */
export function verifyEd25519ph(key: Bytes, digest: Bytes, signature: Bytes): bool {
  return verify(PREHASH_DOMAIN, key, digest, signature);
}

function verify(domain: string, key: Bytes, message: Bytes, signature: Bytes): bool {
  assert(key.length == KEY_BYTES);
  if (signature.length != SIGNATURE_BYTES) return false;
  const curve = new Edwards25519();
  const encodedR = signature.slice(0, KEY_BYTES);
  const s = limbsFromLittleEndian(signature.from(KEY_BYTES), curve.order.limbs)!;
  if (!curve.order.contains(s)) return false;
  const a = curve.pointFromBytes(key);
  if (a == null) return false;

  // R = [S]B − [h]A
  const h = new Sha512().update(Bytes.of(domain)).update(encodedR).update(key).update(message).digest();
  curve.negate(a, a);
  const r = sumOfMultiples<EdwardsPoint, Edwards25519>(curve, s, curve.base, reduced(curve.order, h), a);
  return curve.encodes(encodedR, r);
}

/** The number that 64 bytes spell little-endian, modulo L. */
function reduced(order: Modulus, bytes: Bytes): Limbs {
  const half = bytes.length / 2;
  const low = limbsFromLittleEndian(bytes.slice(0, half), order.limbs)!;
  const high = limbsFromLittleEndian(bytes.from(half), order.limbs)!;
  const out = order.zero();
  order.reduce(out, low, high);
  return out;
}
