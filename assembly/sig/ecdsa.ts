// ECDSA verification (SEC 1, 4.1.4; FIPS 186-5, 6.4.2). High and low s are both valid, as in Go and cosign.

import { Bytes } from "../bytes/bytes";
import { Multiples } from "../curve/multiples";
import { NistCurve } from "../curve/nist-curve";
import { isLess, isZero, numberFromBytes, reduce } from "../curve/numbers";
import { EcdsaSignature } from "./ecdsa-signature";

/** Of a number of any curve. */
const NUMBER = 8 * 19;

const R: usize = memory.data(NUMBER);
const S: usize = memory.data(NUMBER);
const E: usize = memory.data(NUMBER);
const W: usize = memory.data(NUMBER);
const U1: usize = memory.data(NUMBER);
const U2: usize = memory.data(NUMBER);

/**
 * Whether `signature` over a message with this digest is by the key whose point is that of `key`. Of a digest longer than
 * the order of the curve, its leftmost bits count.
 */
export function verifyEcdsa(
  curve: NistCurve,
  key: Multiples,
  digest: Bytes,
  signature: EcdsaSignature,
): bool {
  const kernel = curve.kernel;
  const n = kernel.n;
  if (!numberFromBytes(kernel, R, signature.r) || isZero(kernel, R) || !isLess(kernel, R, n)) return false;
  if (!numberFromBytes(kernel, S, signature.s) || isZero(kernel, S) || !isLess(kernel, S, n)) return false;
  // No hash is as long as P-521, and the orders of the others are of whole bytes.
  const leftmost = digest.slice(0, min(digest.length, kernel.numberBytes));
  if (!numberFromBytes(kernel, E, leftmost)) return false;

  // u1 = e/s, u2 = r/s. A plain number times a number in Montgomery form is a plain number.
  curve.inverseModuloN.invert(W, S);
  kernel.multiplyModuloOrder(W, W, kernel.squaredROfOrder);
  kernel.multiplyModuloOrder(U1, E, W);
  kernel.multiplyModuloOrder(U2, R, W);
  reduce(kernel, U1, U1, n);
  reduce(kernel, U2, U2, n);
  return curve.sumHasX(U1, U2, key, R);
}
