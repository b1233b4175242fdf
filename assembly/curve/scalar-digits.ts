// Scalars as few signed digits, so that few points have to be added. None of the scalars is secret.

import { bitsAt } from "./numbers";

/** Digits that `signedDigits` writes at most: one for each bit, and a carry. */
export const MOST_DIGITS: i32 = 544;

/**
 * out = the digits of `length` bits of a scalar from bit `begin`, one byte for each bit, such that their sum times powers
 * of two is that number: 0, or odd and below 2^(width − 1) in size, with `width − 1` zeros after it (NAF of that width;
 * Solinas, "Efficient arithmetic on Koblitz curves", 2000). Returns how many there are; the last is positive.
 */
export function signedDigits(out: usize, scalar: usize, begin: i32, length: i32, width: i32): i32 {
  memory.fill(out, 0, length + 1);
  let carry = 0;
  let count = 0;
  let at = 0;
  while (at < length || carry != 0) {
    const bit = at < length ? bitsAt(scalar, begin + at, 1) : 0;
    if (bit == carry) {
      at++;
      continue;
    }
    const left = length - at;
    let digit = carry + (left > 0 ? bitsAt(scalar, begin + at, min(width, left)) : 0);
    carry = digit >> (width - 1);
    if (carry != 0) digit -= 1 << width;
    store<i8>(out + at, <i8>digit);
    count = at + 1;
    at += width;
  }
  return count;
}

/** How many windows of this width cover a scalar of `bits` bits. */
export function windowsOf(bits: i32, width: i32): i32 {
  return (bits + width - 1) / width;
}

/**
 * Digit `window` of an odd scalar k of at most width·windows bits, all of whose digits are odd, below 2^width in size
 * (Joye, Tunstall, "Exponent recoding and regular exponentiation algorithms", 2009). As Σ 2^(w·i)·(2^w − 1) is 2^(w·windows) − 1, with
 * t = (k − 1)/2 + 2^(w·windows − 1) and its digits v, k = Σ 2^(w·i)·(2v − (2^w − 1)). Returned as 2·index + sign: the digit
 * is 2·index + 1, negative for sign 1.
 */
export function oddDigit(scalar: usize, window: i32, windows: i32, width: i32): i32 {
  const half = 1 << (width - 1);
  let v = bitsAt(scalar, window * width + 1, width);
  if (window == windows - 1) v |= half;
  return v >= half ? 2 * (v - half) : 2 * (half - 1 - v) + 1;
}
