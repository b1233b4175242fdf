import { Bytes } from "../../../assembly/bytes/bytes";
import { encodeHex, hexDigitValue } from "../../../assembly/bytes/hex";

/** The bytes that `hex` spells; blanks are for the reader. */
export function fromHex(hex: string): Bytes {
  const digits = hex.replaceAll(" ", "");
  assert(digits.length % 2 == 0);
  const out = Bytes.alloc(digits.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = hexDigitValue(<u8>digits.charCodeAt(2 * i));
    const low = hexDigitValue(<u8>digits.charCodeAt(2 * i + 1));
    out.set(i, <u8>((high << 4) | low));
  }
  return out;
}

export function toHex(bytes: Bytes): string {
  const hex = encodeHex(bytes);
  return String.UTF8.decodeUnsafe(hex.start, hex.length);
}
