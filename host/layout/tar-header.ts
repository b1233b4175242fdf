import { ImageError, quote } from "../oci/image-error.js";

/** tar's unit: a header is one, a file's content is padded to whole ones. */
export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly path: string;
  /** The type flag: `0` a file, `5` a folder, others in tar(5). */
  readonly type: string;
  /** Of the content that follows, without its padding. */
  readonly size: number;
}

/** Names of the formats, with their version. */
const POSIX = "ustar\x0000";
const GNU = "ustar  \0";
const OLDEST = "\0".repeat(8);
/** Mode, owner, group and time: where they make no sense, some programs take the header for the end. */
const UNREAD_NUMBERS = [
  [100, 8],
  [108, 8],
  [116, 8],
  [136, 12],
] as const;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const PREFIX_END = 500;

/**
 * Reads a header block; null for the block of zeros that ends an archive. Source: POSIX pax, ustar; GNU's base-256
 * sizes. A header of no known format is refused, and so is one with more in it than its format has: programs differ
 * in what they take it for.
 */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  assertChecksum(block);
  for (const [offset, width] of UNREAD_NUMBERS) {
    if (block.subarray(offset, offset + width).some((byte) => byte !== 0)) numberAt(block, offset, width);
  }
  const name = textAt(block, 0, 100);
  const prefix = readPrefix(block);
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0);
  return { path: prefix === "" ? name : `${prefix}/${name}`, type, size: numberAt(block, 124, 12) };
}

/** The prefix of the name, which only POSIX's format has. */
function readPrefix(block: Uint8Array): string {
  const magic = Buffer.from(block).toString("latin1", MAGIC_AT, MAGIC_AT + POSIX.length);
  if (magic !== POSIX && magic !== GNU && magic !== OLDEST) throw damaged("a header is of no known format");
  const unused = magic === OLDEST ? MAGIC_AT : magic === GNU ? PREFIX_AT : PREFIX_END;
  if (block.subarray(unused).some((byte) => byte !== 0)) throw damaged("a header has more than its format");
  return magic === POSIX ? textAt(block, PREFIX_AT, PREFIX_END - PREFIX_AT) : "";
}

function assertChecksum(block: Uint8Array): void {
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (numberAt(block, 148, 8) !== sum) throw damaged("a header's checksum is wrong");
}

function numberAt(block: Uint8Array, offset: number, width: number): number {
  const field = block.subarray(offset, offset + width);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.reduce((total, byte, i) => total * 256 + (i === 0 ? byte & 0x7f : byte), 0);
    if (!Number.isSafeInteger(value)) throw damaged("a size is out of range");
    return value;
  }
  const digits = textAt(block, offset, width).trim();
  if (!/^[0-7]+$/.test(digits)) throw damaged("a number is not octal");
  return Number.parseInt(digits, 8);
}

function textAt(block: Uint8Array, offset: number, width: number): string {
  const field = block.subarray(offset, offset + width);
  const end = field.indexOf(0);
  return decode(field.subarray(0, end < 0 ? width : end));
}

/** The `path` and `size` of a pax extended header, POSIX pax; other records say nothing about content. */
export function readPaxRecords(bytes: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  const seen = new Set<string>();
  for (let rest = bytes; rest.length > 0; ) {
    const space = rest.indexOf(0x20);
    const digits = decode(rest.subarray(0, Math.max(0, space)));
    const length = /^[1-9][0-9]{0,6}$/.test(digits) ? Number(digits) : 0;
    if (length <= space || length > rest.length || rest[length - 1] !== 0x0a)
      throw damaged("an extended header is malformed");
    const record = decode(rest.subarray(space + 1, length - 1));
    rest = rest.subarray(length);
    const equals = record.indexOf("=");
    const key = record.slice(0, Math.max(0, equals));
    const value = record.slice(equals + 1);
    if (key === "" || seen.has(key)) throw damaged("an extended header is malformed");
    seen.add(key);
    if (key.startsWith("GNU.sparse"))
      throw new ImageError("the archive has a sparse file", "archive-invalid");
    if (key === "path") found.path = value;
    if (key === "size") {
      if (!/^[0-9]{1,15}$/.test(value)) throw damaged("an extended header is malformed");
      found.size = Number(value);
    }
  }
  return found;
}

/** The one name a path can have: refuses what is absolute, climbs, or is written in another way. `""` is the archive's own folder. */
export function canonicalPath(path: string): string {
  const relative = path.replace(/^\.\//, "").replace(/\/$/, "");
  if (relative === "" || relative === ".") return path.startsWith(".") ? "" : refusePath(path);
  const parts = relative.split("/");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
  if (/[\u0000-\u001f\\]/.test(path) || parts.some((part) => part === "" || part === "." || part === "..")) {
    return refusePath(path);
  }
  return relative;
}

function refusePath(path: string): never {
  throw new ImageError(`the archive has the path ${quote(path)}`, "archive-path-unsafe");
}

function damaged(what: string): ImageError {
  return new ImageError(`the archive is damaged: ${what}`, "archive-invalid");
}

/** Text that is not UTF-8 is read by every program in its own way. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged("a text in it is not utf-8");
  }
}
