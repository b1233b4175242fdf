// What a case has of a registry's repository: manifests by tag or digest, and blobs by digest, all in base64.

import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX, OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { type Case, isObject, MalformedCase } from "../corpus.js";
import { mediaTypeOf } from "../image.js";

export interface Stored {
  readonly manifests: Readonly<Record<string, string>>;
  readonly blobs: Readonly<Record<string, string>>;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** The image alone. */
export function onlyImage({ digest, bytes }: { digest: string; bytes: Uint8Array }): Stored {
  return { manifests: { [digest]: base64(bytes) }, blobs: {} };
}

export function joined(...all: readonly Stored[]): Stored {
  return {
    manifests: Object.assign({}, ...all.map(({ manifests }) => manifests)),
    blobs: Object.assign({}, ...all.map(({ blobs }) => blobs)),
  };
}

/** Signatures under cosign's tag for an image. */
export function taggedSignatures(
  digest: string,
  manifest: Uint8Array,
  payloads: readonly Uint8Array[],
): Stored {
  const tag = `${digest.replace(":", "-")}.sig`;
  return { manifests: { [tag]: base64(manifest) }, blobs: blobsOf(payloads) };
}

/** A bundle in a manifest that is listed under the fallback tag of an image, as docker-registry has it. */
export function referringBundle(digest: string, manifest: Uint8Array, bundle: Uint8Array): Stored {
  const listed = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [listed] };
  const tag = digest.replace(":", "-");
  return {
    manifests: { [tag]: base64(Buffer.from(JSON.stringify(index))), [digestOf(manifest)]: base64(manifest) },
    blobs: blobsOf([bundle]),
  };
}

export function blobsOf(blobs: readonly Uint8Array[]): Record<string, string> {
  return Object.fromEntries(blobs.map((bytes) => [digestOf(bytes), base64(bytes)]));
}

/** What a case has of its repository. */
export function storedOf(test: Case): Stored {
  const stored = test["stored"];
  if (!isObject(stored) || !isObject(stored["manifests"]) || !isObject(stored["blobs"]))
    throw new MalformedCase('"stored" is not a repository');
  return stored as unknown as Stored;
}

export function storedManifest(
  { manifests }: Stored,
  reference: string,
): { mediaType: string; bytes: Buffer } | undefined {
  const text = manifests[reference];
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, "base64");
  return { mediaType: mediaTypeOf(bytes), bytes };
}

export function storedBlob({ blobs }: Stored, digest: string): Buffer | undefined {
  const text = blobs[digest];
  return text === undefined ? undefined : Buffer.from(text, "base64");
}
