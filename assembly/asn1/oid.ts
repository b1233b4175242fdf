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

/** 1.2.840.10045.4.3.2 (RFC 5758, as the next two) */
export const ECDSA_WITH_SHA256: Oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/** 1.2.840.10045.4.3.3 */
export const ECDSA_WITH_SHA384: Oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];

/** 1.2.840.10045.4.3.4 */
export const ECDSA_WITH_SHA512: Oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];

/** 1.2.840.113549.1.1.11 (RFC 8017, as the next two) */
export const SHA256_WITH_RSA: Oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

/** 1.2.840.113549.1.1.12 */
export const SHA384_WITH_RSA: Oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];

/** 1.2.840.113549.1.1.13 */
export const SHA512_WITH_RSA: Oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];

/** 2.5.29.14 (RFC 5280, 4.2, as what follows) */
export const SUBJECT_KEY_IDENTIFIER: Oid = [0x55, 0x1d, 0x0e];

/** 2.5.29.15 */
export const KEY_USAGE: Oid = [0x55, 0x1d, 0x0f];

/** 2.5.29.17 */
export const SUBJECT_ALT_NAME: Oid = [0x55, 0x1d, 0x11];

/** 2.5.29.19 */
export const BASIC_CONSTRAINTS: Oid = [0x55, 0x1d, 0x13];

/** 2.5.29.30 */
export const NAME_CONSTRAINTS: Oid = [0x55, 0x1d, 0x1e];

/** 2.5.29.31 */
export const CRL_DISTRIBUTION_POINTS: Oid = [0x55, 0x1d, 0x1f];

/** 2.5.29.32 */
export const CERTIFICATE_POLICIES: Oid = [0x55, 0x1d, 0x20];

/** 2.5.29.35 */
export const AUTHORITY_KEY_IDENTIFIER: Oid = [0x55, 0x1d, 0x23];

/** 2.5.29.37 */
export const EXTENDED_KEY_USAGE: Oid = [0x55, 0x1d, 0x25];

/** 2.5.29.37.0 */
export const ANY_EXTENDED_KEY_USAGE: Oid = [0x55, 0x1d, 0x25, 0x00];

/** 1.3.6.1.5.5.7.1.1 */
export const AUTHORITY_INFO_ACCESS: Oid = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];

/** 1.3.6.1.5.5.7.3.3 */
export const CODE_SIGNING: Oid = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];

/** 1.3.6.1.4.1.57264.1.1 (sigstore/fulcio docs/oid-info.md, as the next one) */
export const FULCIO_ISSUER: Oid = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x01];

/** 1.3.6.1.4.1.57264.1.8 */
export const FULCIO_ISSUER_V2: Oid = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08];

/** Whether the contents octets `contents` are those of `oid`. */
export function isOid(contents: Bytes, oid: Oid): bool {
  if (contents.length != oid.length) return false;
  for (let i = 0; i < oid.length; i++) if (contents.at(i) != oid[i]) return false;
  return true;
}
