import type { Descriptor } from "../../oci/descriptor.js";
import type { ImageReader, ImageWriter } from "../../oci/image-place.js";
import { verified } from "../../oci/verified.js";
import { type Clock, systemClock } from "../../registry/clock.js";
import { PATIENT_RETRY, type RetryPolicy, retrying } from "../../registry/retry.js";

/** How a blob came to be where it should be. */
export type Transferred = "present" | "mounted" | "written";

export interface Progress {
  /** Digest of the blob. */
  readonly blob: string;
  /** Bytes sent or already there; falls back to 0 when an attempt fails. */
  readonly bytes: number;
  readonly total: number;
  /** Set with the last report of a blob. */
  readonly ended: Transferred | null;
}

export interface TransferOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly retry?: RetryPolicy;
  readonly clock?: Clock;
}

/** Copies a blob from one place to another, unless it is there already. A transient failure restarts the copy. */
export async function transferBlob(
  source: ImageReader,
  target: ImageWriter,
  blob: Descriptor,
  { signal, onProgress = () => {}, retry = PATIENT_RETRY, clock = systemClock }: TransferOptions,
): Promise<Transferred> {
  const report = (bytes: number, ended: Transferred | null) =>
    onProgress({ blob: blob.digest, bytes, total: blob.size, ended });
  const open = () =>
    counted(verified(blob, source.blob(blob, signal), source.name), (bytes) => report(bytes, null));
  const write = () => target.writeBlob(blob, open, { from: source.repository, signal });
  const isThere = await target.hasBlob(blob, signal);
  const how = isThere ? "present" : await retrying(retry, clock, signal, write);
  report(blob.size, how);
  return how;
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  report: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  report(bytes);
  for await (const chunk of content) {
    yield chunk;
    bytes += chunk.length;
    report(bytes);
  }
}
