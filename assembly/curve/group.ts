// What can be done in any group of points.

import { bit, Limbs } from "../field/limbs";

export interface Group<P> {
  /** A new point: the neutral element. */
  identity(): P;
  /** out = p + q. `out` may be an input. */
  add(out: P, p: P, q: P): void;
  /** out = 2p. `out` may be `p`. */
  double(out: P, p: P): void;
}

/**
 * u·p + v·q for plain numbers u and v of one width (Shamir's trick): both scalars are walked together from the top, two
 * bits at a time, with the sixteen sums i·p + j·q made beforehand.
 */
export function sumOfMultiples<P, G extends Group<P>>(group: G, u: Limbs, p: P, v: Limbs, q: P): P {
  assert(u.length == v.length);
  const sums = smallSums<P, G>(group, p, q);
  const sum = group.identity();
  for (let i = 32 * u.length - 2; i >= 0; i -= 2) {
    group.double(sum, sum);
    group.double(sum, sum);
    group.add(sum, sum, sums[twoBits(u, i) + 4 * twoBits(v, i)]);
  }
  return sum;
}

/** i·p + j·q at index i + 4·j, for i and j from 0 to 3. */
function smallSums<P, G extends Group<P>>(group: G, p: P, q: P): StaticArray<P> {
  const sums = new StaticArray<P>(16);
  sums[0] = group.identity();
  for (let index = 1; index < 16; index++) {
    const sum = group.identity();
    if ((index & 3) != 0) group.add(sum, sums[index - 1], p);
    else group.add(sum, sums[index - 4], q);
    sums[index] = sum;
  }
  return sums;
}

/** Bits `index + 1` and `index` of `scalar`, a number from 0 to 3. */
function twoBits(scalar: Limbs, index: i32): i32 {
  return <i32>(2 * bit(scalar, index + 1) + bit(scalar, index));
}
