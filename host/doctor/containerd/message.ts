import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A protobuf message by field number: text, bytes of a message within, a truth value, or several of them. */
export type Fields = Readonly<Record<number, Field | readonly Field[]>>;
type Field = string | Uint8Array | boolean;

/** Just enough of protobuf for containerd's and CRI's calls, whose definitions are not ours to carry. */
export function encode(fields: Fields): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value as Field]) {
      if (typeof one === "boolean") writer.tag(Number(number), WireType.Varint).bool(one);
      else writer.tag(Number(number), WireType.LengthDelimited).bytes(asBytes(one));
    }
  }
  return writer.finish();
}

/** The values of a field that are text or messages, in order. */
export function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === wanted && type === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(type);
  }
  return found;
}

/** A field that is a number. */
export function numberOf(message: Uint8Array, wanted: number): number {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === wanted && type === WireType.Varint) return Number(reader.uint64());
    reader.skip(type);
  }
  return 0;
}

export function textOf(message: Uint8Array, wanted: number): string {
  const [first] = fieldsOf(message, wanted);
  return first === undefined ? "" : new TextDecoder().decode(first);
}

function asBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
