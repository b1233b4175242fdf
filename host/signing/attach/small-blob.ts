import { digestOf } from "../../oci/digest.js";
import type { ImageWriter } from "../../oci/image-place.js";
import { systemClock } from "../../registry/clock.js";
import { PATIENT_RETRY, retrying } from "../../registry/retry.js";
import type { AttachOptions } from "./until-kept.js";

/** Writes a blob that is in memory. It is not asked for first: that takes as long as writing it. */
export async function writeSmallBlob(
  target: ImageWriter,
  bytes: Uint8Array,
  { signal, clock = systemClock }: AttachOptions,
): Promise<void> {
  const descriptor = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
  await retrying(PATIENT_RETRY, clock, signal, () =>
    target.writeBlob(descriptor, () => once(bytes), { from: null, signal }),
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
