// OCI content descriptors as containerd writes them to a verifier (image-spec descriptor.md).

import { Bytes } from "../bytes/bytes";
import { JsonKind, JsonReader } from "../json/reader";
import { DESCRIPTOR_BYTES } from "../limits";

export class Descriptor {
  constructor(
    readonly mediaType: Bytes,
    readonly digest: Bytes,
    /** Bytes. */
    readonly size: i64,
  ) {}
}

/**
 * Reads `mediaType`, `digest` and `size` and skips other members. Null for anything else than one JSON object with
 * all three: also for a repeated member and for one of the three in another case, which Go's reader would take.
 */
export function parseDescriptor(text: Bytes): Descriptor | null {
  if (text.length > DESCRIPTOR_BYTES) return null;
  const reader = new JsonReader(text);
  const descriptor = readDescriptor(reader);
  return reader.done() ? descriptor : null;
}

function readDescriptor(reader: JsonReader): Descriptor {
  let mediaType: Bytes | null = null;
  let digest: Bytes | null = null;
  let size: i64 = -1;
  if (reader.enterObject()) {
    while (reader.nextMember()) {
      const name = reader.memberName();
      if (name.is("mediaType")) mediaType = reader.string();
      else if (name.is("digest")) digest = reader.string();
      else if (name.is("size")) size = readSize(reader);
      else if (foldsTo(name, "mediatype") || foldsTo(name, "digest") || foldsTo(name, "size")) {
        reader.failMember("a member's name in another case");
      } else reader.skip();
    }
  }
  if (mediaType === null || digest === null || size < 0) {
    reader.fail("a descriptor has mediaType, digest and size", 0);
    return new Descriptor(reader.text, reader.text, 0);
  }
  return new Descriptor(mediaType, digest, size);
}

/** A whole number of at most 15 digits; -1, with a failure, for anything else. */
export function readSize(reader: JsonReader): i64 {
  const digits = reader.kind() == JsonKind.Number ? reader.number() : reader.text.slice(0, 0);
  if (digits.length == 0 || digits.length > 15) {
    reader.fail("expected a size in bytes");
    return -1;
  }
  let value: i64 = 0;
  for (let i = 0; i < digits.length; i++) {
    const byte = digits.at(i);
    if (byte < 0x30 || byte > 0x39) {
      reader.fail("expected a size in bytes");
      return -1;
    }
    value = value * 10 + (byte - 0x30);
  }
  return value;
}

/** Whether `name` is `lower` in any mixture of cases, by Go's folding: ASCII, and U+017F for s (there is no k). */
export function foldsTo(name: Bytes, lower: string): bool {
  let i = 0;
  for (let j = 0; j < lower.length; j++) {
    if (i >= name.length) return false;
    const wanted = <u8>lower.charCodeAt(j);
    const byte = name.at(i);
    if (byte == wanted || (byte >= 0x41 && byte <= 0x5a && (byte | 0x20) == wanted)) i++;
    else if (wanted == 0x73 && byte == 0xc5 && i + 1 < name.length && name.at(i + 1) == 0xbf) i += 2;
    else return false;
  }
  return i == name.length;
}
