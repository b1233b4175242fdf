import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ImageError, quote } from "../oci/image-error.js";
import { type LayoutFiles, READ_BYTES } from "./layout-files.js";
import {
  BLOCK_BYTES,
  canonicalPath,
  decode,
  readPaxRecords,
  readTarHeader,
  type TarHeader,
} from "./tar-header.js";

/** Many times what the largest image has; each costs one small read. */
const MAX_ENTRIES = 20_000;
/** Bytes of zeros after the last entry; tar pads its last record, of 10 KiB by default. */
const MAX_PADDING_BYTES = 16 * 1024 * 1024;
const MAX_EXTENSION_BYTES = 64 * 1024;
/** The largest size that a header can say by itself. */
const MAX_PLAIN_BYTES = 8 ** 11 - 1;
const TYPE_AT = 156;
const FILE = "0";
const FOLDER = "5";
const PAX = "x";
const GNU_LONG_NAME = "L";
/** Does not wait for a pipe. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * A layout in a tar archive. The headers are read once, the contents not before they are asked for, from the same
 * open file. An archive that two programs could read differently is refused: a path there twice, links, sparse
 * files, absolute and climbing paths, something after its end.
 */
export class Archive implements LayoutFiles {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, Extent>;

  private constructor(file: FileHandle, entries: ReadonlyMap<string, Extent>) {
    this.#file = file;
    this.#entries = entries;
  }

  static async open(path: string, signal: AbortSignal): Promise<Archive> {
    const file = await open(path, FLAGS).catch((error: NodeJS.ErrnoException) => {
      throw new ImageError(`${quote(path)} cannot be read (${error.code})`, "source-unreadable");
    });
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new ImageError(`${quote(path)} is not a file`, "source-unreadable");
      return new Archive(file, await readEntries(file, stat.size, signal));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Every file's path, in the archive's order. */
  get paths(): readonly string[] {
    return [...this.#entries.keys()];
  }

  async names(folder: string): Promise<readonly string[]> {
    const prefix = `${folder}/`;
    return this.paths
      .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"))
      .map((path) => path.slice(prefix.length));
  }

  async size(path: string): Promise<number | null> {
    return this.#entries.get(path)?.size ?? null;
  }

  async *stream(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new ImageError(`${path} is missing in the archive`, "blob-missing");
    for (let read = 0; read < entry.size; ) {
      signal.throwIfAborted();
      const chunk = await readAt(this.#file, entry.offset + read, Math.min(READ_BYTES, entry.size - read));
      read += chunk.length;
      yield chunk;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

interface Extent {
  readonly offset: number;
  readonly size: number;
}

async function readEntries(
  file: FileHandle,
  fileSize: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Extent>> {
  const files = new Map<string, Extent>();
  const paths = new Set<string>();
  let offset = 0;
  for (let count = 0; ; count++) {
    signal.throwIfAborted();
    if (count > MAX_ENTRIES)
      throw new ImageError(`the archive has more than ${MAX_ENTRIES} entries`, "archive-invalid");
    const { header, content } = await readExtended(file, offset);
    if (header === null) break;
    const path = canonicalPath(header.path);
    if (paths.has(path))
      throw new ImageError(`the archive has the path ${quote(path)} twice`, "archive-path-duplicate");
    paths.add(path);
    assertPlain(header, path);
    if (header.type === FILE) files.set(path, { offset: content, size: header.size });
    offset = content + padded(header.size);
    if (offset > fileSize) throw cutOff();
  }
  await assertZeros(file, offset, fileSize);
  return files;
}

/** Refuses what is neither a file nor a folder, or what one program takes for a file and another for a folder. */
function assertPlain({ type, size, path: written }: TarHeader, path: string): void {
  if (type !== FILE && type !== FOLDER)
    throw new ImageError(
      `the archive has a link or device: ${quote(path)}; save it as oci-archive`,
      "archive-link",
    );
  if (type === FOLDER ? size > 0 : written.endsWith("/"))
    throw new ImageError(`the archive has a folder with content: ${quote(path)}`, "archive-invalid");
}

/** The next header, with what the extension headers before it say; `content` is where its content begins. */
async function readExtended(
  file: FileHandle,
  start: number,
): Promise<{ header: TarHeader | null; content: number }> {
  let extension: { path?: string; size?: number } | null = null;
  for (let offset = start; ; ) {
    const block = await readAt(file, offset, BLOCK_BYTES);
    const header = readHeader(block, offset);
    offset += BLOCK_BYTES;
    if (header === null) {
      if (extension !== null) throw cutOff();
      return { header, content: offset };
    }
    if (header.type !== PAX && header.type !== GNU_LONG_NAME) {
      assertOneSize(header.size, extension?.size);
      // With the oldest type flag, a name decides whether an entry is a folder, and here it has two names.
      if (extension !== null && block[TYPE_AT] === 0)
        throw new ImageError(
          "the archive has an extended header for an entry of the oldest kind",
          "archive-invalid",
        );
      return { header: { ...header, ...extension }, content: offset };
    }
    // Programs differ on which of two counts.
    if (extension !== null)
      throw new ImageError("the archive has two extended headers for one entry", "archive-invalid");
    if (header.size > MAX_EXTENSION_BYTES)
      throw new ImageError("the archive has a huge extended header", "archive-invalid");
    const bytes = header.size === 0 ? new Uint8Array() : await readAt(file, offset, header.size);
    extension = header.type === PAX ? readPaxRecords(bytes) : { path: longName(bytes) };
    offset += padded(header.size);
  }
}

/** A program that does not read extended headers would find entries in this one's content, or content in the next ones. */
function assertOneSize(plain: number, extended: number | undefined): void {
  if (extended !== undefined && extended !== plain && extended <= MAX_PLAIN_BYTES)
    throw new ImageError("the archive has an entry with two sizes", "archive-invalid");
}

function readHeader(block: Uint8Array, offset: number): TarHeader | null {
  if (offset === 0 && block[0] === 0x1f && block[1] === 0x8b)
    throw new ImageError("the archive is compressed: unpack it with gunzip first", "archive-invalid");
  return readTarHeader(block);
}

function longName(bytes: Uint8Array): string {
  return decode(bytes).replace(/\0$/, "");
}

/** Some readers go on after the end; there must be nothing for them to find. */
async function assertZeros(file: FileHandle, start: number, end: number): Promise<void> {
  if (end - start < BLOCK_BYTES) throw cutOff();
  if (end - start > MAX_PADDING_BYTES)
    throw new ImageError("the archive continues after its end", "archive-invalid");
  for (let offset = start; offset < end; ) {
    const chunk = await readAt(file, offset, Math.min(READ_BYTES, end - offset));
    if (chunk.some((byte) => byte !== 0))
      throw new ImageError("the archive continues after its end", "archive-invalid");
    offset += chunk.length;
  }
}

/** Exactly `length` bytes. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw cutOff();
    filled += bytesRead;
  }
  return buffer;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

function cutOff(): ImageError {
  return new ImageError("the archive is cut off", "archive-invalid");
}
