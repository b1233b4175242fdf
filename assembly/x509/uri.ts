// The host in a URI of a certificate (RFC 3986), as far as Go's net/url and crypto/x509 ask about it. Stricter: there is
// nothing in a URI but printable ASCII without spaces.

import { Bytes } from "../bytes/bytes";
import { hexDigitValue } from "../bytes/hex";
import { isDomain } from "./domain";

const COLON: u8 = 0x3a;
const SLASH: u8 = 0x2f;
const AT: u8 = 0x40;
const PERCENT: u8 = 0x25;
const OPENING: u8 = 0x5b;
const CLOSING: u8 = 0x5d;

export class Uri {
  constructor(
    /** Without its port; empty where there is none. An IPv6 address stands in brackets. */
    readonly host: Bytes,
  ) {}
}

/** The parts of `text`, or null if it is no URI. */
export function parseUri(text: Bytes): Uri | null {
  if (!isPrintable(text)) return null;
  const scheme = schemeLength(text);
  if (scheme == 0 && text.length > 0 && text.at(0) == COLON) return null;
  const rest = scheme == 0 ? text : text.from(scheme + 1);
  // Without a scheme a colon in the first segment would make what stands before it one.
  if (scheme == 0 && firstSegment(rest).indexOf(COLON) >= 0) return null;
  if (!rest.startsWith("//")) return new Uri(Bytes.NONE);
  return parseAuthority(authorityOf(rest.from(2)));
}

/** `user@host:port` */
function parseAuthority(authority: Bytes): Uri | null {
  const address = authority.from(authority.lastIndexOf(AT) + 1);
  const close = address.lastIndexOf(CLOSING);
  const isBracketed = address.length > 0 && address.at(0) == OPENING;
  if (isBracketed != close > 0) return null;
  const colon = isBracketed ? close + 1 : address.indexOf(COLON);
  const end = colon < 0 ? address.length : colon;
  if (!isPort(address.from(end))) return null;
  const host = address.slice(0, end);
  return isDomain(host) && host.indexOf(PERCENT) < 0 ? new Uri(host) : null;
}

/** Nothing, or a colon and digits. */
function isPort(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    if (i == 0 ? text.at(0) != COLON : text.at(i) < 0x30 || text.at(i) > 0x39) return false;
  }
  return true;
}

/** Number of characters before the first colon, if they are a scheme; else 0. */
function schemeLength(text: Bytes): i32 {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    const lower = byte | 0x20;
    if (byte == COLON) return i;
    const isLetter = lower >= 0x61 && lower <= 0x7a;
    const isOther = (byte >= 0x30 && byte <= 0x39) || byte == 0x2b || byte == 0x2d || byte == 0x2e;
    if (!isLetter && !(isOther && i > 0)) return 0;
  }
  return 0;
}

function firstSegment(text: Bytes): Bytes {
  const slash = text.indexOf(SLASH);
  return slash < 0 ? text : text.slice(0, slash);
}

/** Up to the path, the query or the fragment. */
function authorityOf(text: Bytes): Bytes {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (byte == SLASH || byte == 0x3f || byte == 0x23) return text.slice(0, i);
  }
  return text;
}

/** Whether everything is printable, and every percent sign begins an escape. */
function isPrintable(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (byte < 33 || byte > 126) return false;
    if (byte != PERCENT) continue;
    if (i + 2 >= text.length) return false;
    if (hexDigitValue(text.at(i + 1)) < 0 || hexDigitValue(text.at(i + 2)) < 0) return false;
  }
  return true;
}
