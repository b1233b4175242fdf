// Standard base64 (RFC 4648 section 4) as Go's base64.StdEncoding.DecodeString reads it, because containers/image
// and cosign do: padding is required, CR and LF are skipped wherever they stand (signatures made with openssl carry
// line feeds), bits left over in the last character may be anything, and every other character is refused.

import { Bytes } from "./bytes";

const PAD: u8 = 0x3d;

/** The decoded bytes, or null where Go would report a CorruptInputError. */
export function decodeBase64(text: Bytes): Bytes | null {
  const out = Bytes.alloc((text.length / 4) * 3 + 3);
  let length = 0;
  let group: u32 = 0;
  let inGroup = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const byte = text.at(i);
    if (isLineBreak(byte)) continue;
    if (byte == PAD) break;
    const value = sextet(byte);
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
  if (inGroup + padding != 4 || inGroup == 1) return null;
  group <<= 6 * padding;
  out.set(length++, <u8>(group >> 16));
  if (inGroup == 3) out.set(length++, <u8>(group >> 8));
  return out.slice(0, length);
}

function isLineBreak(byte: u8): bool {
  return byte == 0x0a || byte == 0x0d;
}

function sextet(byte: u8): i32 {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte == 0x2b) return 62;
  return byte == 0x2f ? 63 : -1;
}
