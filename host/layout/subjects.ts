import type { Descriptor } from "../oci/descriptor.js";
import { objectAt, parseJson, readDescriptor } from "../oci/descriptor.js";
import { ImageError } from "../oci/image-error.js";
import { OCI_MANIFEST } from "../oci/media-types.js";
import type { LayoutReader } from "./layout-reader.js";

/** The largest manifest that is looked at: a signature's is a thousandth of it. */
const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Of one layout. */
const MAX_BLOBS = 20_000;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

const OPENING_BRACE = 0x7b;

/** The manifests in a layout that are about another, by the digest of that. */
export interface Subjects {
  readonly bySubject: ReadonlyMap<string, readonly Descriptor[]>;
  /** Whether every blob that could be one was looked at. */
  readonly isComplete: boolean;
}

/**
 * Looks for them among all blobs: `cosign save` writes bundles without naming them in index.json. Nothing is believed of
 * what is found; what does not parse is not one.
 */
export async function findSubjects(reader: LayoutReader, signal: AbortSignal): Promise<Subjects> {
  const bySubject = new Map<string, Descriptor[]>();
  const digests = (await reader.blobs()).toSorted();
  let left = MAX_TOTAL_BYTES;
  for (const digest of digests.slice(0, MAX_BLOBS)) {
    signal.throwIfAborted();
    const bytes = await readSmall(reader, digest, signal);
    if (bytes === null) continue;
    left -= bytes.length;
    if (left < 0) return { bySubject, isComplete: false };
    const subject = subjectOf(bytes);
    if (subject === null) continue;
    const found = { mediaType: OCI_MANIFEST, digest, size: bytes.length };
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), found]);
  }
  return { bySubject, isComplete: digests.length <= MAX_BLOBS };
}

/** A blob's bytes, unchecked, if it may be a manifest. */
async function readSmall(
  reader: LayoutReader,
  digest: string,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  try {
    const size = await reader.blobSize(digest);
    if (size === null || size > MAX_MANIFEST_BYTES) return null;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of reader.blob({ digest }, signal)) {
      if (length === 0 && chunk[0] !== OPENING_BRACE) return null;
      length += chunk.length;
      if (length > MAX_MANIFEST_BYTES) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof ImageError) return null;
    throw error;
  }
}

function subjectOf(bytes: Uint8Array): string | null {
  try {
    const { subject, layers } = objectAt(parseJson(bytes, "a blob"), "a blob");
    return subject === undefined || !Array.isArray(layers)
      ? null
      : readDescriptor(subject, "a subject").digest;
  } catch (error) {
    if (error instanceof ImageError) return null;
    throw error;
  }
}
