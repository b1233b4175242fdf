import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { LRUCache } from "lru-cache";
import { isDigest } from "../oci/digest.js";

/** A folder that is not to be used as a store: `message` is one line that names it and says why. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
}

/** The space a small file takes on disk; also bounds the number of files. */
const BLOCK = 4096;
/** Blobs being written. Beyond this, blobs are not kept: they are fetched again when they are needed. */
const MOST_PENDING = 16;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Blobs by digest, as files in a folder of bounded size: the least recently used go first. A blob that is read has its
 * digest, or counts as missing: the folder may be damaged, or emptied, at any time. A file is complete on disk before
 * it gets its name.
 */
export class BlobStore {
  readonly #folder: string;
  /** By hex digest, bytes on disk. */
  readonly #sizes: LRUCache<string, number>;
  readonly #pending = new Map<string, Promise<void>>();
  readonly #warn: (message: string) => void;
  /** Distinguishes this process's unfinished files from those that others have left. */
  readonly #run = randomBytes(8).toString("hex");
  #surveyed: Promise<void> = Promise.resolve();
  #hasFailed = false;

  private constructor(folder: string, maxBytes: number, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
    this.#sizes = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (size) => size,
      dispose: (_, hex, reason) => {
        if (reason === "evict") void rm(join(folder, hex), { force: true }).catch(() => {});
      },
    });
  }

  /**
   * Makes the folder if there is none. Throws `StoreRefused` for one that cannot be used or that others may write to. What is
   * in it is looked at afterwards, while blobs are read and written. `warn` is told, once, when a blob cannot be kept.
   */
  static async open(folder: string, maxBytes: number, warn: (message: string) => void): Promise<BlobStore> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { mode, uid } = await stat(folder);
      if (uid !== 0 && uid !== process.geteuid?.())
        throw new StoreRefused(`${folder} belongs to user ${uid}`);
      if (mode & WRITABLE_BY_OTHERS)
        throw new StoreRefused(`${folder} may be written to by others: chmod go-w it`);
    } catch (error) {
      if (error instanceof StoreRefused) throw error;
      throw new StoreRefused(`${folder} cannot be used: ${(error as NodeJS.ErrnoException).code}`);
    }
    const store = new BlobStore(folder, maxBytes, warn);
    store.#surveyed = store.#survey();
    return store;
  }

  /** The blob with this digest, of at most `maxBytes`; null if it is not here. */
  async read(digest: string, maxBytes: number): Promise<Uint8Array | null> {
    const hex = hexOf(digest);
    let bytes: Uint8Array | null;
    try {
      bytes = await this.#readFile(hex, maxBytes);
    } catch {
      await this.#remove(hex);
      return null;
    }
    if (bytes === null) return null;
    this.#sizes.set(hex, sizeOnDisk(bytes.length));
    return bytes;
  }

  /** Keeps a blob that has this digest, without making anybody wait. If anything goes wrong, it is not kept. */
  keep(digest: string, bytes: Uint8Array): void {
    const hex = hexOf(digest);
    if (this.#sizes.has(hex) || this.#pending.has(hex) || this.#pending.size >= MOST_PENDING) return;
    const written = this.#write(hex, bytes)
      .catch((error) => this.#failed(error))
      .finally(() => this.#pending.delete(hex));
    this.#pending.set(hex, written);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await Promise.all([this.#surveyed, ...this.#pending.values()]);
  }

  /** Null if it is larger. Rejects for what is not the blob, or not there. */
  async #readFile(hex: string, maxBytes: number): Promise<Uint8Array | null> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(join(this.#folder, hex), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) return null;
      const bytes = Buffer.alloc(size);
      await file.read(bytes, 0, size, 0);
      if (createHash("sha256").update(bytes).digest("hex") !== hex) throw new Error("other bytes");
      return bytes;
    } finally {
      await file.close();
    }
  }

  async #write(hex: string, bytes: Uint8Array): Promise<void> {
    const size = sizeOnDisk(bytes.length);
    if (size > this.#sizes.maxSize) return;
    const partial = join(this.#folder, `.${hex}.${this.#run}`);
    try {
      const file = await open(partial, "wx", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, join(this.#folder, hex));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    this.#sizes.set(hex, size);
  }

  /** What earlier processes have left: blobs, the oldest to go first, and what they had not completed. */
  async #survey(): Promise<void> {
    const found: { hex: string; size: number; mtimeMs: number }[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      if (PARTIAL.test(name) && !name.endsWith(this.#run)) await rm(path, { force: true }).catch(() => {});
      if (!BLOB.test(name)) continue;
      const stats = await lstat(path).catch(() => null);
      if (stats?.isFile()) found.push({ hex: name, size: sizeOnDisk(stats.size), mtimeMs: stats.mtimeMs });
    }
    found.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { hex, size } of found) {
      if (size > this.#sizes.maxSize) await this.#remove(hex);
      else if (!this.#sizes.has(hex)) this.#sizes.set(hex, size);
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#warn(`blobs cannot be kept in ${this.#folder}: ${error.code ?? error.name}`);
  }

  async #remove(hex: string): Promise<void> {
    this.#sizes.delete(hex);
    await rm(join(this.#folder, hex), { force: true, recursive: true }).catch(() => {});
  }
}

const BLOB = /^[0-9a-f]{64}$/;
const PARTIAL = /^\.[0-9a-f]{64}\.[0-9a-f]{16}$/;

function hexOf(digest: string): string {
  if (!isDigest(digest)) throw new TypeError("not a sha256 digest");
  return digest.slice("sha256:".length);
}

function sizeOnDisk(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK;
}
