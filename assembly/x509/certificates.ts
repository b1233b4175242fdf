// Certificates in a file.

import { hasPemBlock, PemBlock, parsePem } from "../asn1/pem";
import { Bytes } from "../bytes/bytes";

/** The DER of every block of a PEM text, all of which must be well-formed `CERTIFICATE` blocks; else none. */
export function certificatesIn(text: Bytes): Array<Bytes> {
  const out: Array<Bytes> = [];
  let block: PemBlock | null = parsePem(text);
  while (block !== null && block.label.is("CERTIFICATE")) {
    out.push(block.contents);
    if (!hasPemBlock(block.rest)) return out;
    block = parsePem(block.rest);
  }
  return [];
}
