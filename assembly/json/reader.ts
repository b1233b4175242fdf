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
import { JSON_DEPTH, MANIFEST_MEMBERS } from "../limits";

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

/** An object or array that is being read. */
class Frame {
  /** Whether it is an object. */
  isObject: bool = false;
  /** Elements begun so far. */
  count: i32 = 0;
  /** Offset of the name of the member that is being read; negative while it is not known. */
  nameAt: i32 = -1;
  /** That name; null where it has not been decoded. */
  name: Bytes | null = null;
  /** Offset of its opening brace or bracket. */
  begin: i32 = 0;
  /** Names seen; null until there is one. */
  names: Array<Bytes> | null = null;
}

export class JsonReader {
  private at: i32 = 0;
  private depth: i32 = 0;
  /** Reused: frame i describes the i-th open object or array. */
  private frames: Array<Frame> = [];

  /** Whether text that is not Unicode is a failure, and not read with U+FFFD in its place. */
  private isUnicode: bool = false;

  /** Members an object that is read may have. */
  private mostMembers: i32 = i32.MAX_VALUE;

  /** What went wrong first; empty while all is well. */
  failure: string = "";
  /** Offset of the failure in the text. */
  failureAt: i32 = 0;
  /** Path of the value that failed. */
  failurePath: Bytes = Bytes.NONE;

  constructor(readonly text: Bytes) {}

  /** One to which broken UTF-8 and lone surrogates are failures, as to protobuf's readers. */
  static ofUnicode(text: Bytes): JsonReader {
    const reader = new JsonReader(text);
    reader.isUnicode = true;
    return reader;
  }

  /** One for manifests and indexes: to it an object that is read and has very many members is a failure. */
  static ofManifest(text: Bytes): JsonReader {
    const reader = new JsonReader(text);
    reader.mostMembers = MANIFEST_MEMBERS;
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
    const byte = this.next();
    switch (byte) {
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
    return byte == 0x2d || isDigit(byte) ? JsonKind.Number : JsonKind.None;
  }

  /** Enters an object; then call `nextMember` until it says no. False, with a failure, if there is none. */
  enterObject(): bool {
    return this.expect(0x7b, "expected an object") && this.enter(true);
  }

  /** Goes to the next member's value and makes its name `memberName()`; false at the end of the object. */
  nextMember(): bool {
    if (this.failed()) return false;
    const frame = this.frames[this.depth - 1];
    if (!this.nextElement(frame, 0x7d, "expected a comma or a closing brace")) {
      const names = frame.names;
      if (names !== null && names.length > LINEAR_MEMBERS) this.refuseRepeated(frame, names);
      return false;
    }
    const at = this.at;
    if (!this.expect(0x22, "expected a member name in double quotes")) return false;
    const name = this.string();
    if (this.failed()) return false;
    frame.name = name;
    frame.nameAt = at;
    let names = frame.names;
    if (names === null) frame.names = names = [];
    if (isRepeated(names, name)) {
      this.failMember("the same member twice");
      return false;
    }
    if (names.length == this.mostMembers) {
      this.failMember("more members than any manifest has");
      return false;
    }
    names.push(name);
    return this.passColon();
  }

  /** Name of the member whose value is next. */
  memberName(): Bytes {
    return this.nameIn(this.frames[this.depth - 1]);
  }

  /** Enters an array; then call `nextItem` until it says no. */
  enterArray(): bool {
    return this.expect(0x5b, "expected an array") && this.enter(false);
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
    if (!this.expect(0x22, "expected a string")) return Bytes.NONE;
    const start = ++this.at;
    return this.passPlain() ? this.text.slice(start, this.at++) : this.decodedString(start);
  }

  /** Reads over the next value, which must be a string. */
  skipString(): void {
    if (!this.expect(0x22, "expected a string")) return;
    const start = ++this.at;
    if (this.passPlain()) this.at++;
    else this.decodedString(start);
  }

  /** The text of the next value, which must be a number. */
  number(): Bytes {
    const byte = this.next();
    if (byte != 0x2d && !isDigit(byte)) {
      this.unexpected("expected a number");
      return Bytes.NONE;
    }
    const start = this.at;
    return this.passNumber() ? this.text.slice(start, this.at) : Bytes.NONE;
  }

  /** Reads over the next value, whatever it is. Names repeated inside it go unnoticed, as in Go. */
  skip(): void {
    switch (this.kind()) {
      case JsonKind.Object: {
        if (!this.enter(true)) return;
        const frame = this.frames[this.depth - 1];
        while (this.nextUncheckedMember(frame)) this.skip();
        return;
      }
      case JsonKind.Array: {
        if (!this.enter(false)) return;
        while (this.nextItem()) this.skip();
        return;
      }
      case JsonKind.String:
        this.skipString();
        return;
      case JsonKind.Number:
        this.passNumber();
        return;
      case JsonKind.True:
        this.literal("true");
        return;
      case JsonKind.False:
        this.literal("false");
        return;
      case JsonKind.Null:
        this.literal("null");
        return;
    }
    this.unexpected("expected a JSON value");
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
        if (this.isNameIn(frame, name) && this.kind() == JsonKind.String) found = this.string();
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
      if (frame.count == 0 || (frame.isObject && frame.nameAt < 0)) break;
      if (frame.isObject) writeMemberPath(out, this.nameIn(frame));
      else
        out
          .byte(0x5b)
          .number(frame.count - 1)
          .byte(0x5d);
    }
    return out.done();
  }

  /** At the end of an object with many members: fails at the first name that stands there a second time. */
  private refuseRepeated(frame: Frame, names: Array<Bytes>): void {
    if (this.failed()) return;
    const sorted = names.sort(compareBytes);
    const repeated: Array<Bytes> = [];
    for (let i = 1; i < sorted.length; i++) if (sorted[i].equals(sorted[i - 1])) repeated.push(sorted[i]);
    if (repeated.length == 0) return;
    // Where it stands is found by reading the object again.
    const isSeen = new StaticArray<bool>(repeated.length);
    const again = new JsonReader(this.text);
    again.at = frame.begin;
    again.enter(true);
    const member = again.frames[0];
    for (; again.nextUncheckedMember(member); again.skip()) {
      const name = again.nameIn(member);
      const index = lowerBound(repeated, name);
      if (index == repeated.length || !repeated[index].equals(name)) continue;
      if (isSeen[index]) {
        frame.name = name;
        frame.nameAt = member.nameAt;
        break;
      }
      isSeen[index] = true;
    }
    this.depth++;
    this.failMember("the same member twice");
    this.depth--;
  }

  private nextUncheckedMember(frame: Frame): bool {
    if (this.failed() || !this.nextElement(frame, 0x7d, "expected a comma or a closing brace")) return false;
    const at = this.at;
    if (!this.expect(0x22, "expected a member name in double quotes")) return false;
    this.skipString();
    if (this.failed()) return false;
    frame.nameAt = at;
    frame.name = null;
    return this.passColon();
  }

  /** The name of the member that is being read in an object. */
  private nameIn(frame: Frame): Bytes {
    const known = frame.name;
    if (known !== null) return known;
    const reader = new JsonReader(this.text);
    reader.at = frame.nameAt;
    const name = reader.string();
    frame.name = name;
    return name;
  }

  /** Whether that name is the ASCII text `name`. */
  private isNameIn(frame: Frame, name: string): bool {
    const begin = frame.nameAt + 1;
    // In most texts nothing of a name is escaped.
    if (this.text.holds(name, begin) && this.text.at(begin + name.length) == 0x22) return true;
    return this.text.holds("\\", this.text.plainEnd(begin)) && this.nameIn(frame).is(name);
  }

  private passColon(): bool {
    if (this.next() != 0x3a) {
      this.fail("expected a colon");
      return false;
    }
    this.at++;
    this.skipSpace();
    return true;
  }

  /** Whether this byte is next; else, and where nothing follows, a failure. */
  private expect(byte: u8, otherwise: string): bool {
    if (this.next() == byte) return true;
    this.unexpected(otherwise);
    return false;
  }

  private unexpected(otherwise: string): void {
    this.fail(this.at < this.text.length ? otherwise : "unexpected end of the text");
  }

  private enter(isObject: bool): bool {
    if (this.depth >= JSON_DEPTH) {
      this.fail("nested too deeply");
      return false;
    }
    if (this.depth == this.frames.length) this.frames.push(new Frame());
    const frame = this.frames[this.depth++];
    frame.isObject = isObject;
    frame.begin = this.at++;
    frame.count = 0;
    const names = frame.names;
    if (names !== null) names.length = 0;
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
        this.unexpected(otherwise);
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
    frame.nameAt = -1;
    return true;
  }

  /** Goes on to the end of a string that has no escapes and no broken UTF-8 up to there; false where it has. */
  private passPlain(): bool {
    for (this.at = this.text.plainEnd(this.at); this.at < this.text.length; ) {
      const byte = this.text.at(this.at);
      if (byte == 0x22) return true;
      if (byte == 0x5c || byte < 0x20) return false;
      const length = sequenceLength(this.text, this.at);
      if (length == 0) return false;
      this.at = this.text.plainEnd(this.at + length);
    }
    return false;
  }

  /** Goes to the end of a number; false, with a failure, if it is none. */
  private passNumber(): bool {
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
        return Bytes.NONE;
      }
      if (byte == 0x5c) {
        if (!this.escape(out)) return Bytes.NONE;
        continue;
      }
      const length = sequenceLength(this.text, this.at);
      if (length == 0 && this.isUnicode) this.fail("broken UTF-8 in a string", this.at);
      writeCodePoint(out, length == 0 ? REPLACEMENT : codePointAt(this.text, this.at, length));
      this.at += max(length, 1);
    }
    this.fail("unterminated string", start - 1);
    return Bytes.NONE;
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

  private malformed(start: i32): bool {
    this.fail("malformed number", start);
    return false;
  }

  /** The next byte, or 0 at the end. */
  private peek(): u8 {
    return this.at < this.text.length ? this.text.at(this.at) : 0;
  }

  /** The first byte that is no white space, or 0 at the end. */
  private next(): u8 {
    this.skipSpace();
    return this.peek();
  }

  private skipSpace(): void {
    this.at = this.text.spaceEnd(this.at);
  }
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether a name stood in its object before; where there are many, its end will tell. */
function isRepeated(names: Array<Bytes>, name: Bytes): bool {
  if (names.length > LINEAR_MEMBERS) return false;
  for (let i = 0; i < names.length; i++) if (names[i].equals(name)) return true;
  return false;
}

/** Index of the first of these sorted names that is not before `name`. */
function lowerBound(names: Array<Bytes>, name: Bytes): i32 {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(names[middle], name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
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
