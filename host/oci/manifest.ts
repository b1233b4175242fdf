import { type Descriptor, listAt, objectAt, parseJson, readDescriptor } from "./descriptor.js";
import { ImageError, quote } from "./image-error.js";
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from "./media-types.js";

/** A manifest or index as it was found: its digest is that of its bytes. */
export interface Manifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: string;
}

/** What a manifest leads to. */
export type ManifestContent =
  | { readonly kind: "index"; readonly manifests: readonly Descriptor[] }
  | {
      readonly kind: "manifest";
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      /** Digest of the manifest this one is about. */
      readonly subject: string | null;
    };

/** The largest manifest that is read. Source: the OCI distribution specification's floor for registries, 4 MiB. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const INDEXES = new Set([OCI_INDEX, DOCKER_MANIFEST_LIST]);
const MANIFESTS = new Set([OCI_MANIFEST, DOCKER_MANIFEST]);
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

export function isManifestType(mediaType: string): boolean {
  return INDEXES.has(mediaType) || MANIFESTS.has(mediaType);
}

/**
 * Reads what a manifest or index leads to. If it names its own media type, that has to be the one it came with:
 * otherwise it would be two things at once.
 */
export function readManifest({ bytes, mediaType, digest }: Manifest): ManifestContent {
  if (SCHEMA_1.test(mediaType)) throw new ImageError(`${digest} is a docker schema 1 manifest`);
  if (!isManifestType(mediaType))
    throw new ImageError(`${digest} is of media type ${quote(mediaType)}, which is not an image's`);
  const document = objectAt(parseJson(bytes, digest), digest);
  if (document["mediaType"] !== undefined && document["mediaType"] !== mediaType) {
    throw new ImageError(`${digest} is called ${quote(mediaType)} and calls itself something else`);
  }
  if (document["schemaVersion"] !== 2) throw new ImageError(`${digest} has no schema version 2`);
  return INDEXES.has(mediaType) ? readIndex(document, digest) : readImageManifest(document, digest);
}

function readIndex(document: Record<string, unknown>, digest: string): ManifestContent {
  if ("layers" in document) throw new ImageError(`${digest} is an index with layers`);
  return { kind: "index", manifests: readDescriptors(document["manifests"], `manifests of ${digest}`) };
}

function readImageManifest(document: Record<string, unknown>, digest: string): ManifestContent {
  if ("manifests" in document) throw new ImageError(`${digest} is a manifest with manifests`);
  const subject = document["subject"];
  return {
    kind: "manifest",
    config: readDescriptor(document["config"], `config of ${digest}`),
    layers: readDescriptors(document["layers"], `layers of ${digest}`),
    subject: subject === undefined ? null : readDescriptor(subject, `subject of ${digest}`).digest,
  };
}

function readDescriptors(value: unknown, where: string): Descriptor[] {
  return listAt(value, where).map((entry, i) => readDescriptor(entry, `entry ${i} of ${where}`));
}

/** A descriptor of the manifest. */
export function descriptorOf({ bytes, mediaType, digest }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

/**
 * The media type of a manifest that came without one: its own `mediaType` or, since OCI makes that optional, by its
 * members.
 */
export function sniffMediaType(bytes: Uint8Array, digest: string): string {
  const document = objectAt(parseJson(bytes, digest), digest);
  if (typeof document["mediaType"] === "string") return document["mediaType"];
  return "manifests" in document ? OCI_INDEX : OCI_MANIFEST;
}
