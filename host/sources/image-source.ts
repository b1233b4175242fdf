import type { Evidence, Request } from "#component/types";
import { digestOf, isDigest } from "../oci/digest.js";
import { ImageError } from "../oci/image-error.js";
import type { ImageReader } from "../oci/image-place.js";
import { OCI_INDEX } from "../oci/media-types.js";
import type { Fetched } from "../registry/client.js";
import { type Clock, systemClock } from "../registry/clock.js";
import { RegistryError } from "../registry/error.js";
import { PATIENT_RETRY, retrying } from "../registry/retry.js";
import { asEvidence } from "../signatures/evidence.js";
import type { Source } from "./source.js";

/**
 * The one place an image is in, such as a layout, whatever registry its name has; and the place of its signatures. For
 * a caller that has just written there, and can therefore wait.
 */
export class ImageSource implements Source {
  readonly #image: ImageReader;
  readonly #signatures: ImageReader;
  readonly #clock: Clock;

  constructor(image: ImageReader, signatures: ImageReader = image, clock: Clock = systemClock) {
    this.#image = image;
    this.#signatures = signatures;
    this.#clock = clock;
  }

  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    return asEvidence(request, this.#fetch(request, signal).catch(unreadable));
  }

  async close(): Promise<void> {}

  async #fetch({ kind, reference, maxBytes }: Request, signal: AbortSignal): Promise<Fetched | null> {
    switch (kind) {
      case "manifest":
        return (
          (await readManifest(this.#image, reference, signal)) ??
          // One that carries a bundle, perhaps.
          (this.#image === this.#signatures ? null : readManifest(this.#signatures, reference, signal))
        );
      case "cosign-tag":
        return readManifest(this.#signatures, reference, signal);
      case "referrers":
        return readReferrers(this.#signatures, reference, signal);
      case "blob":
        return retrying(PATIENT_RETRY, this.#clock, signal, () =>
          readBlob(this.#signatures, reference, maxBytes, signal),
        );
    }
  }
}

async function readManifest(
  place: ImageReader,
  reference: string,
  signal: AbortSignal,
): Promise<Fetched | null> {
  const manifest = await place.manifest(reference, signal);
  return manifest === null ? null : { ...manifest, origin: originOf(place, reference) };
}

async function readReferrers(
  place: ImageReader,
  digest: string,
  signal: AbortSignal,
): Promise<Fetched | null> {
  const manifests = await place.referrers(digest, signal);
  if (manifests === null) return readManifest(place, digest.replace(":", "-"), signal);
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes), origin: originOf(place, digest) };
}

async function readBlob(
  place: ImageReader,
  digest: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Fetched> {
  const mediaType = "application/octet-stream";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of place.blob({ digest, mediaType, size: maxBytes }, signal)) {
    size += chunk.length;
    if (size > maxBytes)
      throw new RegistryError("evidence-too-large", `the blob is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (digestOf(bytes) !== digest)
    throw new RegistryError("registry-protocol", "the bytes do not have the digest asked for");
  return { bytes, mediaType, digest, origin: originOf(place, digest) };
}

function originOf({ name }: ImageReader, reference: string): string {
  return `${name}${isDigest(reference) ? "@" : ":"}${reference}`;
}

/** Evidence carries no text of strangers, nor names of files. */
function unreadable(error: unknown): never {
  if (error instanceof ImageError)
    throw new RegistryError("registry-protocol", "what is there cannot be read");
  throw error;
}
