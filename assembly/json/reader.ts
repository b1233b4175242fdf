// A strict, forward-only reader of JSON (RFC 8259) in Go encoding/json's dialect, which is what containers/image
// accepts: no byte order mark, no comments, no trailing commas; invalid UTF-8 and lone surrogates become U+FFFD before
// anything is compared; a member name that stands twice in an object that is read is a failure, also if it is spelt
// with different escapes (containers/image: internal/signature/json.go).
//
// The reader latches: the first failure is kept with its place, and from then on every read gives nothing. Schemas
// are walked, not turned into a tree.

import { Bytes, compareBytes } from "../bytes/bytes";
import { encodeHex, hexDigitValue } from "../bytes/hex";
import { codePointAt, REPLACEMENT, sequenceLength, writeCodePoint } from "../bytes/utf8";
import { Writer } from "../bytes/writer";
import { JSON_DEPTH } from "../limits";

export enum JsonKind {
  /** Nothing there, or not the beginning of a value. */
  None,
  Object,
  Array,
  String,
  Number,
  True,
  False,
  Null,
}

/**
 * Objects with more members than this have their names sorted at their end to find repeated ones: whoever writes the
 * text may choose names that no hash table is fast with.
 */
const LINEAR_MEMBERS: i32 = 16;

/** A member's name, and its offset in the text. */
class MemberName {
  constructor(
    readonly name: Bytes,
    readonly at: i32,
  ) {}
}

/** An object or array that is being read. */
class Frame {
  /** Whether it is an object. */
  isObject: bool = false;
  /** Elements begun so far. */
  count: i32 = 0;
  /** Name of the member that is being read; at address 0 while it is not known. */
  name: Bytes = EMPTY();
  /** Offset of that name. */
  nameAt: i32 = 0;
  /** Names seen. */
  names: Array<MemberName> = [];
}

function EMPTY(): Bytes {
  return new Bytes(0, 0);
}

export class JsonReader {
  private at: i32 = 0;
  private depth: i32 = 0;
  /** Reused: frame i describes the i-th open object or array. */
  private frames: Array<Frame> = [];

  /** Whether text that is not Unicode is a failure, and not read with U+FFFD in its place. */
  private isUnicode: bool = false;

  /** What went wrong first; empty while all is well. */
  failure: string = "";
  /** Offset of the failure in the text. */
  failureAt: i32 = 0;
  /** Path of the value that failed. */
  failurePath: Bytes = EMPTY();

  constructor(readonly text: Bytes) {}

  /** One to which broken UTF-8 and lone surrogates are failures, as to protobuf's readers. */
  static ofUnicode(text: Bytes): JsonReader {
    const reader = new JsonReader(text);
    reader.isUnicode = true;
    return reader;
  }

  /** Offset of the next value. */
  position(): i32 {
    this.skipSpace();
    return this.at;
  }

  /** Offset just behind the value that was read last. */
  end(): i32 {
    return this.at;
  }

  /** Records a failure at the value that is next, or at `offset`. Only the first one counts. */
  fail(what: string, offset: i32 = -1): void {
    if (this.failure.length > 0) return;
    this.failure = what;
    this.failureAt = offset >= 0 ? offset : this.position();
    this.failurePath = this.path();
    this.at = this.text.length;
  }

  /** Records a failure at the name of the member whose value is next. */
  failMember(what: string): void {
    this.fail(what, this.frames[this.depth - 1].nameAt);
  }

  failed(): bool {
    return this.failure.length > 0;
  }

  /** Whether the text was read completely and without a failure. */
  done(): bool {
    if (!this.failed() && this.position() < this.text.length) this.fail("data after the JSON value");
    return !this.failed();
  }

  /** The kind of the next value. */
  kind(): JsonKind {
    if (this.failed()) return JsonKind.None;
    this.skipSpace();
    if (this.at >= this.text.length) return JsonKind.None;
    switch (this.text.at(this.at)) {
      case 0x7b:
        return JsonKind.Object;
      case 0x5b:
        return JsonKind.Array;
      case 0x22:
        return JsonKind.String;
      case 0x74:
        return JsonKind.True;
      case 0x66:
        return JsonKind.False;
      case 0x6e:
        return JsonKind.Null;
    }
    const byte = this.text.at(this.at);
    return byte == 0x2d || isDigit(byte) ? JsonKind.Number : JsonKind.None;
  }

  /** Enters an object; then call `nextMember` until it says no. False, with a failure, if there is none. */
  enterObject(): bool {
    if (!this.expect(JsonKind.Object, "expected an object")) return false;
    return this.enter(true);
  }

  /** Goes to the next member's value and makes its name `memberName()`; false at the end of the object. */
  nextMember(): bool {
    if (this.failed()) return false;
    const frame = this.frames[this.depth - 1];
    if (!this.nextElement(frame, 0x7d, "expected a comma or a closing brace")) {
      this.refuseRepeated(frame);
      return false;
    }
    frame.nameAt = this.at;
    if (this.kind() != JsonKind.String) {
      this.fail("expected a member name in double quotes");
      return false;
    }
    frame.name = this.string();
    if (this.failed()) return false;
    if (isRepeated(frame)) {
      this.failMember("the same member twice");
      return false;
    }
    frame.names.push(new MemberName(frame.name, frame.nameAt));
    this.skipSpace();
    if (this.at >= this.text.length || this.text.at(this.at) != 0x3a) {
      this.fail("expected a colon");
      return false;
    }
    this.at++;
    this.skipSpace();
    return true;
  }

  /** Name of the member whose value is next. */
  memberName(): Bytes {
    return this.frames[this.depth - 1].name;
  }

  /** Enters an array; then call `nextItem` until it says no. */
  enterArray(): bool {
    if (!this.expect(JsonKind.Array, "expected an array")) return false;
    return this.enter(false);
  }

  /** Goes to the next element; false at the end of the array. */
  nextItem(): bool {
    if (this.failed()) return false;
    return this.nextElement(this.frames[this.depth - 1], 0x5d, "expected a comma or a closing bracket");
  }

  /** Reads `null` if it is next. */
  takeNull(): bool {
    if (this.kind() != JsonKind.Null) return false;
    this.literal("null");
    return !this.failed();
  }

  /** The next value, which must be a string, decoded. Shares memory with the text where nothing is escaped. */
  string(): Bytes {
    if (!this.expect(JsonKind.String, "expected a string")) return EMPTY();
    const start = ++this.at;
    // Plain ASCII and well-formed UTF-8 need no copy.
    while (this.at < this.text.length) {
      this.at = this.text.plainEnd(this.at);
      if (this.at == this.text.length) break;
      const byte = this.text.at(this.at);
      if (byte == 0x22) return this.text.slice(start, this.at++);
      if (byte == 0x5c || byte < 0x20) break;
      const length = sequenceLength(this.text, this.at);
      if (length == 0) break;
      this.at += length;
    }
    return this.decodedString(start);
  }

  /** The text of the next value, which must be a number. */
  number(): Bytes {
    if (!this.expect(JsonKind.Number, "expected a number")) return EMPTY();
    const start = this.at;
    if (this.peek() == 0x2d) this.at++;
    if (this.peek() == 0x30) this.at++;
    else if (!this.digits()) return this.malformed(start);
    if (this.peek() == 0x2e) {
      this.at++;
      if (!this.digits()) return this.malformed(start);
    }
    if ((this.peek() | 0x20) == 0x65) {
      this.at++;
      if (this.peek() == 0x2b || this.peek() == 0x2d) this.at++;
      if (!this.digits()) return this.malformed(start);
    }
    return this.text.slice(start, this.at);
  }

  /** Reads over the next value, whatever it is. Names repeated inside it go unnoticed, as in Go. */
  skip(): void {
    const kind = this.kind();
    if (kind == JsonKind.Object || kind == JsonKind.Array) {
      if (!this.enter(kind == JsonKind.Object)) return;
      const frame = this.frames[this.depth - 1];
      while (kind == JsonKind.Object ? this.nextUncheckedMember(frame) : this.nextItem()) this.skip();
    } else if (kind == JsonKind.String) this.string();
    else if (kind == JsonKind.Number) this.number();
    else if (kind == JsonKind.True) this.literal("true");
    else if (kind == JsonKind.False) this.literal("false");
    else if (kind == JsonKind.Null) this.literal("null");
    else this.fail(this.at < this.text.length ? "expected a JSON value" : "unexpected end of the text");
  }

  /**
   * The text under `name` in the object that is next, without reading on; null if it is not there or no string. What
   * is wrong with the object is left for the reading that follows.
   */
  lookAhead(name: string): Bytes | null {
    if (this.kind() != JsonKind.Object) return null;
    const at = this.at;
    const depth = this.depth;
    let found: Bytes | null = null;
    if (this.enter(true)) {
      const frame = this.frames[depth];
      while (found === null && this.nextUncheckedMember(frame)) {
        if (frame.name.is(name) && this.kind() == JsonKind.String) found = this.string();
        else this.skip();
      }
    }
    if (this.failed()) found = null;
    this.failure = "";
    this.at = at;
    this.depth = depth;
    return found;
  }

  /** Where the reader is: `transports.docker["ghcr.io/x"][0].keyPath`. */
  path(): Bytes {
    const out = new Writer();
    for (let i = 0; i < this.depth; i++) {
      const frame = this.frames[i];
      if (frame.count == 0 || (frame.isObject && frame.name.start == 0)) break;
      if (frame.isObject) writeMemberPath(out, frame.name);
      else
        out
          .byte(0x5b)
          .number(frame.count - 1)
          .byte(0x5d);
    }
    return out.done();
  }

  /** At the end of an object with many members: fails at the first name that stands there a second time. */
  private refuseRepeated(frame: Frame): void {
    if (this.failed() || frame.names.length <= LINEAR_MEMBERS) return;
    const names = frame.names;
    names.sort(compareNames);
    let first: MemberName | null = null;
    for (let i = 1; i < names.length; i++) {
      if (names[i].name.equals(names[i - 1].name) && (first === null || names[i].at < first.at))
        first = names[i];
    }
    if (first === null) return;
    frame.name = first.name;
    this.depth++;
    this.fail("the same member twice", first.at);
    this.depth--;
  }

  private nextUncheckedMember(frame: Frame): bool {
    if (this.failed() || !this.nextElement(frame, 0x7d, "expected a comma or a closing brace")) return false;
    if (this.kind() != JsonKind.String) {
      this.fail("expected a member name in double quotes");
      return false;
    }
    frame.name = this.string();
    this.skipSpace();
    if (this.peek() != 0x3a) {
      this.fail("expected a colon");
      return false;
    }
    this.at++;
    return !this.failed();
  }

  private expect(kind: JsonKind, otherwise: string): bool {
    if (this.failed()) return false;
    if (this.kind() == kind) return true;
    this.fail(this.at < this.text.length ? otherwise : "unexpected end of the text");
    return false;
  }

  private enter(isObject: bool): bool {
    if (this.depth >= JSON_DEPTH) {
      this.fail("nested too deeply");
      return false;
    }
    this.at++;
    if (this.depth == this.frames.length) this.frames.push(new Frame());
    const frame = this.frames[this.depth++];
    frame.isObject = isObject;
    frame.count = 0;
    frame.names.length = 0;
    return true;
  }

  private nextElement(frame: Frame, close: u8, otherwise: string): bool {
    this.skipSpace();
    if (this.peek() == close) {
      this.at++;
      this.depth--;
      return false;
    }
    if (frame.count > 0) {
      if (this.peek() != 0x2c) {
        this.fail(this.at < this.text.length ? otherwise : "unexpected end of the text");
        return false;
      }
      this.at++;
      this.skipSpace();
    }
    if (this.at >= this.text.length) {
      this.fail("unexpected end of the text");
      return false;
    }
    frame.count++;
    frame.name = EMPTY();
    return true;
  }

  /** Decodes a string with escapes or broken UTF-8; `start` is the offset of its first character. */
  private decodedString(start: i32): Bytes {
    const out = new Writer();
    out.bytes(this.text.slice(start, this.at));
    while (this.at < this.text.length) {
      const byte = this.text.at(this.at);
      if (byte == 0x22) {
        this.at++;
        return out.done();
      }
      if (byte < 0x20) {
        this.fail("control character in a string", this.at);
        return EMPTY();
      }
      if (byte == 0x5c) {
        if (!this.escape(out)) return EMPTY();
        continue;
      }
      const length = sequenceLength(this.text, this.at);
      if (length == 0 && this.isUnicode) this.fail("broken UTF-8 in a string", this.at);
      writeCodePoint(out, length == 0 ? REPLACEMENT : codePointAt(this.text, this.at, length));
      this.at += max(length, 1);
    }
    this.fail("unterminated string", start - 1);
    return EMPTY();
  }

  private escape(out: Writer): bool {
    const start = this.at++;
    const letter = this.peek();
    this.at++;
    switch (letter) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        out.byte(letter);
        return true;
      case 0x62:
        out.byte(0x08);
        return true;
      case 0x66:
        out.byte(0x0c);
        return true;
      case 0x6e:
        out.byte(0x0a);
        return true;
      case 0x72:
        out.byte(0x0d);
        return true;
      case 0x74:
        out.byte(0x09);
        return true;
    }
    const unit = letter == 0x75 ? this.hexUnit(this.at) : -1;
    if (unit < 0) {
      this.fail("malformed escape in a string", start);
      return false;
    }
    this.at += 4;
    if ((unit & 0xfc00) == 0xd800 && this.peek() == 0x5c && this.at + 1 < this.text.length) {
      const low = this.text.at(this.at + 1) == 0x75 ? this.hexUnit(this.at + 2) : -1;
      if (low >= 0 && (low & 0xfc00) == 0xdc00) {
        this.at += 6;
        writeCodePoint(out, 0x10000 + ((<u32>unit & 0x3ff) << 10) + (<u32>low & 0x3ff));
        return true;
      }
    }
    if ((unit & 0xf800) == 0xd800 && this.isUnicode) {
      this.fail("lone surrogate in a string", start);
      return false;
    }
    writeCodePoint(out, unit);
    return true;
  }

  /** The four hexadecimal digits at `at`, or -1. */
  private hexUnit(at: i32): i32 {
    if (at + 4 > this.text.length) return -1;
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const value = hexDigitValue(this.text.at(at + i));
      if (value < 0) return -1;
      unit = (unit << 4) | value;
    }
    return unit;
  }

  private literal(word: string): void {
    if (this.text.from(this.at).startsWith(word)) this.at += word.length;
    else this.fail("expected a JSON value");
  }

  /** Reads digits; false if there are none. */
  private digits(): bool {
    const start = this.at;
    while (isDigit(this.peek())) this.at++;
    return this.at > start;
  }

  private malformed(start: i32): Bytes {
    this.fail("malformed number", start);
    return EMPTY();
  }

  /** The next byte, or 0 at the end. */
  private peek(): u8 {
    return this.at < this.text.length ? this.text.at(this.at) : 0;
  }

  private skipSpace(): void {
    while (this.at < this.text.length) {
      const byte = this.text.at(this.at);
      if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
      this.at++;
    }
  }
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether the name that was just read stood in its object before; where there are many, its end will tell. */
function isRepeated(frame: Frame): bool {
  if (frame.names.length > LINEAR_MEMBERS) return false;
  for (let i = 0; i < frame.names.length; i++) if (frame.names[i].name.equals(frame.name)) return true;
  return false;
}

/** By name, the same names in the order in which they stand. */
function compareNames(a: MemberName, b: MemberName): i32 {
  const order = compareBytes(a.name, b.name);
  return order != 0 ? order : a.at - b.at;
}

/** Writes `.name`, or `["name"]` where it is no identifier; the first one goes without its dot. ASCII, whatever the name. */
export function writeMemberPath(out: Writer, name: Bytes): void {
  if (isIdentifier(name)) {
    if (out.length > 0) out.byte(0x2e);
    out.bytes(name);
    return;
  }
  out.text('["');
  for (let i = 0; i < name.length; ) {
    const length = max(sequenceLength(name, i), 1);
    const codePoint = codePointAt(name, i, length);
    if (codePoint == 0x22 || codePoint == 0x5c) out.byte(0x5c);
    if (codePoint >= 0x20 && codePoint < 0x7f) out.byte(<u8>codePoint);
    else writeUnicodeEscape(out, codePoint);
    i += length;
  }
  out.text('"]');
}

/** Writes `\uXXXX`, twice beyond U+FFFF. */
function writeUnicodeEscape(out: Writer, codePoint: u32): void {
  if (codePoint > 0xffff) {
    writeUnicodeEscape(out, 0xd800 + ((codePoint - 0x10000) >> 10));
    codePoint = 0xdc00 + ((codePoint - 0x10000) & 0x3ff);
  }
  const unit = Bytes.alloc(2);
  unit.set(0, <u8>(codePoint >> 8));
  unit.set(1, <u8>codePoint);
  out.text("\\u").bytes(encodeHex(unit));
}

function isIdentifier(name: Bytes): bool {
  if (name.length == 0 || isDigit(name.at(0))) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = name.at(i);
    const lower = byte | 0x20;
    if (!(lower >= 0x61 && lower <= 0x7a) && !isDigit(byte) && byte != 0x5f) return false;
  }
  return true;
}
