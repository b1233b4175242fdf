import { Denial } from "./denial.js";

/** containerd passes one OCI descriptor; 48 KiB keeps the whole request below HTTP/2's first window. */
const DESCRIPTOR_LIMIT = 48 * 1024;

/** Standard input to its end, uninterpreted. Longer than 48 KiB is refused, not cut. */
export async function readDescriptor(input: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    length += chunk.length;
    if (length > DESCRIPTOR_LIMIT) {
      throw new Denial(
        "request-malformed",
        `the descriptor on standard input is longer than ${DESCRIPTOR_LIMIT} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
