// RSAPublicKey (RFC 8017, A.1.1): SEQUENCE { modulus INTEGER, publicExponent INTEGER }.

import { DerReader } from "../asn1/der";
import { encodeElement } from "../asn1/encode";
import { RSA_ENCRYPTION } from "../asn1/oid";
import { BIT_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";

/** NIST SP 800-131A revision 2, table 2: shorter keys are disallowed. Go accepts 1024 bits. */
const LEAST_BITS = 2048;

/** As in Go's crypto/tls (maxRSAKeySize): the cost of a verification grows with the square. */
const MOST_BITS = 8192;

/** Two natural numbers, big-endian, without leading zero bytes. */
export class RsaPublicKey {
  constructor(
    readonly modulus: Bytes,
    readonly exponent: Bytes,
  ) {}
}

/** The key in DER; its numbers may still be out of range. */
export function parseRsaPublicKey(der: Bytes): RsaPublicKey | null {
  const reader = new DerReader(der);
  const outer = reader.enter(SEQUENCE);
  const modulus = reader.natural();
  const exponent = reader.natural();
  reader.leave(outer);
  const arePositive = modulus.length > 0 && exponent.length > 0;
  return reader.done() && arePositive ? new RsaPublicKey(modulus, exponent) : null;
}

/** Why the key is not usable, or an empty string. */
export function rsaKeyProblem(key: RsaPublicKey): string {
  const bits = bitLength(key.modulus);
  if (bits < LEAST_BITS) return "RSA keys below 2048 bits are refused";
  if (bits > MOST_BITS) return "RSA keys above 8192 bits are refused";
  if (!isOdd(key.modulus)) return "the RSA modulus is even";

  // Go's limit for the exponent is 2^31 − 1; 1 is not one, and an even one belongs to no key.
  const exponentBits = bitLength(key.exponent);
  if (exponentBits < 2 || exponentBits > 31 || !isOdd(key.exponent))
    return "the RSA exponent is out of range";
  return "";
}

/** The SubjectPublicKeyInfo around the DER `rsaPublicKey` (RFC 3279, 2.3.1). */
export function encodeRsaSpki(rsaPublicKey: Bytes): Bytes {
  const oid = Bytes.alloc(RSA_ENCRYPTION.length);
  for (let i = 0; i < oid.length; i++) oid.set(i, RSA_ENCRYPTION[i]);
  const nothing = Bytes.NONE;
  const algorithm = new Writer()
    .bytes(encodeElement(OBJECT_IDENTIFIER, oid))
    .bytes(encodeElement(NULL, nothing))
    .done();
  const bitString = new Writer().byte(0).bytes(rsaPublicKey).done();
  const info = new Writer()
    .bytes(encodeElement(SEQUENCE, algorithm))
    .bytes(encodeElement(BIT_STRING, bitString))
    .done();
  return encodeElement(SEQUENCE, info);
}

/** Number of bits of a natural number without leading zero bytes. */
function bitLength(natural: Bytes): i32 {
  return natural.length == 0 ? 0 : 8 * natural.length - (<i32>clz<u32>(natural.at(0)) - 24);
}

function isOdd(natural: Bytes): bool {
  return natural.length > 0 && (natural.at(natural.length - 1) & 1) == 1;
}
