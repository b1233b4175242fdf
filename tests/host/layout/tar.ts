/** An entry of a tar archive; what is not said is that of an ordinary file. */
export interface TarEntry {
  readonly path: string;
  readonly content?: Uint8Array | string;
  /** tar's type flag. */
  readonly type?: string;
  readonly prefix?: string;
  /** The size its header says, where it is not the content's. */
  readonly size?: number;
  /** Whether the size is written in base 256, as GNU tar does for what is too long for octal digits. */
  readonly binarySize?: boolean;
}

/** A tar archive (ustar) with its end. */
export function makeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(encodeEntry), Buffer.alloc(1_024)]);
}

/** An entry's blocks. */
export function encodeEntry({ path, content = "", type = "0", prefix = "", ...special }: TarEntry): Buffer {
  const bytes = Buffer.from(content);
  const size = special.size ?? bytes.length;
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${octal(size, 11)}\0`, 124);
  if (special.binarySize) {
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.writeUInt32BE(size, 132);
  }
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([header, bytes, padding]);
}

/** Records of a pax extended header; each says its own length. */
export function paxRecords(records: readonly (readonly [key: string, value: string])[]): string {
  return records
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      const length = rest.length + String(rest.length + 2).length;
      return `${length}${rest}`;
    })
    .join("");
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, "0");
}
