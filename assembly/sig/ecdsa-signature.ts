// The two encodings of an ECDSA signature that sigstore accepts (sigstore/pkg/signature/ecdsa.go): bytes that Go's
// asn1.Unmarshal reads as SEQUENCE { INTEGER, INTEGER } must be a signature to the stricter ecdsa.VerifyASN1; all
// others are r‖s (IEEE P1363), of even length and at most 132 bytes whatever the curve.

import { DerReader } from "../asn1/der";
import { SEQUENCE } from "../asn1/tag";
import { Bytes } from "../bytes/bytes";

/** r and s of P-521. */
const MOST_RAW_BYTES = 132;

/** Two natural numbers, big-endian. */
export class EcdsaSignature {
  constructor(
    readonly r: Bytes,
    readonly s: Bytes,
  ) {}
}

/** The signature that `bytes` encode; its numbers may still be out of range. */
export function parseEcdsaSignature(bytes: Bytes): EcdsaSignature | null {
  return unmarshals(bytes) ? parseEcdsaDer(bytes) : parseRaw(bytes);
}

/**
 * Whether asn1.Unmarshal would report no error. It is as strict as DER about tags, lengths and the form of integers
 * (parseTagAndLength, checkInteger), but leaves what follows the SEQUENCE to its caller, passes over what follows the
 * second INTEGER within it, and takes negative numbers.
 */
function unmarshals(bytes: Bytes): bool {
  const reader = new DerReader(bytes);
  reader.enter(SEQUENCE);
  reader.integer();
  reader.integer();
  return !reader.failed;
}

/** The signature in DER alone (RFC 3279, 2.2.3), as X.509 and Rekor have it; its numbers may still be out of range. */
export function parseEcdsaDer(bytes: Bytes): EcdsaSignature | null {
  const reader = new DerReader(bytes);
  const outer = reader.enter(SEQUENCE);
  const r = reader.natural();
  const s = reader.natural();
  reader.leave(outer);
  return reader.done() ? new EcdsaSignature(r, s) : null;
}

function parseRaw(bytes: Bytes): EcdsaSignature | null {
  if (bytes.length == 0 || bytes.length > MOST_RAW_BYTES || bytes.length % 2 != 0) return null;
  const half = bytes.length / 2;
  return new EcdsaSignature(bytes.slice(0, half), bytes.from(half));
}
