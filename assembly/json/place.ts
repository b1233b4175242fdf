// Where in a text something stands, for people.

import { Bytes } from "../bytes/bytes";

/** Line and column of one offset after the other; offsets that grow cost one walk over the text in all. */
export class Place {
  private at: i32 = 0;
  /** From 1. */
  line: u32 = 1;
  /** From 1, in characters. */
  column: u32 = 1;

  constructor(private readonly text: Bytes) {}

  /** Goes to an offset. */
  to(offset: i32): Place {
    if (offset < this.at) {
      this.at = 0;
      this.line = 1;
      this.column = 1;
    }
    for (; this.at < offset; this.at++) {
      const byte = this.text.at(this.at);
      if (byte == 0x0a) {
        this.line++;
        this.column = 1;
      } else if (!isContinuation(byte)) this.column++;
    }
    return this;
  }
}

/** Whether a byte of UTF-8 goes on with the character before it. */
function isContinuation(byte: u8): bool {
  return (byte & 0xc0) == 0x80;
}
