// Whole numbers in JSON, as RFC 8785 (3.2.2.3) writes them: a number is the nearest IEEE 754 double, and its text the
// shortest that gives this double again (ECMAScript, Number::toString). So 1e3 is 1000, and of a number beyond 2^53 only
// the first digits count.

import { Bytes } from "../bytes/bytes";

const TWO_TO_53: u64 = 1 << 53;
const MOST_DIGITS: i32 = 19;
/** Longer exponents are beyond all numbers here. */
const MOST_EXPONENT: i32 = 100_000;

export class WholeNumber {
  /** The canonical text is its decimal digits. */
  constructor(readonly value: i64) {}
}

/**
 * The number in `text`, which must be a number of JSON; null if it is not whole, or its canonical text is not in the
 * range of an int64. A fraction that a double would round away counts as one.
 */
export function wholeNumber(text: Bytes): WholeNumber | null {
  const isNegative = text.at(0) == 0x2d;
  let digits: u64 = 0;
  let count = 0;
  // Zeros that no other digit has followed yet.
  let zeros = 0;
  let exponent = 0;
  let isFraction = false;
  let i = isNegative ? 1 : 0;
  for (; i < text.length; i++) {
    const byte = text.at(i);
    if (byte == 0x2e) isFraction = true;
    else if (byte < 0x30 || byte > 0x39) break;
    else {
      if (isFraction) exponent--;
      if (byte == 0x30) {
        if (count > 0) zeros++;
        continue;
      }
      count += zeros + 1;
      if (count > MOST_DIGITS) return null;
      digits = digits * powerOfTen(zeros + 1) + (byte - 0x30);
      zeros = 0;
    }
  }
  if (count == 0) return new WholeNumber(0);
  exponent += zeros + writtenExponent(text, i);
  if (exponent < 0 || count + exponent > MOST_DIGITS) return null;
  const magnitude = shortest(digits * powerOfTen(exponent));
  if (magnitude > <u64>i64.MAX_VALUE) return null;
  return new WholeNumber(isNegative ? -(<i64>magnitude) : <i64>magnitude);
}

/** What stands behind the `e`; 0 without one. */
function writtenExponent(text: Bytes, at: i32): i32 {
  if (at == text.length) return 0;
  let i = at + 1;
  const isNegative = text.at(i) == 0x2d;
  if (isNegative || text.at(i) == 0x2b) i++;
  let exponent = 0;
  for (; i < text.length; i++) exponent = min(exponent * 10 + (text.at(i) - 0x30), MOST_EXPONENT);
  return isNegative ? -exponent : exponent;
}

function powerOfTen(exponent: i32): u64 {
  let power: u64 = 1;
  for (let i = 0; i < exponent; i++) power *= 10;
  return power;
}

/** The number with the fewest digits that are not zero among those nearest to the same double as `n`, below 10^19. */
function shortest(n: u64): u64 {
  if (n <= TWO_TO_53) return n;
  const shift = 64 - <i32>clz<u64>(n) - 53;
  const unit: u64 = (<u64>1) << shift;
  let mantissa = n >> shift;
  const rest = n & (unit - 1);
  if (rest > unit / 2 || (rest == unit / 2 && (mantissa & 1) == 1)) mantissa++;
  const double = mantissa << shift;

  // What lies up to half way to a neighbour is this double; at half way, if its mantissa is even.
  const isEven = (mantissa & 1) == 0;
  const above = unit / 2;
  const below = mantissa == TWO_TO_53 / 2 ? unit / 4 : unit / 2;
  let k = MOST_DIGITS;
  while (--k > 0) {
    const power = powerOfTen(k);
    const down = double % power;
    const up = power - down;
    const isDown = down < below || (down == below && isEven);
    const isUp = up < above || (up == above && isEven);
    if (isDown && isUp) {
      const isNearer = down < up || (down == up && ((double / power) & 1) == 0);
      return isNearer ? double - down : double + up;
    }
    if (isDown) return double - down;
    if (isUp) return double + up;
  }
  return double;
}
