// Multiples of a point that is known in advance, as far as they have been made: the more often a point is used, the more
// of them pay. Memory is reserved by whoever makes one of these, and filled later.

import { windowsOf } from "./scalar-digits";

/** Width of the signed digits for which a few multiples are made at once: 1, 3, … 15 times the point. */
export const SMALL_WINDOW: i32 = 5;
export const SMALL_POINTS: i32 = 1 << (SMALL_WINDOW - 2);

export class Multiples {
  /** Packed: the point's odd multiples, then those of it times 2^halfBits; 0 if there is no room for them. */
  small: usize = 0;
  /** Of the signed digits they are for. */
  smallWidth: i32 = SMALL_WINDOW;
  smallIsReady: bool = false;
  /** Packed: for each window of a scalar, its odd multiples times 2^(window·width); 0 if there is no room. */
  large: usize = 0;
  largeWidth: i32 = 0;
  largeIsReady: bool = false;
  /** How often a sum was made without the large table. */
  uses: i32 = 0;

  /** @param point packed */
  constructor(readonly point: usize) {}
}

/** Points of a large table for scalars of `bits` bits. */
export function largePoints(bits: i32, width: i32): i32 {
  return windowsOf(bits, width) << (width - 1);
}
