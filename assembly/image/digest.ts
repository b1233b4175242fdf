// Digest strings, as opencontainers/go-digest validates them: an algorithm that is registered, and exactly as many
// lower-case hexadecimal digits as it gives.

import { Bytes } from "../bytes/bytes";
import { isLowerHexDigit } from "../bytes/hex";

/** Whether `text` is a valid digest: `sha256:` and 64, `sha384:` and 96, or `sha512:` and 128 digits. */
export function isDigest(text: Bytes): bool {
  if (text.startsWith("sha256:")) return isHex(text, 64);
  if (text.startsWith("sha384:")) return isHex(text, 96);
  return text.startsWith("sha512:") && isHex(text, 128);
}

/** Whether `text` is a valid SHA-256 digest, the only kind images are judged by. */
export function isSha256Digest(text: Bytes): bool {
  return text.startsWith("sha256:") && isHex(text, 64);
}

/** Whether `text` is 64 lower-case hexadecimal digits, as an image ID is. */
export function isHex64(text: Bytes): bool {
  if (text.length != 64) return false;
  for (let i = 0; i < 64; i++) if (!isLowerHexDigit(text.at(i))) return false;
  return true;
}

/** Whether what follows the 7 characters of `algorithm:` is exactly `digits` lower-case hexadecimal digits. */
function isHex(text: Bytes, digits: i32): bool {
  if (text.length != 7 + digits) return false;
  for (let i = 7; i < text.length; i++) if (!isLowerHexDigit(text.at(i))) return false;
  return true;
}
