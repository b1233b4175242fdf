// A view of linear memory: the only way the core looks at bytes it was given. Every access is checked.

/** 1 in each of eight bytes. */
const ONES: u64 = ((<u64>0x01010101) << 32) | 0x01010101;

const LARGE_ODD: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;

export class Bytes {
  constructor(
    /** Address of the first byte. For hash/, field/ and abi.ts only. */
    readonly start: usize,
    readonly length: i32,
  ) {}

  /** No bytes. */
  static readonly NONE: Bytes = new Bytes(0, 0);

  /** The ASCII text `literal`, copied. */
  static of(literal: string): Bytes {
    const out = Bytes.alloc(literal.length);
    for (let i = 0; i < literal.length; i++) out.set(i, <u8>literal.charCodeAt(i));
    return out;
  }

  /** `length` zero bytes. */
  static alloc(length: i32): Bytes {
    assert(length >= 0);
    const start = heap.alloc(length);
    memory.fill(start, 0, length);
    return new Bytes(start, length);
  }

  at(index: i32): u8 {
    assert(<u32>index < <u32>this.length);
    return load<u8>(this.start + index);
  }

  set(index: i32, value: u8): void {
    assert(<u32>index < <u32>this.length);
    store<u8>(this.start + index, value);
  }

  /** The bytes from `begin` up to but not including `end`. Shares memory. */
  slice(begin: i32, end: i32): Bytes {
    assert(0 <= begin && begin <= end && end <= this.length);
    return new Bytes(this.start + begin, end - begin);
  }

  from(begin: i32): Bytes {
    return this.slice(begin, this.length);
  }

  equals(other: Bytes): bool {
    return this.length == other.length && this.sharedWith(other) == this.length;
  }

  /** Whether these bytes are the ASCII text `literal`. */
  is(literal: string): bool {
    return this.length == literal.length && this.startsWith(literal);
  }

  /** Whether these bytes begin with the ASCII text `literal`. */
  startsWith(literal: string): bool {
    return this.holds(literal, 0);
  }

  /** Whether the ASCII text `literal` stands at `begin`, which is not negative. */
  holds(literal: string, begin: i32): bool {
    if (begin < 0 || literal.length > this.length - begin) return false;
    for (let i = 0; i < literal.length; i++) {
      if (load<u8>(this.start + begin + i) != literal.charCodeAt(i)) return false;
    }
    return true;
  }

  startsWithBytes(other: Bytes): bool {
    return this.length >= other.length && this.sharedWith(other) == other.length;
  }

  /** How many bytes at the beginning are the same. */
  sharedWith(other: Bytes): i32 {
    const end = min(this.length, other.length);
    let i = 0;
    for (; i + 8 <= end; i += 8) {
      const difference = load<u64>(this.start + i) ^ load<u64>(other.start + i);
      if (difference != 0) return i + <i32>(ctz<u64>(difference) >> 3);
    }
    while (i < end && load<u8>(this.start + i) == load<u8>(other.start + i)) i++;
    return i;
  }

  /** Index of the first `byte` at or after `begin`, or -1. */
  indexOf(byte: u8, begin: i32 = 0): i32 {
    for (let i = begin; i < this.length; i++) if (load<u8>(this.start + i) == byte) return i;
    return -1;
  }

  /** Index of the last `byte`, or -1. */
  lastIndexOf(byte: u8): i32 {
    for (let i = this.length - 1; i >= 0; i--) if (load<u8>(this.start + i) == byte) return i;
    return -1;
  }

  /**
   * Index of the first byte at or after `begin` that is not ASCII, or is a control character, a quotation mark or a
   * backslash; `length` if there is none. Looks at eight bytes at a time: in each byte of a difference, the highest bit
   * says whether it is below (Warren, Hacker's Delight, 6-1), and the lowest byte that says so is right.
   */
  plainEnd(begin: i32): i32 {
    let i = begin;
    for (; i + 8 <= this.length; i += 8) {
      const word = load<u64>(this.start + i);
      const quote = word ^ (ONES * 0x22);
      const backslash = word ^ (ONES * 0x5c);
      const special = (word - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | word;
      const found = special & (ONES << 7);
      if (found != 0) return i + <i32>(ctz<u64>(found) >> 3);
    }
    for (; i < this.length; i++) {
      const byte = load<u8>(this.start + i);
      if (byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5c) return i;
    }
    return i;
  }

  /** Index of the first byte at or after `begin` that is not white space in JSON; `length` if there is none. */
  spaceEnd(begin: i32): i32 {
    let i = begin;
    for (; i < this.length; i++) {
      const byte = load<u8>(this.start + i);
      if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break;
    }
    return i;
  }

  /** Overwrites these bytes with others of the same length. */
  copyFrom(other: Bytes): void {
    assert(other.length == this.length);
    memory.copy(this.start, other.start, other.length);
  }

  /** For hash tables, not for security: after FNV-1a, eight bytes at a time. */
  fingerprint(): u32 {
    let h: u64 = this.length;
    let i = 0;
    for (; i + 8 <= this.length; i += 8) h = mixed(h ^ load<u64>(this.start + i));
    for (; i < this.length; i++) h = mixed(h ^ load<u8>(this.start + i));
    return <u32>h;
  }
}

/** Multiplied by a large odd number, with the upper half, which all bits have gone into, in the lower one, too. */
function mixed(h: u64): u64 {
  const product = h * LARGE_ODD;
  return product ^ (product >> 32);
}

/** Sorts by unsigned byte values, the shorter first: negative, zero or positive. */
export function compareBytes(a: Bytes, b: Bytes): i32 {
  const at = a.sharedWith(b);
  return at == min(a.length, b.length) ? a.length - b.length : <i32>a.at(at) - <i32>b.at(at);
}
