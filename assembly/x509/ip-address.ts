// IP addresses as people write them (Go: net.ParseIP): dotted IPv4 without leading zeros, and IPv6 (RFC 4291, 2.2).

import { Bytes } from "../bytes/bytes";
import { hexDigitValue } from "../bytes/hex";

const COLON: u8 = 0x3a;
const DOT: u8 = 0x2e;

/** The 16 bytes of the address in `text`, those of IPv4 as ::ffff:a.b.c.d; null if it is none. */
export function parseIpAddress(text: Bytes): Bytes | null {
  const out = Bytes.alloc(16);
  if (text.indexOf(COLON) >= 0) return readIpv6(text, out) ? out : null;
  if (!readIpv4(text, out, 12)) return null;
  out.set(10, 0xff);
  out.set(11, 0xff);
  return out;
}

/** Whether `address`, of 4 or 16 bytes as in a certificate, is the one in these 16. */
export function isAddress(address: Bytes, parsed: Bytes): bool {
  if (address.length == 16) return address.equals(parsed);
  for (let i = 0; i < 10; i++) if (parsed.at(i) != 0) return false;
  return parsed.at(10) == 0xff && parsed.at(11) == 0xff && address.equals(parsed.from(12));
}

function readIpv4(text: Bytes, out: Bytes, to: i32): bool {
  let at = 0;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && (at >= text.length || text.at(at++) != DOT)) return false;
    const start = at;
    let value = 0;
    for (; at < text.length && at - start < 4 && text.at(at) >= 0x30 && text.at(at) <= 0x39; at++) {
      value = value * 10 + (text.at(at) - 0x30);
    }
    const hasLeadingZero = at - start > 1 && text.at(start) == 0x30;
    if (at == start || value > 255 || hasLeadingZero) return false;
    out.set(to + part, <u8>value);
  }
  return at == text.length;
}

/** Groups of four digits with colons between them; `::`, once, for as many zeros as are missing; IPv4 at the end. */
function readIpv6(text: Bytes, out: Bytes): bool {
  let at = 0;
  let length = 0;
  let gap = -1;
  if (isGap(text, 0)) {
    gap = 0;
    at = 2;
  }
  while (at < text.length && length < 16) {
    const start = at;
    let value = 0;
    for (; at < text.length && at - start < 5 && hexDigitValue(text.at(at)) >= 0; at++) {
      value = (value << 4) | hexDigitValue(text.at(at));
    }
    if (at < text.length && text.at(at) == DOT) {
      if (length > 12 || !readIpv4(text.from(start), out, length)) return false;
      length += 4;
      at = text.length;
      break;
    }
    if (at == start || at - start > 4) return false;
    out.set(length++, <u8>(value >> 8));
    out.set(length++, <u8>value);
    if (at == text.length) break;
    if (text.at(at) != COLON || at + 1 == text.length) return false;
    if (isGap(text, at)) {
      if (gap >= 0) return false;
      gap = length;
      at += 2;
    } else at++;
  }
  if (at != text.length) return false;
  if (gap < 0) return length == 16;
  if (length == 16) return false;
  for (let i = length - 1; i >= gap; i--) {
    out.set(i + 16 - length, out.at(i));
    out.set(i, 0);
  }
  return true;
}

function isGap(text: Bytes, at: i32): bool {
  return at + 1 < text.length && text.at(at) == COLON && text.at(at + 1) == COLON;
}
