/** The protobuf wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as the plugin needs. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Seven bytes hold 49 bits: every length and flag, and still an exact JavaScript number. */
const VARINT_BYTES = 7;

/** One field holding a string or bytes, tag and length included. */
export function lengthDelimited(field: number, value: string | Buffer): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([Buffer.from([(field << 3) | LENGTH_DELIMITED, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/**
 * The fields 1 to `last`, varints as numbers, the rest as bytes; fields beyond are passed over.
 * null: the message is cut, or not protobuf, or has one of these fields twice (protobuf would let the last win).
 */
export function readFields(message: Buffer, last: number): Map<number, number | Buffer> | null {
  const fields = new Map<number, number | Buffer>();
  const reader = new WireReader(message);
  while (!reader.atEnd()) {
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    const value = reader.value(tag % 8);
    if (reader.failed || field === 0 || fields.has(field)) return null;
    if (field <= last) fields.set(field, value);
  }
  return fields;
}

/** Reads forward; after the first failure everything is 0 or empty. */
class WireReader {
  failed = false;
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  atEnd(): boolean {
    return this.failed || this.at === this.bytes.length;
  }

  value(wireType: number): number | Buffer {
    switch (wireType) {
      case VARINT:
        return this.varint();
      case LENGTH_DELIMITED:
        return this.take(this.varint());
      case FIXED64:
        return this.take(8);
      case FIXED32:
        return this.take(4);
      default:
        return this.fail();
    }
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.take(1)[0];
      if (byte === undefined) return 0;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return this.fail();
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.at) this.fail();
    if (this.failed) return Buffer.alloc(0);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private fail(): number {
    this.failed = true;
    return 0;
  }
}
