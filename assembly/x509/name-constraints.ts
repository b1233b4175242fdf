// Name constraints (RFC 5280, 4.2.1.10) with the verdicts of Go's crypto/x509: each name of a certificate below must be in
// no excluded subtree, and in one of the permitted ones if there are any for its kind.

import { DerReader } from "../asn1/der";
import { CONTEXT_CONSTRUCTED, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { equalsFolded, isDomain, isDomainConstraint, isWithin } from "./domain";
import { DNS_NAME, GeneralNames, IP_ADDRESS, RFC822_NAME, URI_NAME } from "./general-names";
import { parseIpAddress } from "./ip-address";
import { parseMailbox } from "./mailbox";
import { isAscii } from "./text";
import { parseUri } from "./uri";

const PERMITTED: u8 = CONTEXT_CONSTRUCTED | 0;
const EXCLUDED: u8 = CONTEXT_CONSTRUCTED | 1;
const AT: u8 = 0x40;
const STAR: u8 = 0x2a;

export class NameConstraints {
  readonly permitted: GeneralNames = new GeneralNames();
  readonly excluded: GeneralNames = new GeneralNames();
  /** Whether there are constraints on kinds of names that are not judged here. */
  hasOthers: bool = false;
}

/** The constraints in an extension's value, or null if it is malformed. */
export function parseNameConstraints(der: Bytes): NameConstraints | null {
  const reader = new DerReader(der);
  const out = new NameConstraints();
  const outer = reader.enter(SEQUENCE);
  let subtrees = 0;
  if (reader.tag() == PERMITTED) subtrees += readSubtrees(reader, PERMITTED, out.permitted, out);
  if (reader.tag() == EXCLUDED) subtrees += readSubtrees(reader, EXCLUDED, out.excluded, out);
  reader.leave(outer);
  return reader.done() && subtrees > 0 ? out : null;
}

/** Reads GeneralSubtrees; gives how many. minimum and maximum, which RFC 5280 wants not to be there, are no part of one. */
function readSubtrees(reader: DerReader, tag: u8, into: GeneralNames, constraints: NameConstraints): i32 {
  const outer = reader.enter(tag);
  let count = 0;
  while (reader.more()) {
    count++;
    const inner = reader.enter(SEQUENCE);
    const kind = reader.tag();
    if (kind == RFC822_NAME || kind == DNS_NAME || kind == URI_NAME || kind == IP_ADDRESS) {
      if (!addConstraint(into, kind, reader.read(kind))) reader.failed = true;
    } else {
      reader.element();
      constraints.hasOthers = true;
    }
    reader.leave(inner);
  }
  reader.leave(outer);
  return count;
}

function addConstraint(into: GeneralNames, kind: u8, value: Bytes): bool {
  if (kind == IP_ADDRESS) {
    into.addresses.push(value);
    return (value.length == 8 || value.length == 32) && isMask(value.from(value.length / 2));
  }
  if (!isAscii(value)) return false;
  if (kind == RFC822_NAME) {
    into.emails.push(value);
    return value.indexOf(AT) >= 0 ? parseMailbox(value) !== null : isDomainConstraint(value);
  }
  if (kind == DNS_NAME) into.dnsNames.push(value);
  else into.uris.push(value);
  return isDomainConstraint(value) && (kind == DNS_NAME || parseIpAddress(value) === null);
}

/** Ones, and then zeros. */
function isMask(mask: Bytes): bool {
  let isOver = false;
  for (let i = 0; i < mask.length; i++) {
    const zeros = 0xff ^ <i32>mask.at(i);
    if (isOver ? zeros != 0xff : (zeros & (zeros + 1)) != 0) return false;
    if (zeros != 0) isOver = true;
  }
  return true;
}

/** Holds names against constraints, at most so many. */
export class NameCheck {
  constructor(private comparisonsLeft: i32) {}

  /** Whether the constraints allow all of `names`. */
  allows(constraints: NameConstraints, names: GeneralNames): bool {
    return (
      this.allowsAll(constraints, names, RFC822_NAME) &&
      this.allowsAll(constraints, names, DNS_NAME) &&
      this.allowsAll(constraints, names, URI_NAME) &&
      this.allowsAll(constraints, names, IP_ADDRESS)
    );
  }

  private allowsAll(constraints: NameConstraints, names: GeneralNames, kind: u8): bool {
    const permitted = namesOf(constraints.permitted, kind);
    const excluded = namesOf(constraints.excluded, kind);
    const subjects = namesOf(names, kind);
    for (let i = 0; i < subjects.length; i++) {
      this.comparisonsLeft -= permitted.length + excluded.length;
      if (this.comparisonsLeft < 0) return false;
      if (!isJudgeable(kind, subjects[i])) return false;
      if (matchesAny(kind, subjects[i], excluded, true)) return false;
      if (permitted.length > 0 && !matchesAny(kind, subjects[i], permitted, false)) return false;
    }
    return true;
  }
}

function namesOf(names: GeneralNames, kind: u8): Array<Bytes> {
  if (kind == RFC822_NAME) return names.emails;
  if (kind == DNS_NAME) return names.dnsNames;
  return kind == URI_NAME ? names.uris : names.addresses;
}

/**
 * Whether a name can be held against constraints at all. One that cannot is not allowed where there are any, also, as in Go,
 * where they are on names of other kinds.
 */
function isJudgeable(kind: u8, name: Bytes): bool {
  if (kind == RFC822_NAME) return parseMailbox(name) !== null;
  if (kind == DNS_NAME) return isDomain(name);
  if (kind != URI_NAME) return true;
  // RFC 5280: a URI without a host that is a name is rejected.
  const host = parseUri(name)!.host;
  return host.length > 0 && host.at(0) != 0x5b && parseIpAddress(host) === null;
}

function matchesAny(kind: u8, name: Bytes, constraints: Array<Bytes>, areExcluded: bool): bool {
  for (let i = 0; i < constraints.length; i++) {
    if (matches(kind, name, constraints[i])) return true;
    if (areExcluded && kind == DNS_NAME && standsFor(name, constraints[i])) return true;
  }
  return false;
}

function matches(kind: u8, name: Bytes, constraint: Bytes): bool {
  if (kind == DNS_NAME) return isWithin(name, constraint);
  if (kind == URI_NAME) return isWithin(parseUri(name)!.host, constraint);
  if (kind == IP_ADDRESS) return isInNetwork(name, constraint);
  const mailbox = parseMailbox(name)!;
  if (constraint.indexOf(AT) < 0) return isWithin(mailbox.domain, constraint);
  const exact = parseMailbox(constraint)!;
  return mailbox.local.equals(exact.local) && equalsFolded(mailbox.domain, exact.domain);
}

/** Whether a name with a wildcard stands for one in an excluded subtree, too (CVE-2025-61727 in Go). */
function standsFor(name: Bytes, excluded: Bytes): bool {
  if (name.length < 2 || name.at(0) != STAR || excluded.length == 0) return false;
  const below = name.from(2);
  return isWithin(excluded.at(0) == 0x2e ? excluded.from(1) : excluded, below);
}

function isInNetwork(address: Bytes, network: Bytes): bool {
  if (2 * address.length != network.length) return false;
  for (let i = 0; i < address.length; i++) {
    const mask = network.at(address.length + i);
    if ((address.at(i) & mask) != (network.at(i) & mask)) return false;
  }
  return true;
}
