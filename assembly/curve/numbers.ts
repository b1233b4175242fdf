// Plain numbers, and elements as numbers, in the limbs of a kernel: what takes little of the time, so that loops will do.

import { Bytes } from "../bytes/bytes";
import { Kernel } from "./kernel";

export function copyElement(kernel: Kernel, out: usize, a: usize): void {
  memory.copy(out, a, kernel.size);
}

export function isZero(kernel: Kernel, a: usize): bool {
  let bits: i64 = 0;
  for (let i = 0; i < kernel.limbs; i++) bits |= load<i64>(a + (i << 3));
  return bits == 0;
}

/** Whether a < b, for numbers of which every limb has no more than its bits. */
export function isLess(kernel: Kernel, a: usize, b: usize): bool {
  for (let i = kernel.limbs - 1; i >= 0; i--) {
    const x = load<i64>(a + (i << 3));
    const y = load<i64>(b + (i << 3));
    if (x != y) return x < y;
  }
  return false;
}

/** out = a + sign·b, with all limbs but the highest from 0 to 2^bits − 1. */
export function addMultiple(kernel: Kernel, out: usize, a: usize, sign: i64, b: usize): void {
  const bits = kernel.bits;
  const mask = ((<i64>1) << bits) - 1;
  const last = (kernel.limbs - 1) << 3;
  let carry: i64 = 0;
  for (let i = 0; i < last; i += 8) {
    const sum = load<i64>(a + i) + sign * load<i64>(b + i) + carry;
    store<i64>(out + i, sum & mask);
    carry = sum >> bits;
  }
  store<i64>(out + last, load<i64>(a + last) + sign * load<i64>(b + last) + carry);
}

/** out = a modulo m, from 0 to m − 1: for an `a` of a few times m, negative or not. */
export function reduce(kernel: Kernel, out: usize, a: usize, m: usize): void {
  makePositive(kernel, out, a, m);
  while (!isLess(kernel, out, m)) addMultiple(kernel, out, out, -1, m);
}

/** out = a, or a + m, a + 2m, … where a is negative. */
export function makePositive(kernel: Kernel, out: usize, a: usize, m: usize): void {
  const last = (kernel.limbs - 1) << 3;
  addMultiple(kernel, out, a, 0, m);
  while (load<i64>(out + last) < 0) addMultiple(kernel, out, out, 1, m);
}

/** out = the number that `bytes` spell big-endian. False if it has more bits than a number modulo p. */
export function numberFromBytes(kernel: Kernel, out: usize, bytes: Bytes): bool {
  let length = bytes.length;
  let begin = 0;
  while (length > kernel.numberBytes) {
    if (bytes.at(begin) != 0) return false;
    begin++;
    length--;
  }
  const bits = kernel.bits;
  const mask = ((<u64>1) << bits) - 1;
  let limb: usize = out;
  let pending: u64 = 0;
  let pendingBits = 0;
  // Raw access: from the last byte down to `begin`.
  for (let at = bytes.start + bytes.length - 1; length > 0; length--, at--) {
    pending |= (<u64>load<u8>(at)) << pendingBits;
    pendingBits += 8;
    if (pendingBits >= bits) {
      store<i64>(limb, pending & mask);
      limb += 8;
      pending >>= bits;
      pendingBits -= bits;
    }
  }
  for (const end = out + kernel.size; limb < end; limb += 8) {
    store<i64>(limb, pending);
    pending = 0;
  }
  return true;
}

/** Bytes that `littleEndian` writes: a scalar, and zeros to read beyond it. */
export const SCALAR_BYTES: i32 = 96;

/** out = the number, little-endian without gaps. */
export function littleEndian(kernel: Kernel, out: usize, number: usize): void {
  memory.fill(out, 0, SCALAR_BYTES);
  let pending: u64 = 0;
  let pendingBits = 0;
  for (let i = 0; i < kernel.limbs; i++) {
    pending |= load<u64>(number + (i << 3)) << pendingBits;
    pendingBits += kernel.bits;
    for (; pendingBits >= 8; pendingBits -= 8) {
      store<u8>(out++, <u8>pending);
      pending >>= 8;
    }
  }
  store<u8>(out, <u8>pending);
}

/** Bits `index` to `index + width − 1` of a number that `littleEndian` wrote; at most 24. */
export function bitsAt(scalar: usize, index: i32, width: i32): i32 {
  return <i32>((load<u32>(scalar + (index >> 3)) >> (index & 7)) & (((<u32>1) << width) - 1));
}
