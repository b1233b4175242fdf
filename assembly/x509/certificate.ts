// X.509 certificates in DER (RFC 5280, 4.1), strictly read. Stricter than Go's crypto/x509: no unique identifiers, no
// negative or empty serial numbers, times in the forms of RFC 5280 alone, nothing left over anywhere.

import { DerReader } from "../asn1/der";
import {
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  ECDSA_WITH_SHA512,
  ID_ED25519,
  isOid,
  SHA256_WITH_RSA,
  SHA384_WITH_RSA,
  SHA512_WITH_RSA,
} from "../asn1/oid";
import { CONTEXT_CONSTRUCTED, NULL, SEQUENCE, SET } from "../asn1/tag";
import { readTime } from "../asn1/time";
import { Bytes } from "../bytes/bytes";
import { CERTIFICATE_BYTES, CERTIFICATE_RSA_BITS } from "../limits";
import { KeyKind, ParsedKey, parseSpki } from "../sig/public-key";
import { parseRsaPublicKey } from "../sig/rsa-key";
import { SignatureAlgorithm } from "../sig/signature-algorithm";
import { Extensions, readExtensions } from "./extensions";
import { isTextOfName } from "./text";

const VERSION: u8 = CONTEXT_CONSTRUCTED | 0;
const EXTENSIONS: u8 = CONTEXT_CONSTRUCTED | 3;

export class Certificate {
  constructor(
    readonly der: Bytes,
    /** tbsCertificate. */
    readonly signedBytes: Bytes,
    readonly algorithm: SignatureAlgorithm,
    readonly signature: Bytes,
    /** 1 to 3. */
    readonly version: i32,
    /** DER of the Name, as that of the subject. */
    readonly issuer: Bytes,
    readonly subject: Bytes,
    /** Unix seconds, inclusive, as the end. */
    readonly notBefore: i64,
    readonly notAfter: i64,
    /** DER of the SubjectPublicKeyInfo. */
    readonly spki: Bytes,
    readonly extensions: Extensions,
  ) {}

  private parsedKey: ParsedKey | null = null;

  /**
   * Its public key, or why that cannot be used. Read when it is asked for: most certificates are never used. Of one that
   * outlives a call it has to be asked for before sealing.
   */
  key(): ParsedKey {
    const known = this.parsedKey;
    if (known !== null) return known;
    const parsed = boundedKey(parseSpki(this.spki));
    this.parsedKey = parsed;
    return parsed;
  }
}

function boundedKey(parsed: ParsedKey): ParsedKey {
  const key = parsed.key;
  if (key === null || key.kind != KeyKind.Rsa) return parsed;
  const bytes = parseRsaPublicKey(key.material)!.modulus.length;
  return 8 * bytes <= CERTIFICATE_RSA_BITS
    ? parsed
    : new ParsedKey(null, "RSA keys above 4096 bits in certificates are refused");
}

/** The certificate in `der`, or null if it is none. */
export function parseCertificate(der: Bytes): Certificate | null {
  if (der.length > CERTIFICATE_BYTES) return null;
  const outer = new DerReader(der);
  const end = outer.enter(SEQUENCE);
  const signedBytes = outer.element();
  const algorithm = readAlgorithm(outer);
  const signature = outer.octetsOfBitString();
  outer.leave(end);
  if (!outer.done()) return null;

  const reader = new DerReader(signedBytes);
  const endOfSigned = reader.enter(SEQUENCE);
  const version = readVersion(reader);
  // The serial number, which nothing is decided by.
  reader.natural();
  // 4.1.1.2: what is signed says with which algorithm.
  const isSameAlgorithm = reader.element().equals(algorithm);
  const issuer = readName(reader);
  const endOfValidity = reader.enter(SEQUENCE);
  const notBefore = readTime(reader);
  const notAfter = readTime(reader);
  reader.leave(endOfValidity);
  const subject = readName(reader);
  const spki = reader.element();
  const extensions = readOptionalExtensions(reader, version);
  reader.leave(endOfSigned);
  if (!reader.done() || !isSameAlgorithm || spki.at(0) != SEQUENCE) return null;
  return new Certificate(
    der,
    signedBytes,
    algorithmIn(algorithm),
    signature,
    version,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    extensions,
  );
}

/** 4.1.2.1. Version 1 is the default. */
function readVersion(reader: DerReader): i32 {
  if (reader.tag() != VERSION) return 1;
  const outer = reader.enter(VERSION);
  const version = reader.natural();
  reader.leave(outer);
  if (version.length > 1 || (version.length == 1 && version.at(0) > 2)) reader.failed = true;
  return reader.failed || version.length == 0 ? 1 : <i32>version.at(0) + 1;
}

function readOptionalExtensions(reader: DerReader, version: i32): Extensions {
  if (version < 3 || reader.tag() != EXTENSIONS) return new Extensions();
  const outer = reader.enter(EXTENSIONS);
  const extensions = readExtensions(reader);
  reader.leave(outer);
  return extensions;
}

/** An AlgorithmIdentifier (4.1.1.2), whole. */
function readAlgorithm(reader: DerReader): Bytes {
  const algorithm = reader.element();
  const own = new DerReader(algorithm);
  const outer = own.enter(SEQUENCE);
  own.oid();
  if (own.more()) own.element();
  own.leave(outer);
  if (!own.done()) reader.failed = true;
  return algorithm;
}

/** A Name (4.1.2.4), whole. Names are only ever compared, byte by byte. */
function readName(reader: DerReader): Bytes {
  const name = reader.element();
  if (!isName(name)) reader.failed = true;
  return name;
}

function isName(der: Bytes): bool {
  const reader = new DerReader(der);
  reader.enter(SEQUENCE);
  while (reader.more()) {
    const outer = reader.enter(SET);
    do {
      const inner = reader.enter(SEQUENCE);
      reader.oid();
      const tag = reader.tag();
      if (!isTextOfName(tag, reader.read(tag))) reader.failed = true;
      reader.leave(inner);
    } while (reader.more());
    reader.leave(outer);
  }
  return reader.done();
}

/** RFC 5758, 3.2: no parameters. RFC 4055, 5: NULL. RFC 8410, 3: none. Go does not look at the first two's. */
function algorithmIn(der: Bytes): SignatureAlgorithm {
  const reader = new DerReader(der);
  const outer = reader.enter(SEQUENCE);
  const id = reader.oid();
  const isNull = reader.tag() == NULL && reader.read(NULL).length == 0;
  reader.leave(outer);
  if (!reader.done()) return SignatureAlgorithm.Unsupported;
  if (isOid(id, SHA256_WITH_RSA))
    return isNull ? SignatureAlgorithm.RsaSha256 : SignatureAlgorithm.Unsupported;
  if (isOid(id, SHA384_WITH_RSA))
    return isNull ? SignatureAlgorithm.RsaSha384 : SignatureAlgorithm.Unsupported;
  if (isOid(id, SHA512_WITH_RSA))
    return isNull ? SignatureAlgorithm.RsaSha512 : SignatureAlgorithm.Unsupported;
  if (isNull) return SignatureAlgorithm.Unsupported;
  if (isOid(id, ECDSA_WITH_SHA256)) return SignatureAlgorithm.EcdsaSha256;
  if (isOid(id, ECDSA_WITH_SHA384)) return SignatureAlgorithm.EcdsaSha384;
  if (isOid(id, ECDSA_WITH_SHA512)) return SignatureAlgorithm.EcdsaSha512;
  return isOid(id, ID_ED25519) ? SignatureAlgorithm.Ed25519 : SignatureAlgorithm.Unsupported;
}
