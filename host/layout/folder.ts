import { constants } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ImageError } from "../oci/image-error.js";
import { type LayoutFiles, READ_BYTES } from "./layout-files.js";

/** Does not wait for a pipe, and follows no link in the file's place. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A layout in a folder. */
export class Folder implements LayoutFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async names(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(join(this.#path, folder));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw new ImageError(`${folder} in the layout cannot be read (${code})`, "source-unreadable");
    }
  }

  async size(path: string): Promise<number | null> {
    const file = await this.#open(path);
    if (file === null) return null;
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  async *stream(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = await this.#open(path);
    if (file === null) throw new ImageError(`${path} is missing in the layout`, "blob-missing");
    try {
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async close(): Promise<void> {}

  async #open(path: string): Promise<FileHandle | null> {
    let file: FileHandle;
    try {
      file = await open(join(this.#path, path), FLAGS);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      if (code === "ELOOP") throw new ImageError(`${path} in the layout is a link`, "source-unreadable");
      throw new ImageError(`${path} in the layout cannot be read (${code})`, "source-unreadable");
    }
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new ImageError(`${path} in the layout is not a file`, "source-unreadable");
  }
}
