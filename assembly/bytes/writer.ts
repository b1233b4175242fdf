// Builds bytes: canonical JSON, reasons, pre-authentication encodings.

import { Bytes } from "./bytes";

export class Writer {
  private buffer: usize = heap.alloc(64);
  private capacity: i32 = 64;
  length: i32 = 0;

  /** Makes room for `count` more bytes and returns where they go. */
  private reserve(count: i32): usize {
    const wanted = this.length + count;
    assert(count >= 0 && wanted >= this.length);
    if (wanted > this.capacity) {
      this.capacity = max(wanted, this.capacity * 2);
      this.buffer = heap.realloc(this.buffer, this.capacity);
    }
    return this.buffer + this.length;
  }

  byte(value: u8): Writer {
    store<u8>(this.reserve(1), value);
    this.length += 1;
    return this;
  }

  /** ASCII text. */
  text(literal: string): Writer {
    const at = this.reserve(literal.length);
    for (let i = 0; i < literal.length; i++) store<u8>(at + i, <u8>literal.charCodeAt(i));
    this.length += literal.length;
    return this;
  }

  bytes(bytes: Bytes): Writer {
    memory.copy(this.reserve(bytes.length), bytes.start, bytes.length);
    this.length += bytes.length;
    return this;
  }

  /** Decimal digits. */
  number(value: i64): Writer {
    if (value < 0) {
      this.byte(0x2d);
      if (value == i64.MIN_VALUE) return this.text("9223372036854775808");
      value = -value;
    }
    if (value >= 10) this.number(value / 10);
    return this.byte(<u8>(0x30 + (value % 10)));
  }

  /** Begins anew, in the memory of what has been written so far. */
  clear(): void {
    this.length = 0;
  }

  /** What has been written so far. */
  done(): Bytes {
    return new Bytes(this.buffer, this.length);
  }
}
