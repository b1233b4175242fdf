// The plain implementation as functions on addresses, for tests in JavaScript.

import { Bytes } from "../../../assembly/bytes/bytes";
import { mark, release } from "../../../assembly/runtime/arena";
import { EcdsaSignature } from "../../../assembly/sig/ecdsa-signature";
import { verifyEcdsa } from "./ecdsa";
import { p256, p384, p521 } from "./nist";

export { mark, release };

/** Room for `length` bytes. */
export function allocate(length: i32): usize {
  return Bytes.alloc(length).start;
}

/**
 * Whether (r, s) over a digest is by the key with this point; 0 too if there is no such point. All numbers, and each
 * coordinate of the point, have `length` bytes, and the digest as many as it has.
 * @param curve bits of the curve
 */
export function verify(
  curve: i32,
  point: usize,
  digest: usize,
  digestLength: i32,
  r: usize,
  s: usize,
  length: i32,
): bool {
  const group = curve == 256 ? p256() : curve == 384 ? p384() : p521();
  const key = group.pointFromOctets(new Bytes(point, 1 + 2 * length));
  if (key == null) return false;
  const signature = new EcdsaSignature(new Bytes(r, length), new Bytes(s, length));
  return verifyEcdsa(group, key, new Bytes(digest, digestLength), signature);
}
