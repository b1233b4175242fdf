// Which octets are a text, by the tag of a string (X.680, 41), as Go's crypto/x509 and encoding/asn1 have it.

import {
  BMP_STRING,
  IA5_STRING,
  NUMERIC_STRING,
  PRINTABLE_STRING,
  T61_STRING,
  UTF8_STRING,
} from "../asn1/tag";
import { Bytes } from "../bytes/bytes";
import { sequenceLength } from "../bytes/utf8";

/** Not all of them are of X.680: `*` and `&` stand in certificates all the same. */
const PRINTABLE_SPECIALS = " '()*+,-./:=?&";

/** Whether `text` is one of a tag that stands in names. */
export function isTextOfName(tag: u8, text: Bytes): bool {
  switch (tag) {
    case UTF8_STRING:
      return isUtf8(text);
    case PRINTABLE_STRING:
      return isPrintable(text);
    case IA5_STRING:
      return isAscii(text);
    case NUMERIC_STRING:
      return isNumeric(text);
    case BMP_STRING:
      return isBmp(text);
    default:
      return tag == T61_STRING;
  }
}

export function isUtf8(text: Bytes): bool {
  for (let i = 0; i < text.length; ) {
    const length = sequenceLength(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

/** Whether `text` is an IA5String. */
export function isAscii(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) if (text.at(i) >= 0x80) return false;
  return true;
}

export function isPrintable(text: Bytes): bool {
  return isMadeOf(text, PRINTABLE_SPECIALS, true);
}

export function isNumeric(text: Bytes): bool {
  return isMadeOf(text, " ", false);
}

/** Whether there are only digits, these characters and, if told, letters. */
function isMadeOf(text: Bytes, specials: string, hasLetters: bool): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) continue;
    if (hasLetters && byte >= 0x41 && lower >= 0x61 && lower <= 0x7a) continue;
    if (byte >= 0x80 || specials.indexOf(String.fromCharCode(byte)) < 0) return false;
  }
  return true;
}

/** Two octets a character, none of them a surrogate or one that will never be. */
function isBmp(text: Bytes): bool {
  if (text.length % 2 != 0) return false;
  for (let i = 0; i < text.length; i += 2) {
    const character = ((<u32>text.at(i)) << 8) | <u32>text.at(i + 1);
    if (character >= 0xd800 && character <= 0xdfff) return false;
    if ((character >= 0xfdd0 && character <= 0xfdef) || character >= 0xfffe) return false;
  }
  return true;
}
