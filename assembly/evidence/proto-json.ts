// Protobuf's JSON mapping as Go's protojson reads it, which cosign does: a member is known by its JSON name or its name
// in the .proto file, stands once, and null is as if it were not there; an unknown one is an error, and so is text that
// is not Unicode. For messages that are walked by their schema.

import { decodeProtoBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { JsonKind, JsonReader } from "../json/reader";
import { wholeNumber } from "../json/whole-number";

/** A message, while its members are read: `while (message.next()) { if (message.has(…)) … else message.refuse(); }` */
export class ProtoMessage {
  /** JSON names of the members so far. */
  private seen: Array<string> = [];

  constructor(readonly reader: JsonReader) {
    reader.enterObject();
  }

  next(): bool {
    return this.reader.nextMember();
  }

  /** Whether the member at hand has this JSON name, or this name in the .proto file. */
  has(jsonName: string, protoName: string = ""): bool {
    const name = this.reader.memberName();
    if (!name.is(jsonName) && (protoName.length == 0 || !name.is(protoName))) return false;
    if (this.seen.includes(jsonName)) this.reader.failMember("the same member twice");
    this.seen.push(jsonName);
    return true;
  }

  refuse(): void {
    this.reader.failMember("unknown member");
  }
}

/** A string; empty for null. */
export function readProtoText(reader: JsonReader): Bytes {
  return reader.takeNull() ? Bytes.NONE : reader.string();
}

/** Bytes, in either alphabet of base64; empty for null. */
export function readProtoBytes(reader: JsonReader): Bytes {
  const start = reader.position();
  const data = decodeProtoBase64(readProtoText(reader));
  if (data !== null) return data;
  reader.fail("expected base64", start);
  return Bytes.NONE;
}

/** An int64, as a number or in a string; nothing here is decided by one. */
export function readProtoNumber(reader: JsonReader): void {
  if (reader.takeNull()) return;
  const start = reader.position();
  let text: Bytes;
  if (reader.kind() == JsonKind.String) {
    text = reader.string();
    const inner = new JsonReader(text);
    // protojson takes no white space around it.
    if (inner.number().length != text.length || !inner.done()) reader.fail("expected a number", start);
  } else text = reader.number();
  if (!reader.failed() && wholeNumber(text) === null) reader.fail("expected a whole number", start);
}

/** Enters a list; false, with the list read, for null. */
export function enterProtoList(reader: JsonReader): bool {
  return !reader.takeNull() && reader.enterArray();
}

/** google.protobuf.Struct, which may hold anything, but no name twice. */
export function readStruct(reader: JsonReader): void {
  if (reader.takeNull()) return;
  reader.enterObject();
  while (reader.nextMember()) readValue(reader);
}

function readValue(reader: JsonReader): void {
  const kind = reader.kind();
  if (kind == JsonKind.Object) readStruct(reader);
  else if (kind == JsonKind.Array) {
    reader.enterArray();
    while (reader.nextItem()) readValue(reader);
  } else reader.skip();
}
