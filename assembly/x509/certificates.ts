// Certificates in a file.

import { PemBlock, parsePem } from "../asn1/pem";
import { Bytes } from "../bytes/bytes";

/** The DER of every `CERTIFICATE` block of a PEM text, up to the first block that is malformed or something else. */
export function certificatesIn(text: Bytes): Array<Bytes> {
  const out: Array<Bytes> = [];
  let block: PemBlock | null = parsePem(text);
  while (block !== null && block.label.is("CERTIFICATE")) {
    out.push(block.contents);
    block = parsePem(block.rest);
  }
  return out;
}
