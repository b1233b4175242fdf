// The OIDC issuer that told Fulcio who the signer is (sigstore/fulcio docs/oid-info.md; upstream:
// signature/fulcio_cert.go, fulcioIssuerInCertificate): an extension with the raw text, one with an ASN.1 string, or
// both, which must then agree.

import { DerReader } from "../asn1/der";
import {
  BMP_STRING,
  GENERAL_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  PRINTABLE_STRING,
  T61_STRING,
  UTF8_STRING,
} from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { writeCodePoint } from "../bytes/utf8";
import { Writer } from "../bytes/writer";
import { Extensions } from "./extensions";
import { isAscii, isNumeric, isPrintable, isUtf8 } from "./text";

/** The issuer, or null if there is none, or there are two. */
export function fulcioIssuerOf(extensions: Extensions): Bytes | null {
  const first = extensions.fulcioIssuer;
  const encoded = extensions.fulcioIssuerV2;
  if (encoded === null) return first;
  const second = textOf(encoded);
  return first === null || second === null || first.equals(second) ? second : null;
}

/** The text of a string, which must be all of `der` (Go: encoding/asn1, Unmarshal into a string). */
function textOf(der: Bytes): Bytes | null {
  const reader = new DerReader(der);
  const tag = reader.tag();
  const text = reader.read(tag);
  if (!reader.done()) return null;
  switch (tag) {
    case UTF8_STRING:
      return isUtf8(text) ? text : null;
    case IA5_STRING:
      return isAscii(text) ? text : null;
    case PRINTABLE_STRING:
      return isPrintable(text) ? text : null;
    case NUMERIC_STRING:
      return isNumeric(text) ? text : null;
    case T61_STRING:
    case GENERAL_STRING:
      return text;
    case BMP_STRING:
      return fromUtf16(text);
    default:
      return null;
  }
}

/** Big-endian UTF-16 without surrogates, which is what BMP means. */
function fromUtf16(text: Bytes): Bytes | null {
  if (text.length % 2 != 0) return null;
  const out = new Writer();
  for (let i = 0; i < text.length; i += 2)
    writeCodePoint(out, ((<u32>text.at(i)) << 8) | <u32>text.at(i + 1));
  return out.done();
}
