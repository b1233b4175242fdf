// Builds the one line a person reads: lower case, no full stop, at most 300 characters, and nothing an attacker wrote
// can break out of it.

import { Bytes } from "../bytes/bytes";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { REASON_BYTES } from "../limits";

/** Longest piece of foreign text in a reason. */
const QUOTED_BYTES: i32 = 120;

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

  /** Foreign text, escaped, cut where it is long. */
  foreign(text: Bytes): Reason {
    writeEscaped(this.out, text, QUOTED_BYTES);
    return this;
  }

  /** Text of ours that is clean already: a path in the policy, another reason. */
  own(text: Bytes): Reason {
    this.out.bytes(text);
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
