// Builds the one line a person reads: lower case, no full stop, at most 300 characters, and nothing an attacker wrote
// can break out of it.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { REASON_BYTES } from "../limits";

/** Longest piece of foreign text in a reason. */
const QUOTED_BYTES: i32 = 120;

const HEX: string = "0123456789abcdef";

export class Reason {
  private readonly out: Writer = new Writer();

  /** Our own words, ASCII. */
  text(words: string): Reason {
    this.out.text(words);
    return this;
  }

  number(value: i64): Reason {
    this.out.number(value);
    return this;
  }

  /** Foreign text: printable ASCII as it is, everything else as `\xNN`, cut where it is long. */
  foreign(text: Bytes): Reason {
    const end = min(text.length, QUOTED_BYTES);
    for (let i = 0; i < end; i++) {
      const byte = text.at(i);
      if (byte >= 0x20 && byte < 0x7f && byte != 0x5c) this.out.byte(byte);
      else {
        this.out.text("\\x");
        this.out.byte(<u8>HEX.charCodeAt(byte >> 4)).byte(<u8>HEX.charCodeAt(byte & 15));
      }
    }
    if (end < text.length) this.out.text("...");
    return this;
  }

  /** `1 signature`, `2 signatures`. */
  count(number: i32, thing: string): Reason {
    this.number(number).text(" ").text(thing);
    return number == 1 ? this : this.text("s");
  }

  done(): Bytes {
    const text = this.out.done();
    if (text.length <= REASON_BYTES) return text;
    return new Writer()
      .bytes(text.slice(0, REASON_BYTES - 3))
      .text("...")
      .done();
  }
}
