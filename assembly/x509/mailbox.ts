// E-mail addresses where a name constraint looks into them (RFC 2821, 4.1.2). Go's x509 takes quoted local parts, too; here
// they are none, so that a certificate with one fails below constraints.

import { Bytes } from "../bytes/bytes";
import { isDomain } from "./domain";

const AT: u8 = 0x40;
const DOT: u8 = 0x2e;

/** Characters of an atom (RFC 2822, 3.2.4) beside letters and digits. */
const ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

export class Mailbox {
  constructor(
    readonly local: Bytes,
    readonly domain: Bytes,
  ) {}
}

/** The parts of `text`, or null if it is not an address. */
export function parseMailbox(text: Bytes): Mailbox | null {
  const at = text.indexOf(AT);
  if (at <= 0) return null;
  const local = text.slice(0, at);
  const domain = text.from(at + 1);
  return isDotAtom(local) && isDomain(domain) ? new Mailbox(local, domain) : null;
}

function isDotAtom(text: Bytes): bool {
  let isAtomEmpty = true;
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (byte == DOT) {
      if (isAtomEmpty) return false;
      isAtomEmpty = true;
    } else if (!isAtomCharacter(byte)) return false;
    else isAtomEmpty = false;
  }
  return !isAtomEmpty;
}

function isAtomCharacter(byte: u8): bool {
  const lower = byte | 0x20;
  if ((lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39)) return true;
  for (let i = 0; i < ATOM_SPECIALS.length; i++) if (byte == <u8>ATOM_SPECIALS.charCodeAt(i)) return true;
  return false;
}
