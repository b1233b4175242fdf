// Certificates in PEM texts, as three readers upstream have them.

import { hasPemBlock, PemBlock, parsePem } from "../asn1/pem";
import { Bytes } from "../bytes/bytes";
import { Certificate, parseCertificate } from "./certificate";

/** A text with more malformed blocks than this is read no further. */
const MOST_MALFORMED: i32 = 16;

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

/**
 * The certificates of a text that is nothing else, at most `limit`; null for any other. Text before a block is ignored,
 * text behind the last is not (sigstore: cryptoutils.UnmarshalCertificatesFromPEM).
 */
export function parseCertificates(text: Bytes, limit: i32): Array<Certificate> | null {
  const out: Array<Certificate> = [];
  let rest = trimmed(text);
  while (rest.length > 0) {
    const block = parsePem(rest);
    if (block === null || out.length == limit) return null;
    const certificate = parseCertificate(block.contents);
    if (certificate === null) return null;
    out.push(certificate);
    rest = block.rest;
  }
  return out;
}

/** Certificates that are trusted, and how many blocks beside them are none. */
export class TrustAnchors {
  readonly certificates: Array<Certificate> = [];
  skipped: i32 = 0;
}

/** Every certificate in a text; whatever else there is, is passed over (Go: x509.CertPool, AppendCertsFromPEM). */
export function trustAnchorsIn(text: Bytes): TrustAnchors {
  const out = new TrustAnchors();
  let malformed = 0;
  let rest = text;
  while (hasPemBlock(rest) && malformed < MOST_MALFORMED) {
    const block = parsePem(rest);
    if (block === null) {
      malformed++;
      out.skipped++;
      rest = behindBegin(rest);
      continue;
    }
    const isCertificate = block.label.is("CERTIFICATE") && !block.hasHeaders;
    const certificate = isCertificate ? parseCertificate(block.contents) : null;
    if (certificate !== null) out.certificates.push(certificate);
    else out.skipped++;
    rest = block.rest;
  }
  return out;
}

/** Go takes a malformed block for text, and goes on behind the line that begins it. */
function behindBegin(text: Bytes): Bytes {
  for (let line = 0; line < text.length; ) {
    const feed = text.indexOf(0x0a, line);
    const next = feed < 0 ? text.length : feed + 1;
    if (text.from(line).startsWith("-----BEGIN ")) return text.from(next);
    line = next;
  }
  return Bytes.NONE;
}

function trimmed(text: Bytes): Bytes {
  let begin = 0;
  let end = text.length;
  while (begin < end && isSpace(text.at(begin))) begin++;
  while (end > begin && isSpace(text.at(end - 1))) end--;
  return text.slice(begin, end);
}

function isSpace(byte: u8): bool {
  return byte == 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
