// UTF-8 (RFC 3629), with Go's rule for what is not: each offending byte stands for one U+FFFD.

import { Bytes } from "./bytes";
import { Writer } from "./writer";

export const REPLACEMENT: u32 = 0xfffd;

/**
 * Number of bytes of the well-formed sequence that starts at `at`, or 0 if there is none: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF.
 */
export function sequenceLength(text: Bytes, at: i32): i32 {
  const first = text.at(at);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > text.length) return 0;

  // The second byte's range depends on the first (RFC 3629 section 4); the others are 80..BF.
  const second = text.at(at + 1);
  const low: u8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const high: u8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if ((text.at(at + i) & 0xc0) != 0x80) return 0;
  return length;
}

/** The code point of the sequence of `length` bytes (1 to 4, as `sequenceLength` gave it) that starts at `at`. */
export function codePointAt(text: Bytes, at: i32, length: i32): u32 {
  let value: u32 = text.at(at);
  if (length > 1) value &= 0x7f >> length;
  for (let i = 1; i < length; i++) value = (value << 6) | (text.at(at + i) & 0x3f);
  return value;
}

/** Writes a code point, or U+FFFD for a surrogate. */
export function writeCodePoint(out: Writer, codePoint: u32): void {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) codePoint = REPLACEMENT;
  if (codePoint < 0x80) {
    out.byte(<u8>codePoint);
  } else if (codePoint < 0x800) {
    out.byte(<u8>(0xc0 | (codePoint >> 6))).byte(<u8>(0x80 | (codePoint & 0x3f)));
  } else if (codePoint < 0x10000) {
    out
      .byte(<u8>(0xe0 | (codePoint >> 12)))
      .byte(<u8>(0x80 | ((codePoint >> 6) & 0x3f)))
      .byte(<u8>(0x80 | (codePoint & 0x3f)));
  } else {
    out
      .byte(<u8>(0xf0 | (codePoint >> 18)))
      .byte(<u8>(0x80 | ((codePoint >> 12) & 0x3f)))
      .byte(<u8>(0x80 | ((codePoint >> 6) & 0x3f)))
      .byte(<u8>(0x80 | (codePoint & 0x3f)));
  }
}

/** Compares by UTF-16 code units, as RFC 8785 section 3.2.3 sorts members. Both texts must be well-formed. */
export function compareUtf16(a: Bytes, b: Bytes): i32 {
  const i = a.sharedWith(b);
  if (i == min(a.length, b.length)) return a.length - b.length;
  // UTF-8 sorts by code point. The one difference: code points above U+FFFF (lead byte F0 and up) are surrogates in
  // UTF-16, below U+E000..U+FFFF (lead bytes EE and EF).
  const x = a.at(i);
  const y = b.at(i);
  const xSupplementary = x >= 0xf0;
  const ySupplementary = y >= 0xf0;
  if (xSupplementary && !ySupplementary && y >= 0xee) return -1;
  if (ySupplementary && !xSupplementary && x >= 0xee) return 1;
  return <i32>x - <i32>y;
}
