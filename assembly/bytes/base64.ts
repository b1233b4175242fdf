// Standard base64 (RFC 4648 section 4) as Go's base64.StdEncoding.DecodeString reads it, because containers/image
// and cosign do: padding is required, CR and LF are skipped wherever they stand (signatures made with openssl carry
// line feeds), bits left over in the last character may be anything, and every other character is refused.

import { Bytes } from "./bytes";

const PAD: u8 = 0x3d;
const PLUS: u8 = 0x2b;
const SLASH: u8 = 0x2f;
const DASH: u8 = 0x2d;
const UNDERSCORE: u8 = 0x5f;

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
  const out = Bytes.alloc((text.length / 4) * 3 + 3);
  let length = 0;
  let group: u32 = 0;
  let inGroup = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const byte = text.at(i);
    if (isLineBreak(byte)) continue;
    if (byte == PAD) break;
    const value = sextet(byte, urlSafe);
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

function sextet(byte: u8, urlSafe: bool): i32 {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte == (urlSafe ? DASH : PLUS)) return 62;
  return byte == (urlSafe ? UNDERSCORE : SLASH) ? 63 : -1;
}
