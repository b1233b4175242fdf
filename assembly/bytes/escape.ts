// Foreign text for people to read: nothing in it can end the line, move the cursor or reverse the writing direction.

import { Bytes } from "./bytes";
import { Writer } from "./writer";

const HEX: string = "0123456789abcdef";
const BACKSLASH: u8 = 0x5c;

/** Writes printable ASCII as it is and everything else, the backslash included, as `\xNN`; cut after `limit` bytes. */
export function writeEscaped(out: Writer, text: Bytes, limit: i32): Writer {
  const end = min(text.length, limit);
  for (let i = 0; i < end; i++) {
    const byte = text.at(i);
    if (byte >= 0x20 && byte < 0x7f && byte != BACKSLASH) out.byte(byte);
    else
      out
        .text("\\x")
        .byte(<u8>HEX.charCodeAt(byte >> 4))
        .byte(<u8>HEX.charCodeAt(byte & 15));
  }
  return end < text.length ? out.text("...") : out;
}
