// Writes DER.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";

/** The element with identifier octet `tag` around `contents`, of less than 64 KiB. */
export function encodeElement(tag: u8, contents: Bytes): Bytes {
  const length = contents.length;
  assert(length < 0x10000);
  const out = new Writer().byte(tag);
  if (length < 0x80) out.byte(<u8>length);
  else if (length < 0x100) out.byte(0x81).byte(<u8>length);
  else
    out
      .byte(0x82)
      .byte(<u8>(length >> 8))
      .byte(<u8>length);
  return out.bytes(contents).done();
}
