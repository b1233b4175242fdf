import { Bytes } from "./bytes";

const DIGITS: string = "0123456789abcdef";

/** Lower-case hexadecimal digits. */
export function encodeHex(bytes: Bytes): Bytes {
  const out = Bytes.alloc(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    out.set(2 * i, <u8>DIGITS.charCodeAt(bytes.at(i) >> 4));
    out.set(2 * i + 1, <u8>DIGITS.charCodeAt(bytes.at(i) & 15));
  }
  return out;
}

/** Whether `byte` is one of `0-9a-f`. */
export function isLowerHexDigit(byte: u8): bool {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
}

/** The value of a hexadecimal digit of either case, or -1. */
export function hexDigitValue(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** The bytes that digits of either case spell, two each; null if `text` is not made of such pairs. */
export function decodeHex(text: Bytes): Bytes | null {
  if (text.length % 2 != 0) return null;
  const out = Bytes.alloc(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = hexDigitValue(text.at(2 * i));
    const low = hexDigitValue(text.at(2 * i + 1));
    if (high < 0 || low < 0) return null;
    out.set(i, <u8>((high << 4) | low));
  }
  return out;
}
