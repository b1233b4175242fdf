import { Bytes } from "./bytes";
import { Writer } from "./writer";

/** A copy in which A to Z are a to z. */
export function lowerCase(text: Bytes): Bytes {
  const out = new Writer();
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    out.byte(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
  }
  return out.done();
}
