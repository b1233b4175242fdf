import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";

/** A file that is refused: `message` is one line that names it and says why. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

/**
 * Reads a regular file of at most `limit` bytes. Links are followed (a Kubernetes volume is made of them). Anything
 * else is refused before it is opened: opening a FIFO would wait, and opening a device may do something.
 */
export function readBoundedFile(path: string, limit: number): Uint8Array {
  let file: number | undefined;
  try {
    if (!statSync(path).isFile()) throw new FileRefused(`${path} is not a regular file`);
    // If something else has been put in its place since, it is opened without waiting and checked again.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(file).isFile()) throw new FileRefused(`${path} is not a regular file`);
    const content = readAtMost(file, limit + 1);
    if (content.length > limit) throw new FileRefused(`${path} is larger than ${limit} bytes`);
    return content;
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The size a file claims is ignored: files in /proc have none, others grow. */
function readAtMost(file: number, count: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < count) {
    const chunk = new Uint8Array(Math.min(64 * 1024, count - total));
    const length = readSync(file, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Uint8Array.from(Buffer.concat(chunks));
}
