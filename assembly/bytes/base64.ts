// Standard base64 (RFC 4648 section 4) as Go's base64.StdEncoding.DecodeString reads it, because containers/image
// and cosign do: padding is required, CR and LF are skipped wherever they stand (signatures made with openssl carry
// line feeds), bits left over in the last character may be anything, and every other character is refused.

import { Bytes } from "./bytes";

const PAD: u8 = 0x3d;
const DASH: u8 = 0x2d;
const UNDERSCORE: u8 = 0x5f;

/** By character, its value, or -1. */
const STANDARD: StaticArray<i8> = valuesOf(0x2b, 0x2f);
const URL_SAFE: StaticArray<i8> = valuesOf(DASH, UNDERSCORE);

/** Of letters, digits and the two characters that differ between alphabets. */
function valuesOf(next: u8, last: u8): StaticArray<i8> {
  const values = new StaticArray<i8>(256);
  for (let i = 0; i < 256; i++) values[i] = -1;
  for (let i = 0; i < 26; i++) {
    values[0x41 + i] = <i8>i;
    values[0x61 + i] = <i8>(26 + i);
  }
  for (let i = 0; i < 10; i++) values[0x30 + i] = <i8>(52 + i);
  values[next] = 62;
  values[last] = 63;
  return values;
}

/** The decoded bytes, or null where Go would report a CorruptInputError. */
export function decodeBase64(text: Bytes): Bytes | null {
  return decode(text, false, true);
}

/**
 * As protojson reads a bytes field (google.golang.org/protobuf/encoding/protojson, unmarshalBytes): the URL-safe alphabet
 * where one of its two characters stands in the text, and no padding where the length asks for some.
 */
export function decodeProtoBase64(text: Bytes): Bytes | null {
  const urlSafe = text.indexOf(DASH) >= 0 || text.indexOf(UNDERSCORE) >= 0;
  return decode(text, urlSafe, text.length % 4 == 0);
}

function decode(text: Bytes, urlSafe: bool, padded: bool): Bytes | null {
  const values = urlSafe ? URL_SAFE : STANDARD;
  const out = Bytes.alloc((text.length / 4) * 3 + 3);
  let length = 0;
  let i = 0;
  // Whole groups, up to where something else stands.
  for (; i + 4 <= text.length; i += 4) {
    const a: i32 = values[text.at(i)];
    const b: i32 = values[text.at(i + 1)];
    const c: i32 = values[text.at(i + 2)];
    const d: i32 = values[text.at(i + 3)];
    if ((a | b | c | d) < 0) break;
    out.set(length++, <u8>((a << 2) | (b >> 4)));
    out.set(length++, <u8>((b << 4) | (c >> 2)));
    out.set(length++, <u8>((c << 6) | d));
  }
  let group: u32 = 0;
  let inGroup = 0;
  for (; i < text.length; i++) {
    const byte = text.at(i);
    if (isLineBreak(byte)) continue;
    if (byte == PAD) break;
    const value: i32 = values[byte];
    if (value < 0) return null;
    group = (group << 6) | value;
    if (++inGroup == 4) {
      out.set(length++, <u8>(group >> 16));
      out.set(length++, <u8>(group >> 8));
      out.set(length++, <u8>group);
      group = 0;
      inGroup = 0;
    }
  }

  // Two characters and two pads carry one byte, three and one carry two; nothing but line breaks may follow.
  let padding = 0;
  for (; i < text.length; i++) {
    const byte = text.at(i);
    if (isLineBreak(byte)) continue;
    if (byte != PAD) return null;
    padding++;
  }
  if (inGroup == 0) return padding == 0 ? out.slice(0, length) : null;
  if (inGroup == 1 || padding != (padded ? 4 - inGroup : 0)) return null;
  group <<= 6 * (4 - inGroup);
  out.set(length++, <u8>(group >> 16));
  if (inGroup == 3) out.set(length++, <u8>(group >> 8));
  return out.slice(0, length);
}

function isLineBreak(byte: u8): bool {
  return byte == 0x0a || byte == 0x0d;
}
