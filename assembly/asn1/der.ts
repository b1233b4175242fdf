// A reader of DER (X.690): forward only, and its first failure stays. After a failure every read gives empty bytes, so
// that a parser is straight-line code with one question at the end: `done()`. There is no tree and no recursion, the
// parser walks the schema.

import { Bytes } from "../bytes/bytes";
import { BIT_STRING, BOOLEAN, INTEGER, OBJECT_IDENTIFIER } from "./tag";

export class DerReader {
  /** Whether anything so far was not as expected. */
  failed: bool = false;
  private position: i32 = 0;
  /** Where the innermost entered element ends. */
  private end: i32;

  constructor(private readonly input: Bytes) {
    this.end = input.length;
  }

  /** Whether everything was as expected and nothing is left over, also inside what was entered. */
  done(): bool {
    return !this.failed && this.position == this.input.length;
  }

  /** Whether an element follows, inside what was entered. */
  more(): bool {
    return !this.failed && this.position < this.end;
  }

  /** The identifier octet of the next element; 0, which is none of an element, where there is none. */
  tag(): u8 {
    return this.more() ? this.input.at(this.position) : 0;
  }

  /** The next element, header included. Its tag number must be below 31. */
  element(): Bytes {
    const start = this.position;
    const tag = this.tag();
    // X.690 8.1.2.4: larger numbers take more octets. 8.1.5: 0 ends contents of indefinite length.
    if ((tag & 0x1f) == 0x1f || tag == 0) return this.fail();
    this.read(tag);
    return this.failed ? Bytes.NONE : this.input.slice(start, this.position);
  }

  /** The contents of the next element, whose identifier octet must be `tag`. */
  read(tag: u8): Bytes {
    const length = this.header(tag);
    const contents = this.input.slice(this.position, this.position + length);
    this.position += length;
    return contents;
  }

  /** Continues inside the next element. The result is for `leave`. */
  enter(tag: u8): i32 {
    const outer = this.end;
    const length = this.header(tag);
    this.end = this.position + length;
    return outer;
  }

  /** Continues behind the element entered last, which must be used up. */
  leave(outer: i32): void {
    if (this.position != this.end) this.fail();
    this.end = outer;
  }

  /** A BOOLEAN. */
  boolean(): bool {
    const contents = this.read(BOOLEAN);
    if (this.failed) return false;

    // X.690 8.2.1, 11.1: one octet, all ones for true.
    if (contents.length != 1 || (contents.at(0) != 0x00 && contents.at(0) != 0xff)) {
      this.fail();
      return false;
    }
    return contents.at(0) == 0xff;
  }

  /** The contents of an INTEGER, two's complement. */
  integer(): Bytes {
    const contents = this.read(INTEGER);
    if (this.failed) return contents;

    // X.690 8.3.1, 8.3.2: at least one octet, and the first nine bits neither all ones nor all zero.
    if (contents.length == 0) return this.fail();
    if (contents.length > 1) {
      const first = contents.at(0);
      const sign = contents.at(1) >> 7;
      if ((first == 0x00 && sign == 0) || (first == 0xff && sign == 1)) return this.fail();
    }
    return contents;
  }

  /** The magnitude of an INTEGER that is not negative, without leading zero bytes: empty for 0. */
  natural(): Bytes {
    const contents = this.integer();
    if (this.failed) return contents;
    if (contents.at(0) >= 0x80) return this.fail();
    return contents.at(0) == 0 ? contents.from(1) : contents;
  }

  /** The contents of an OBJECT IDENTIFIER. As in Go, none of its components is 2^31 or more. */
  oid(): Bytes {
    const contents = this.read(OBJECT_IDENTIFIER);
    if (this.failed) return contents;

    // X.690 8.19.2: seven bits an octet, the last of a component without the eighth, and in the fewest octets.
    let component: u32 = 0;
    let isBegun: bool = false;
    for (let i = 0; i < contents.length; i++) {
      const octet = <u32>contents.at(i);
      if ((!isBegun && octet == 0x80) || component >= 1 << 24) return this.fail();
      isBegun = octet >= 0x80;
      component = isBegun ? (component << 7) | (octet & 0x7f) : 0;
    }
    return contents.length == 0 || isBegun ? this.fail() : contents;
  }

  /** The octets of a BIT STRING that consists of whole octets. */
  octetsOfBitString(): Bytes {
    const contents = this.read(BIT_STRING);
    if (this.failed) return contents;

    // X.690 8.6.2.2: the first octet counts the unused bits of the last.
    if (contents.length == 0 || contents.at(0) != 0) return this.fail();
    return contents.from(1);
  }

  /** Reads identifier and length octets; the contents lie within what was entered. 0 after a failure. */
  private header(tag: u8): i32 {
    if (this.octet() != tag) this.fail();
    const length = this.lengthOctets();
    if (!this.failed && length > this.end - this.position) this.fail();
    return this.failed ? 0 : length;
  }

  private lengthOctets(): i32 {
    const first = <i32>this.octet();
    if (first < 0x80) return first;

    // X.690 8.1.3.5: the long form; 0x80 alone would be the indefinite form. Three octets are more than any limit.
    const count = first & 0x7f;
    if (count == 0 || count > 3) this.fail();
    let length = 0;
    for (let i = 0; i < count && !this.failed; i++) length = (length << 8) | <i32>this.octet();

    // X.690 10.1: in the fewest octets.
    if (length < 0x80 || length >> ((count - 1) * 8) == 0) this.fail();
    return length;
  }

  /** The next octet, 0 after a failure. */
  private octet(): u8 {
    if (!this.more()) {
      this.fail();
      return 0;
    }
    return this.input.at(this.position++);
  }

  private fail(): Bytes {
    this.failed = true;
    return Bytes.NONE;
  }
}
