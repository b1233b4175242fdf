import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { RegistryError } from "./error.js";

/** Enough for most manifests; larger bodies grow by doubling. */
const FIRST_CAPACITY = 16 * 1024;

/** What a response's body is read from. */
export interface Response {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Readable;
}

/**
 * Reads a body of at most `maxBytes` and hashes it on the way. One byte more is `evidence-too-large`, whether
 * announced or not: a cut-off body must not pass for a whole one. A body is never decompressed.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; digest: string }> {
  refuseCompressed(response);
  const announced = Number(response.headers["content-length"] ?? FIRST_CAPACITY);
  if (announced > maxBytes) {
    discard(response);
    throw tooLarge(maxBytes);
  }
  const hash = createHash("sha256");
  // Copied into one buffer: a body sent byte by byte would otherwise be kept as a million small ones.
  let buffer = new Uint8Array(Math.min(announced >= 0 ? announced : 0, FIRST_CAPACITY, maxBytes));
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    if (length + chunk.length > maxBytes) throw tooLarge(maxBytes);
    if (length + chunk.length > buffer.length) {
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(buffer.length * 2, length + chunk.length)));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(chunk, length);
    hash.update(chunk);
    length += chunk.length;
  }
  return { bytes: buffer.subarray(0, length), digest: `sha256:${hash.digest("hex")}` };
}

/** A digest is about the bytes that come, and nothing else is ever unpacked. */
export function refuseCompressed(response: Response): void {
  const encoding = response.headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return;
  discard(response);
  throw new RegistryError("registry-protocol", "the answer is compressed, which was not asked for");
}

/** Reads what explains a refusal; a body that is too large or broken explains nothing. */
export async function readExplanation(response: Response): Promise<Uint8Array> {
  try {
    return (await readBody(response, 16 * 1024)).bytes;
  } catch {
    return new Uint8Array();
  }
}

/** Ends a response nobody will read, and its connection with it. */
export function discard({ body }: Response): void {
  body.on("error", () => {}).destroy();
}

function tooLarge(maxBytes: number): RegistryError {
  return new RegistryError("evidence-too-large", `the answer is larger than ${maxBytes} bytes`);
}
