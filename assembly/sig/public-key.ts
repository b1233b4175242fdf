// Public keys as Go's x509.ParsePKIXPublicKey and ParsePKCS1PublicKey read them, because sigstore does. Stricter:
// nothing may stand in or behind the DER that the schema doesn't name, and P-224, RSA below 2048 bits and files with
// more than one PEM block are refused.

import { DerReader } from "../asn1/der";
import {
  ID_EC_PUBLIC_KEY,
  ID_ED25519,
  isOid,
  RSA_ENCRYPTION,
  SECP224R1,
  SECP256R1,
  SECP384R1,
  SECP521R1,
} from "../asn1/oid";
import { hasPemBlock, parsePem } from "../asn1/pem";
import { NULL, OBJECT_IDENTIFIER, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { Multiples } from "../curve/multiples";
import { p256, p384, p521 } from "../curve/nist";
import { NistCurve } from "../curve/nist-curve";
import { sha256 } from "../hash/sha256";
import { KEY_FILE_BYTES } from "../limits";
import { encodeRsaSpki, parseRsaPublicKey, rsaKeyProblem } from "./rsa-key";

export enum KeyKind {
  EcdsaP256,
  EcdsaP384,
  EcdsaP521,
  Rsa,
  Ed25519,
}

export class PublicKey {
  constructor(
    readonly kind: KeyKind,
    /** The SubjectPublicKeyInfo (RFC 5280, 4.1), DER. */
    readonly spki: Bytes,
    /** Its subjectPublicKey: an uncompressed point, an RSAPublicKey in DER, or the 32 bytes of Ed25519. */
    readonly material: Bytes,
  ) {}

  /** ECDSA: its point, and what is known of it. */
  point: Multiples | null = null;
  private knownFingerprint: Bytes | null = null;

  /** SHA-256 of the SubjectPublicKeyInfo, in hex. */
  fingerprint(): Bytes {
    const known = this.knownFingerprint;
    return known === null ? encodeHex(sha256(this.spki)) : known;
  }

  /**
   * Computes the fingerprint once, for a key that stays. Must be called before the policy is sealed: nothing allocated
   * later stays.
   */
  keepFingerprint(): void {
    this.knownFingerprint = this.fingerprint();
  }
}

/** A key, or the reason why there is none. */
export class ParsedKey {
  constructor(
    readonly key: PublicKey | null,
    /** A short sentence in lower case for the operator; empty if there is a key. */
    readonly problem: string,
    /** Whether it is not a valid key of its algorithm at all, rather than one that is too weak or of no use here. */
    readonly isMalformed: bool = false,
  ) {}
}

export function isEcdsa(kind: KeyKind): bool {
  return kind == KeyKind.EcdsaP256 || kind == KeyKind.EcdsaP384 || kind == KeyKind.EcdsaP521;
}

/** The curve of an ECDSA key. */
export function curveOf(kind: KeyKind): NistCurve {
  if (kind == KeyKind.EcdsaP256) return p256;
  if (kind == KeyKind.EcdsaP384) return p384;
  assert(kind == KeyKind.EcdsaP521);
  return p521;
}

/** The key in the PEM file `pem`: one block, labelled PUBLIC KEY or RSA PUBLIC KEY. */
export function parsePublicKey(pem: Bytes): ParsedKey {
  if (pem.length > KEY_FILE_BYTES) return refused("the file is too long for a public key");
  const block = parsePem(pem);
  if (block == null) return refused("not a PEM block");
  if (hasPemBlock(block.rest)) return refused("more than one PEM block");
  if (block.label.is("PUBLIC KEY")) return parseSpki(block.contents);
  if (block.label.is("RSA PUBLIC KEY")) return parseSpki(encodeRsaSpki(block.contents));
  // "PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY" and others.
  if (block.label.holds("PRIVATE KEY", block.label.length - 11))
    return refused("a private key: its public key belongs here, and nobody who verifies needs the other");
  return refused("the PEM label is neither PUBLIC KEY nor RSA PUBLIC KEY");
}

/** The key in a DER SubjectPublicKeyInfo. */
export function parseSpki(spki: Bytes): ParsedKey {
  const reader = new DerReader(spki);
  const outer = reader.enter(SEQUENCE);
  const algorithm = new DerReader(reader.read(SEQUENCE));
  const material = reader.octetsOfBitString();
  reader.leave(outer);
  const oid = algorithm.read(OBJECT_IDENTIFIER);
  if (!reader.done() || algorithm.failed) return malformed("not a SubjectPublicKeyInfo in DER");

  if (isOid(oid, ID_EC_PUBLIC_KEY)) return parseEcdsaKey(spki, algorithm, material);
  if (isOid(oid, RSA_ENCRYPTION)) return parseRsaKey(spki, algorithm, material);
  if (isOid(oid, ID_ED25519)) return parseEd25519Key(spki, algorithm, material);
  return refused("the algorithm is none of ECDSA, RSA and Ed25519");
}

/** RFC 5480: the parameters name the curve; the key is an uncompressed point on it. */
function parseEcdsaKey(spki: Bytes, parameters: DerReader, point: Bytes): ParsedKey {
  const curve = parameters.read(OBJECT_IDENTIFIER);
  if (!parameters.done()) return malformed("the ECDSA parameters are not the name of a curve");
  if (isOid(curve, SECP224R1)) return refused("P-224 keys are refused");

  let kind: KeyKind;
  if (isOid(curve, SECP256R1)) kind = KeyKind.EcdsaP256;
  else if (isOid(curve, SECP384R1)) kind = KeyKind.EcdsaP384;
  else if (isOid(curve, SECP521R1)) kind = KeyKind.EcdsaP521;
  else return malformed("the curve is none of P-256, P-384 and P-521");
  const packed = curveOf(kind).pointFromOctets(point);
  if (packed == 0) return malformed("the point is not an uncompressed point on the curve");
  const parsed = accepted(kind, spki, point);
  parsed.key!.point = new Multiples(packed);
  return parsed;
}

/** RFC 3279, 2.3.1: the parameters are NULL. */
function parseRsaKey(spki: Bytes, parameters: DerReader, rsaPublicKey: Bytes): ParsedKey {
  const content = parameters.read(NULL);
  if (!parameters.done() || content.length != 0) return malformed("the RSA parameters are not NULL");
  const key = parseRsaPublicKey(rsaPublicKey);
  if (key === null) return malformed("not an RSAPublicKey in DER");
  const problem = rsaKeyProblem(key);
  return problem.length == 0 ? accepted(KeyKind.Rsa, spki, rsaPublicKey) : refused(problem);
}

/** RFC 8410, 3 and 4: there are no parameters; the key is 32 bytes. */
function parseEd25519Key(spki: Bytes, parameters: DerReader, point: Bytes): ParsedKey {
  if (!parameters.done()) return malformed("the Ed25519 parameters are not absent");
  if (point.length != 32) return malformed("an Ed25519 key has 32 bytes");
  return accepted(KeyKind.Ed25519, spki, point);
}

function accepted(kind: KeyKind, spki: Bytes, material: Bytes): ParsedKey {
  return new ParsedKey(new PublicKey(kind, spki, material), "");
}

function refused(problem: string): ParsedKey {
  return new ParsedKey(null, problem);
}

function malformed(problem: string): ParsedKey {
  return new ParsedKey(null, problem, true);
}
