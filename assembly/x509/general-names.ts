// GeneralName (RFC 5280, 4.2.1.6), of the four kinds that matter here: subject alternative names, and what names are held
// against in name constraints.

import { DerReader } from "../asn1/der";
import { CONTEXT, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { isAscii } from "./text";
import { parseUri } from "./uri";

export const RFC822_NAME: u8 = CONTEXT | 1;
export const DNS_NAME: u8 = CONTEXT | 2;
export const URI_NAME: u8 = CONTEXT | 6;
export const IP_ADDRESS: u8 = CONTEXT | 7;

/** The class bits of a tag. */
const CLASS: u8 = 0xc0;

export class GeneralNames {
  readonly emails: Array<Bytes> = [];
  readonly dnsNames: Array<Bytes> = [];
  readonly uris: Array<Bytes> = [];
  /** Of 4 or 16 bytes; in constraints of 8 or 32, with a mask behind the address. */
  readonly addresses: Array<Bytes> = [];

  isEmpty(): bool {
    return this.emails.length + this.dnsNames.length + this.uris.length == 0 && this.addresses.length == 0;
  }
}

/** The names in a SubjectAltName, or null if it is malformed. Those of other kinds are passed over. */
export function parseAlternativeNames(der: Bytes): GeneralNames | null {
  const reader = new DerReader(der);
  const names = new GeneralNames();
  reader.enter(SEQUENCE);
  while (reader.more()) {
    const tag = reader.tag();
    if ((tag & CLASS) != CONTEXT) return null;
    if (tag == RFC822_NAME || tag == DNS_NAME || tag == URI_NAME || tag == IP_ADDRESS) {
      if (!addName(names, tag, reader.read(tag))) return null;
    } else reader.element();
  }
  return reader.done() ? names : null;
}

function addName(names: GeneralNames, tag: u8, value: Bytes): bool {
  if (tag == IP_ADDRESS) {
    names.addresses.push(value);
    return value.length == 4 || value.length == 16;
  }
  if (tag == RFC822_NAME) names.emails.push(value);
  else if (tag == DNS_NAME) names.dnsNames.push(value);
  else {
    names.uris.push(value);
    if (parseUri(value) === null) return false;
  }
  return isAscii(value);
}
