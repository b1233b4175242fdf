// ECDSA verification (SEC 1, 4.1.4; FIPS 186-5, 6.4.2) at its plainest: what the core is compared with.

import { Bytes } from "../../../assembly/bytes/bytes";
import { sumOfMultiples } from "../../../assembly/curve/group";
import {
  addWithCarry,
  bitLength,
  copy,
  equals,
  isZero,
  Limbs,
  limbsFromBytes,
} from "../../../assembly/field/limbs";
import { EcdsaSignature } from "../../../assembly/sig/ecdsa-signature";
import { Curve, Point } from "./weierstrass";

/** Whether `signature` over a message with this digest is by `key`. The digest is no longer than the curve's order. */
export function verifyEcdsa(curve: Curve, key: Point, digest: Bytes, signature: EcdsaSignature): bool {
  const n = curve.order;
  const r = limbsFromBytes(signature.r, n.limbs);
  const s = limbsFromBytes(signature.s, n.limbs);
  if (r == null || isZero(r) || !n.contains(r)) return false;
  if (s == null || isZero(s) || !n.contains(s)) return false;

  assert(8 * digest.length <= bitLength(n.value));
  const e = limbsFromBytes(digest, n.limbs)!;

  // u1 = e/s, u2 = r/s. A plain number times a number in Montgomery form is a plain number.
  const w = n.zero();
  const u1 = n.zero();
  const u2 = n.zero();
  n.fromNumber(w, s);
  n.invert(w, w);
  n.multiply(u1, e, w);
  n.multiply(u2, r, w);

  const sum = sumOfMultiples<Point, Curve>(curve, u1, curve.generator, u2, key);
  return !curve.isIdentity(sum) && hasCoordinate(curve, sum, r);
}

/**
 * Whether the x of `point` is r modulo n. x = X/Z is below p, so it is r, or r + n where that is below p; and instead
 * of dividing X, each of the two is multiplied by Z.
 */
function hasCoordinate(curve: Curve, point: Point, r: Limbs): bool {
  const field = curve.field;
  const x = field.zero();
  const scaled = field.zero();
  copy(x, r);
  let carry: u32 = 0;
  while (carry == 0 && field.contains(x)) {
    field.fromNumber(scaled, x);
    field.multiply(scaled, scaled, point.z);
    if (equals(scaled, point.x)) return true;
    carry = addWithCarry(x, x, curve.order.value);
  }
  return false;
}
