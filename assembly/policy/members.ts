// Reading the values of a policy's members, with Go's rule for null: null is not an error by itself; the member has its
// zero value, but counts as seen.

import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { Material, Policy } from "./types";

/** A string; null for `null`. */
export function readText(reader: JsonReader): Bytes | null {
  return reader.takeNull() ? null : reader.string();
}

/** A string that must have at least one character. */
export function readRequiredText(reader: JsonReader): Bytes {
  const start = reader.position();
  const text = readText(reader);
  if (text === null || text.length == 0) {
    reader.fail("expected a string that is not empty", start);
    return Bytes.NONE;
  }
  return text;
}

/** Base64 data; null for `null`. */
export function readData(reader: JsonReader): Bytes | null {
  if (reader.takeNull()) return null;
  const start = reader.position();
  const text = reader.string();
  const data = decodeBase64(text);
  if (data === null) {
    const isPem = text.startsWith("-----BEGIN");
    reader.fail(
      isPem ? "expected PEM in base64, not as it is" : "expected standard base64 with padding",
      start,
    );
  }
  return data;
}

/** Fails unless the next value is a list; then reads nothing of it. False for `null`, which is no list. */
export function enterList(reader: JsonReader): bool {
  const start = reader.position();
  if (reader.takeNull()) {
    reader.fail("expected a list, not null", start);
    return false;
  }
  return reader.enterArray();
}

/** Reads the rest of a list of paths. A null element is an empty path, which no file has. */
export function readPathItems(
  reader: JsonReader,
  policy: Policy,
  member: string,
  into: Array<Material>,
): void {
  while (reader.nextItem()) {
    const offset = reader.position();
    const text = readText(reader);
    const path = text === null ? Bytes.NONE : text;
    if (!reader.failed()) into.push(new Material(offset, member, into.length, policy.file(path), null));
  }
}
