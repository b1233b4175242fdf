// The parts of RFC 8785 (JSON Canonicalization Scheme) that our canonical forms need: strings, and members in order.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { Writer } from "../bytes/writer";

/** Writes a string (RFC 8785 section 3.2.2.2). The text must be well-formed UTF-8. */
export function writeString(out: Writer, text: Bytes): void {
  out.byte(0x22);
  const plain = text.plainEnd(0);
  out.bytes(text.slice(0, plain));
  for (let i = plain; i < text.length; i++) {
    const byte = text.at(i);
    if (byte == 0x22 || byte == 0x5c) out.byte(0x5c).byte(byte);
    else if (byte >= 0x20) out.byte(byte);
    else if (byte == 0x08) out.text("\\b");
    else if (byte == 0x09) out.text("\\t");
    else if (byte == 0x0a) out.text("\\n");
    else if (byte == 0x0c) out.text("\\f");
    else if (byte == 0x0d) out.text("\\r");
    else {
      const one = Bytes.alloc(1);
      one.set(0, byte);
      out.text("\\u00").bytes(encodeHex(one));
    }
  }
  out.byte(0x22);
}
