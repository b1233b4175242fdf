// RSASSA-PKCS1-v1_5 verification with SHA-256, SHA-384 and SHA-512 (RFC 8017, 8.2.2). The one message that the signature may hold is
// encoded and compared as a whole: there is no padding to be parsed.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { equals, limbsFromBytes } from "../field/limbs";
import { Modulus } from "../field/modulus";
import { RsaPublicKey } from "./rsa-key";

/**
 * The DigestInfo of SHA-256 in DER, up to the digest (RFC 8017, 9.2, note 1). The algorithm's parameters are NULL; as
 * in Go, they cannot be absent. Those of SHA-384 and SHA-512 differ in three octets.
 */
const DIGEST_INFO: StaticArray<u8> = [
  0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
  0x20,
];
const INFO_LENGTH = 1;
const HASH_NUMBER = 14;
const DIGEST_LENGTH = 18;

/** Whether `signature` over a message with this digest is by `key`. The digest's length tells which hash it is of. */
export function verifyRsa(key: RsaPublicKey, digest: Bytes, signature: Bytes): bool {
  const length = key.modulus.length;
  if (signature.length != length) return false;
  const limbs = (length + 3) / 4;
  const n = new Modulus(limbsFromBytes(key.modulus, limbs)!);
  const s = limbsFromBytes(signature, limbs)!;
  if (!n.contains(s)) return false;

  const m = n.zero();
  n.fromNumber(m, s);
  n.power(m, m, limbsFromBytes(key.exponent, limbs)!);
  n.toNumber(m, m);
  return equals(m, limbsFromBytes(encodeMessage(digest, length), limbs)!);
}

/** EMSA-PKCS1-v1_5 (9.2): 00 01 FF … FF 00 ‖ DigestInfo, `length` bytes in all. */
function encodeMessage(digest: Bytes, length: i32): Bytes {
  const message = new Writer().byte(0x00).byte(0x01);
  for (let i = 3 + DIGEST_INFO.length + digest.length; i < length; i++) message.byte(0xff);
  return message.byte(0x00).bytes(digestInfo(digest.length)).bytes(digest).done();
}

function digestInfo(digestBytes: i32): Bytes {
  assert(digestBytes == 32 || digestBytes == 48 || digestBytes == 64);
  const out = Bytes.alloc(DIGEST_INFO.length);
  for (let i = 0; i < out.length; i++) out.set(i, DIGEST_INFO[i]);
  out.set(INFO_LENGTH, <u8>(DIGEST_INFO.length - 2 + digestBytes));
  // id-sha256, id-sha384 and id-sha512 end in 1, 2 and 3.
  out.set(HASH_NUMBER, <u8>(digestBytes / 16 - 1));
  out.set(DIGEST_LENGTH, <u8>digestBytes);
  return out;
}
