// biome-ignore-all lint/suspicious/noAssignInExpressions: AssemblyScript spells an unchecked store so.

// Natural numbers of a fixed width: `limbs[0] + limbs[1]·2^32 + …`, every 32-bit pattern allowed in every limb.
// Public data only: nothing under field/ or curve/ takes care to run in constant time.

import { Bytes } from "../bytes/bytes";
import { hexDigitValue } from "../bytes/hex";

export type Limbs = StaticArray<u32>;

/** The number that `bytes` spell big-endian, in `count` limbs; null if it needs more. */
export function limbsFromBytes(bytes: Bytes, count: i32): Limbs | null {
  const limbs = new StaticArray<u32>(count);
  for (let i = 0; i < bytes.length; i++) {
    const significance = bytes.length - 1 - i;
    const byte = <u32>bytes.at(i);
    if (significance < 4 * count) limbs[significance >> 2] |= byte << ((significance & 3) << 3);
    else if (byte != 0) return null;
  }
  return limbs;
}

/** The number that `bytes` spell little-endian, in `count` limbs; null if it needs more. */
export function limbsFromLittleEndian(bytes: Bytes, count: i32): Limbs | null {
  const reversed = Bytes.alloc(bytes.length);
  for (let i = 0; i < bytes.length; i++) reversed.set(bytes.length - 1 - i, bytes.at(i));
  return limbsFromBytes(reversed, count);
}

/** The number that `hex` spells, most significant digit first, in `count` limbs. */
export function limbsFromHex(hex: string, count: i32): Limbs {
  const limbs = new StaticArray<u32>(count);
  for (let i = 0; i < hex.length; i++) {
    const place = hex.length - 1 - i;
    limbs[place >> 3] |= (<u32>hexDigitValue(<u8>hex.charCodeAt(i))) << ((place & 7) << 2);
  }
  return limbs;
}

/** The number `word` in `count` limbs. */
export function limbsOf(word: u32, count: i32): Limbs {
  const limbs = new StaticArray<u32>(count);
  limbs[0] = word;
  return limbs;
}

/** The number 1 in `count` limbs. */
export function one(count: i32): Limbs {
  return limbsOf(1, count);
}

export function isZero(a: Limbs): bool {
  for (let i = 0; i < a.length; i++) if (a[i] != 0) return false;
  return true;
}

export function equals(a: Limbs, b: Limbs): bool {
  assert(a.length == b.length);
  for (let i = 0; i < a.length; i++) if (a[i] != b[i]) return false;
  return true;
}

/** Whether a < b. */
export function lessThan(a: Limbs, b: Limbs): bool {
  assert(a.length == b.length);
  for (let i = a.length - 1; i >= 0; i--) if (a[i] != b[i]) return a[i] < b[i];
  return false;
}

/** Bit `index` of `a`, counted from the least significant: 0 or 1. */
export function bit(a: Limbs, index: i32): u32 {
  return (a[index >> 5] >> (index & 31)) & 1;
}

/** Number of bits of `a` without leading zeros: 0 for 0. */
export function bitLength(a: Limbs): i32 {
  for (let i = a.length - 1; i >= 0; i--) if (a[i] != 0) return 32 * i + 32 - <i32>clz<u32>(a[i]);
  return 0;
}

export function copy(out: Limbs, a: Limbs): void {
  assert(out.length == a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i];
}

/** out = a + b modulo 2^(32·length). Returns the carry: 0 or 1. */
export function addWithCarry(out: Limbs, a: Limbs, b: Limbs): u32 {
  const count = out.length;
  assert(a.length == count && b.length == count);
  let carry: u64 = 0;
  // unchecked: i < count, the length of all three.
  for (let i = 0; i < count; i++) {
    const sum = <u64>unchecked(a[i]) + <u64>unchecked(b[i]) + carry;
    unchecked((out[i] = <u32>sum));
    carry = sum >> 32;
  }
  return <u32>carry;
}

/** out = a − b modulo 2^(32·length). Returns the borrow: 0 or 1. */
export function subtractWithBorrow(out: Limbs, a: Limbs, b: Limbs): u32 {
  const count = out.length;
  assert(a.length == count && b.length == count);
  let borrow: u64 = 0;
  // unchecked: i < count, the length of all three.
  for (let i = 0; i < count; i++) {
    const difference = <u64>unchecked(a[i]) - <u64>unchecked(b[i]) - borrow;
    unchecked((out[i] = <u32>difference));
    borrow = difference >> 63;
  }
  return <u32>borrow;
}
