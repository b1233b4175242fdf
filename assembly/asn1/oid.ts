// Object identifiers as the contents octets of their encoding (X.690 8.19), with their dotted form.

import { Bytes } from "../bytes/bytes";

export type Oid = StaticArray<u8>;

/** 1.2.840.10045.2.1 (RFC 5480) */
export const ID_EC_PUBLIC_KEY: Oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/** 1.2.840.10045.3.1.7 (RFC 5480) */
export const SECP256R1: Oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/** 1.3.132.0.33 (RFC 5480) */
export const SECP224R1: Oid = [0x2b, 0x81, 0x04, 0x00, 0x21];

/** 1.3.132.0.34 (RFC 5480) */
export const SECP384R1: Oid = [0x2b, 0x81, 0x04, 0x00, 0x22];

/** 1.3.132.0.35 (RFC 5480) */
export const SECP521R1: Oid = [0x2b, 0x81, 0x04, 0x00, 0x23];

/** 1.2.840.113549.1.1.1 (RFC 8017) */
export const RSA_ENCRYPTION: Oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/** 1.3.101.112 (RFC 8410) */
export const ID_ED25519: Oid = [0x2b, 0x65, 0x70];

/** Whether the contents octets `contents` are those of `oid`. */
export function isOid(contents: Bytes, oid: Oid): bool {
  if (contents.length != oid.length) return false;
  for (let i = 0; i < oid.length; i++) if (contents.at(i) != oid[i]) return false;
  return true;
}
