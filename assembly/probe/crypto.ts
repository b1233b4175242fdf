// The core's cryptography as plain functions on addresses, for tests in JavaScript (tests/host/crypto/). Built from the
// same sources and with the same options as the core; not part of it.

import { Bytes } from "../bytes/bytes";
import { Multiples } from "../curve/multiples";
import { Limbs, limbsFromBytes } from "../field/limbs";
import { Modulus } from "../field/modulus";
import { Message } from "../hash/message";
import { sha256 as hash256 } from "../hash/sha256";
import { sha384 as hash384, sha512 as hash512 } from "../hash/sha512";
import { mark, release } from "../runtime/arena";
import { verifyEcdsa } from "../sig/ecdsa";
import { EcdsaSignature } from "../sig/ecdsa-signature";
import { verifyEd25519 } from "../sig/ed25519";
import { makeTables, reserveMultiples } from "../sig/known-keys";
import { curveOf, KeyKind, ParsedKey, PublicKey, parsePublicKey } from "../sig/public-key";
import { verifyByAlgorithm } from "../sig/signature-algorithm";
import { verifySignature } from "../sig/verify";

export { mark, release };

/** Room for `length` bytes, as the canonical ABI makes it: what is in it is left there. */
export function allocate(length: i32): usize {
  return heap.alloc(length);
}

/** Address of the 32 bytes of the digest. */
export function sha256(message: usize, length: i32): usize {
  return hash256(new Bytes(message, length)).start;
}

/** Address of the 48 bytes of the digest. */
export function sha384(message: usize, length: i32): usize {
  return hash384(new Bytes(message, length)).start;
}

/** Address of the 64 bytes of the digest. */
export function sha512(message: usize, length: i32): usize {
  return hash512(new Bytes(message, length)).start;
}

/** The key of a PEM file, or why there is none, for the functions below. */
export function parseKey(pem: usize, length: i32): ParsedKey {
  return parsePublicKey(new Bytes(pem, length));
}

/** The ECDSA key with this uncompressed point; null if there is no such point. */
export function keyOfPoint(kind: KeyKind, point: usize, length: i32): ParsedKey | null {
  const octets = new Bytes(point, length);
  const packed = curveOf(kind).pointFromOctets(octets);
  if (packed == 0) return null;
  const key = new PublicKey(kind, octets, octets);
  key.point = new Multiples(packed);
  return new ParsedKey(key, "");
}

/** Whether (r, s), of `length` bytes each, over a digest is by the ECDSA key. */
export function verifyNumbers(
  parsed: ParsedKey,
  digest: usize,
  digestLength: i32,
  r: usize,
  s: usize,
  length: i32,
): bool {
  const key = parsed.key!;
  const signature = new EcdsaSignature(new Bytes(r, length), new Bytes(s, length));
  return verifyEcdsa(curveOf(key.kind), key.point!, new Bytes(digest, digestLength), signature);
}

/** Makes the key one that is known in advance, as those of a policy are. Once in an instance. */
export function know(parsed: ParsedKey): void {
  reserveMultiples([parsed.key!], []);
}

/** As if certificates of this authority were known. Once in an instance. */
export function knowAuthority(parsed: ParsedKey): void {
  reserveMultiples([], [parsed.key!]);
}

/** As if the ECDSA key had been used so often that all tables pay. */
export function useOften(parsed: ParsedKey): void {
  const key = parsed.key!;
  key.point!.uses = i32.MAX_VALUE;
  curveOf(key.kind).generator.uses = i32.MAX_VALUE;
}

export { makeTables };

/** The KeyKind, or -1. */
export function keyKind(parsed: ParsedKey): i32 {
  const key = parsed.key;
  return key == null ? -1 : key.kind;
}

/** Address of the key's SubjectPublicKeyInfo. */
export function keySpki(parsed: ParsedKey): usize {
  return parsed.key!.spki.start;
}

export function keySpkiLength(parsed: ParsedKey): i32 {
  return parsed.key!.spki.length;
}

/** Address of UTF-16 code units. */
export function keyProblem(parsed: ParsedKey): usize {
  return changetype<usize>(parsed.problem);
}

export function keyProblemLength(parsed: ParsedKey): i32 {
  return parsed.problem.length;
}

export function verify(
  parsed: ParsedKey,
  message: usize,
  messageLength: i32,
  signature: usize,
  signatureLength: i32,
): bool {
  return verifySignature(
    parsed.key!,
    new Message(message, messageLength),
    new Bytes(signature, signatureLength),
  );
}

/** With one algorithm, by its number in SignatureAlgorithm. */
export function verifyNamed(
  algorithm: i32,
  parsed: ParsedKey,
  message: usize,
  messageLength: i32,
  signature: usize,
  signatureLength: i32,
): bool {
  return verifyByAlgorithm(
    algorithm,
    parsed.key!,
    new Message(message, messageLength),
    new Bytes(signature, signatureLength),
  );
}

/** By Ed25519 itself alone, without Ed25519ph beside it. */
export function verifyPure(
  parsed: ParsedKey,
  message: usize,
  messageLength: i32,
  signature: usize,
  signatureLength: i32,
): bool {
  return verifyEd25519(
    parsed.key!.material,
    new Bytes(message, messageLength),
    new Bytes(signature, signatureLength),
  );
}

/** a^exponent mod m, all big-endian and of `length` bytes, a multiple of four; `a` may be m or more. m is odd. */
export function powerModulo(a: usize, exponent: usize, m: usize, length: i32): usize {
  const modulus = new Modulus(limbsAt(m, length));
  const result = modulus.zero();
  modulus.fromNumber(result, limbsAt(a, length));
  modulus.power(result, result, limbsAt(exponent, length));
  modulus.toNumber(result, result);
  return bytesOf(result).start;
}

function limbsAt(address: usize, length: i32): Limbs {
  return limbsFromBytes(new Bytes(address, length), length / 4)!;
}

function bytesOf(limbs: Limbs): Bytes {
  const out = Bytes.alloc(4 * limbs.length);
  for (let i = 0; i < out.length; i++) {
    const significance = out.length - 1 - i;
    out.set(i, <u8>(limbs[significance >> 2] >> ((significance & 3) << 3)));
  }
  return out;
}
