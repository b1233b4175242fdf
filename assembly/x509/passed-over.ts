// Extensions that decide nothing. A malformed one makes the certificate malformed, as in Go's crypto/x509; content that
// none of their forms allows is trailing data, and refused.

import { DerReader } from "../asn1/der";
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  CERTIFICATE_POLICIES,
  CRL_DISTRIBUTION_POINTS,
  isOid,
  SUBJECT_KEY_IDENTIFIER,
} from "../asn1/oid";
import { CONTEXT, CONTEXT_CONSTRUCTED, OCTET_STRING, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";

const KEY_IDENTIFIER: u8 = CONTEXT | 0;
const DISTRIBUTION_POINT: u8 = CONTEXT_CONSTRUCTED | 0;
const FULL_NAME: u8 = CONTEXT_CONSTRUCTED | 0;

/** Whether it is one of those that are never critical (RFC 5280, 4.2.1.1, 4.2.1.2, 4.2.2.1). */
export function isNeverCritical(id: Bytes): bool {
  return (
    isOid(id, SUBJECT_KEY_IDENTIFIER) ||
    isOid(id, AUTHORITY_KEY_IDENTIFIER) ||
    isOid(id, AUTHORITY_INFO_ACCESS)
  );
}

/** Whether it is one of those that may be critical. */
export function mayBeCritical(id: Bytes): bool {
  return isOid(id, CRL_DISTRIBUTION_POINTS) || isOid(id, CERTIFICATE_POLICIES);
}

/** Whether the value is well-formed, of one of the five. */
export function isWellFormed(id: Bytes, value: Bytes): bool {
  const reader = new DerReader(value);
  if (isOid(id, SUBJECT_KEY_IDENTIFIER)) reader.read(OCTET_STRING);
  else if (isOid(id, AUTHORITY_KEY_IDENTIFIER)) readAuthorityKeyIdentifier(reader);
  else {
    const seen: Array<Bytes> = [];
    const outer = reader.enter(SEQUENCE);
    while (reader.more()) {
      const inner = reader.enter(SEQUENCE);
      if (isOid(id, CRL_DISTRIBUTION_POINTS)) readDistributionPoint(reader);
      else readIdentified(reader, isOid(id, CERTIFICATE_POLICIES) ? seen : null);
      reader.leave(inner);
    }
    reader.leave(outer);
  }
  return reader.done();
}

function readAuthorityKeyIdentifier(reader: DerReader): void {
  const outer = reader.enter(SEQUENCE);
  if (reader.tag() == KEY_IDENTIFIER) reader.read(KEY_IDENTIFIER);
  while (reader.more()) reader.element();
  reader.leave(outer);
}

/** If it has a name, that is a full one: names relative to an issuer are of no use here, and Go does not read them. */
function readDistributionPoint(reader: DerReader): void {
  if (reader.tag() == DISTRIBUTION_POINT) {
    const outer = reader.enter(DISTRIBUTION_POINT);
    const inner = reader.enter(FULL_NAME);
    while (reader.more()) reader.element();
    reader.leave(inner);
    reader.leave(outer);
  }
  while (reader.more()) reader.element();
}

/** An object identifier and what belongs to it; one that is among those `seen`, where that is told, is a failure. */
function readIdentified(reader: DerReader, seen: Array<Bytes> | null): void {
  const id = reader.oid();
  if (seen !== null) {
    for (let i = 0; i < seen.length; i++) if (seen[i].equals(id)) reader.failed = true;
    seen.push(id);
  }
  while (reader.more()) reader.element();
}
