// The extensions of a certificate (RFC 5280, 4.2) that say what it may be used for, and for whom it is. Which ones count as
// understood when they are critical is as in Go's crypto/x509; policy constraints, which it understands since 1.24, do not.

import { DerReader } from "../asn1/der";
import {
  ANY_EXTENDED_KEY_USAGE,
  BASIC_CONSTRAINTS,
  CODE_SIGNING,
  EXTENDED_KEY_USAGE,
  FULCIO_ISSUER,
  FULCIO_ISSUER_V2,
  isOid,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
} from "../asn1/oid";
import { BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { CERTIFICATE_EXTENSIONS } from "../limits";
import { GeneralNames, parseAlternativeNames } from "./general-names";
import { NameConstraints, parseNameConstraints } from "./name-constraints";
import { isNeverCritical, isWellFormed, mayBeCritical } from "./passed-over";

/** keyCertSign in the first octet of KeyUsage (4.2.1.3). */
const KEY_CERT_SIGN: u8 = 0x04;

/** Longer path lengths are as good as none. */
const MOST_PATH_LENGTH: i32 = 0x7fff;

export class Extensions {
  hasBasicConstraints: bool = false;
  isCa: bool = false;
  /** Intermediate certificates that may follow; -1 for any number. */
  pathLength: i32 = -1;
  /** Whether key usage, if it is there, has keyCertSign. */
  maySignCertificates: bool = true;
  /** Whether extended key usage, if it is there, has code signing or any. */
  maySignCode: bool = true;
  /** Null without the extension. */
  names: GeneralNames | null = null;
  nameConstraints: NameConstraints | null = null;
  /** Whether there is a critical extension that is not understood here. */
  hasUnknownCritical: bool = false;
  /** Whether subject alternative names are critical, and of no kind that is understood here. */
  hasUnknownCriticalNames: bool = false;
  /** The raw values of Fulcio's issuer extensions; null without them. */
  fulcioIssuer: Bytes | null = null;
  fulcioIssuerV2: Bytes | null = null;
}

/** Reads `Extensions`. A malformed one is a failure of the reader. */
export function readExtensions(reader: DerReader): Extensions {
  const out = new Extensions();
  const seen: Array<Bytes> = [];
  const outer = reader.enter(SEQUENCE);
  while (reader.more()) {
    const inner = reader.enter(SEQUENCE);
    const id = reader.oid();
    // DER has no FALSE here, as it is the default; it is common, and Go reads it.
    const isCritical = reader.tag() == BOOLEAN && reader.boolean();
    const value = reader.read(OCTET_STRING);
    reader.leave(inner);
    if (reader.failed || seen.length == CERTIFICATE_EXTENSIONS || has(seen, id)) {
      reader.failed = true;
      return out;
    }
    seen.push(id);
    if (!readExtension(out, id, isCritical, value)) reader.failed = true;
  }
  reader.leave(outer);
  return out;
}

function has(ids: Array<Bytes>, id: Bytes): bool {
  for (let i = 0; i < ids.length; i++) if (ids[i].equals(id)) return true;
  return false;
}

/** Whether the extension is well-formed. */
function readExtension(out: Extensions, id: Bytes, isCritical: bool, value: Bytes): bool {
  if (isOid(id, BASIC_CONSTRAINTS)) return readBasicConstraints(out, value);
  if (isOid(id, KEY_USAGE)) return readKeyUsage(out, value);
  if (isOid(id, EXTENDED_KEY_USAGE)) return readExtendedKeyUsage(out, value);
  if (isOid(id, SUBJECT_ALT_NAME)) {
    const names = parseAlternativeNames(value);
    out.names = names;
    out.hasUnknownCriticalNames = isCritical && names !== null && names.isEmpty();
    return names !== null;
  }
  if (isOid(id, NAME_CONSTRAINTS)) {
    const constraints = parseNameConstraints(value);
    out.nameConstraints = constraints;
    if (isCritical && constraints !== null && constraints.hasOthers) out.hasUnknownCritical = true;
    return constraints !== null;
  }
  if (isNeverCritical(id)) return !isCritical && isWellFormed(id, value);
  if (mayBeCritical(id)) return isWellFormed(id, value);
  if (isOid(id, FULCIO_ISSUER)) out.fulcioIssuer = value;
  else if (isOid(id, FULCIO_ISSUER_V2)) out.fulcioIssuerV2 = value;
  if (isCritical) out.hasUnknownCritical = true;
  return true;
}

/** 4.2.1.9 */
function readBasicConstraints(out: Extensions, value: Bytes): bool {
  const reader = new DerReader(value);
  const outer = reader.enter(SEQUENCE);
  out.hasBasicConstraints = true;
  out.isCa = reader.tag() == BOOLEAN && reader.boolean();
  if (reader.tag() == INTEGER) {
    const length = reader.natural();
    out.pathLength = 0;
    for (let i = 0; i < length.length; i++) {
      out.pathLength = min((out.pathLength << 8) | <i32>length.at(i), MOST_PATH_LENGTH);
    }
  }
  reader.leave(outer);
  return reader.done();
}

/** 4.2.1.3 */
function readKeyUsage(out: Extensions, value: Bytes): bool {
  const reader = new DerReader(value);
  const bits = reader.read(BIT_STRING);
  // X.690 8.6.2.2: the first octet counts the unused bits of the last.
  if (!reader.done() || bits.length < 2 || bits.at(0) > 7) return false;
  // X.690 11.2.1: and they are zero.
  if ((bits.at(bits.length - 1) & ((1 << bits.at(0)) - 1)) != 0) return false;
  out.maySignCertificates = (bits.at(1) & KEY_CERT_SIGN) != 0;
  // At least one bit has to be set.
  for (let i = 1; i < bits.length; i++) if (bits.at(i) != 0) return true;
  return false;
}

/** 4.2.1.12 */
function readExtendedKeyUsage(out: Extensions, value: Bytes): bool {
  const reader = new DerReader(value);
  reader.enter(SEQUENCE);
  out.maySignCode = false;
  let usages = 0;
  while (reader.more()) {
    const usage = reader.oid();
    usages++;
    if (isOid(usage, CODE_SIGNING) || isOid(usage, ANY_EXTENDED_KEY_USAGE)) out.maySignCode = true;
  }
  return reader.done() && usages > 0;
}
