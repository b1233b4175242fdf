import { createHash } from "node:crypto";
import type { Descriptor } from "./descriptor.js";
import { ImageError } from "./image-error.js";

/**
 * Passes a blob's content on while checking size and digest, and its last piece only if both are right: wrong content
 * never arrives whole. `where` is what an error calls the place it comes from.
 */
export async function* verified(
  { digest, size }: Pick<Descriptor, "digest" | "size">,
  content: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let received = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of content) {
    received += chunk.length;
    if (received > size) throw mismatch(`${digest} from ${where} is larger than its ${size} bytes`);
    hash.update(chunk);
    if (held !== null) yield held;
    held = chunk;
  }
  if (received !== size) throw mismatch(`${digest} from ${where} has ${received} bytes, not ${size}`);
  if (`sha256:${hash.digest("hex")}` !== digest) {
    throw mismatch(`${digest} from ${where}: the bytes do not have that digest`);
  }
  if (held !== null) yield held;
}

function mismatch(message: string): ImageError {
  return new ImageError(message, "blob-mismatch");
}

/** All of a small blob, checked. */
export async function readVerified(
  descriptor: Pick<Descriptor, "digest" | "size">,
  content: AsyncIterable<Uint8Array>,
  where: string,
  maxBytes: number,
): Promise<Uint8Array> {
  if (descriptor.size > maxBytes)
    throw new ImageError(`${descriptor.digest} from ${where} is larger than ${maxBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of verified(descriptor, content, where)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
