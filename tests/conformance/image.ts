// Images as the cases store them: a manifest, and signatures in the container format of containers/image's `dir:`.

import { OCI_INDEX, OCI_MANIFEST } from "../../host/oci/media-types.js";
import { type Case, isObject, list, MalformedCase, text } from "./corpus.js";
import { storedBlob, storedManifest, storedOf } from "./cosign/stored.js";
import type { Subject } from "./subject.js";

export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const SIGSTORE_CONTAINER = Buffer.from("\0sigstore-json\n");

export interface Signature {
  mimeType: string;
  payload: Uint8Array;
  annotations: Record<string, string>;
  /** What its layer is named by, where that is not the payload's SHA-256. */
  digest?: string;
}

export interface StoredImage {
  /** Null where the case has none. */
  manifest: Uint8Array | null;
  /** What it is served as, where the case says so; else what its bytes say. */
  mediaType?: string;
  /** Those of sigstore; GPG's are left out, as the core is not asked about them. */
  signatures: Signature[];
}

/** The image of a case: `stored`, `imageDir`, or `manifest` (base64); `signature` or `signatures` in place of those in the folder. */
export function storedImage(test: Case, subject: Subject): StoredImage {
  if (test["stored"] !== undefined) return taggedImage(test);
  const stored =
    test["imageDir"] === undefined ? manifestOf(test) : readImageDirectory(text(test, "imageDir"), subject);
  if (test["signatures"] !== undefined)
    return { ...stored, signatures: list(test, "signatures").map(readSignature) };
  return test["signature"] === undefined
    ? stored
    : { ...stored, signatures: [readSignature(test["signature"])] };
}

/** The image in a repository of cosign's vectors, with what stands under cosign's tag for it. */
function taggedImage(test: Case): StoredImage {
  const digest = text(test, "digest");
  const stored = storedOf(test);
  const manifest = storedManifest(stored, digest);
  const tagged = storedManifest(stored, `${digest.replace(":", "-")}.sig`);
  const layers: unknown = tagged === undefined ? [] : JSON.parse(tagged.bytes.toString()).layers;
  const signatures = (Array.isArray(layers) ? layers : []).map((layer) => {
    const { mediaType, annotations = {}, digest } = layer;
    const payload = storedBlob(stored, digest) ?? Buffer.alloc(0);
    return { mimeType: mediaType, payload, annotations };
  });
  return { manifest: manifest?.bytes ?? null, signatures };
}

/** `manifest` (base64), served as `mediaType`; no signatures. */
export function manifestOf(test: Case): StoredImage {
  const manifest = Buffer.from(text(test, "manifest"), "base64");
  const served = test["mediaType"] === undefined ? {} : { mediaType: text(test, "mediaType") };
  return { manifest, signatures: [], ...served };
}

/** `manifest.json`, `signature-1`, `signature-2`, … of a folder among the fixtures. */
export function readImageDirectory(path: string, subject: Subject): StoredImage {
  const manifest = subject.file(`${path}/manifest.json`);
  const stored: Buffer[] = [];
  for (let n = 1; ; n++) {
    const signature = subject.file(`${path}/signature-${n}`);
    if (signature === null) break;
    stored.push(signature);
  }
  if (manifest === null && stored.length === 0) throw new MalformedCase(`there is no image in ${path}`);
  const sigstore = stored.filter((bytes) => bytes.indexOf(SIGSTORE_CONTAINER) === 0);
  const signatures = sigstore.map((bytes) =>
    readSignature(JSON.parse(bytes.toString("utf8", SIGSTORE_CONTAINER.length))),
  );
  return { manifest, signatures };
}

/** `{mimeType, payload (base64), annotations, digest?}`. */
export function readSignature(value: unknown): Signature {
  if (!isObject(value)) throw new MalformedCase("the signature is not an object");
  const { mimeType = "", payload = "", annotations = {}, digest } = value;
  if (typeof mimeType !== "string" || typeof payload !== "string" || !isObject(annotations ?? {}))
    throw new MalformedCase("the signature has members of a wrong type");
  const texts = Object.entries(annotations ?? {}).map(([key, text]) => [key, String(text)]);
  return {
    mimeType,
    payload: Buffer.from(payload, "base64"),
    annotations: Object.fromEntries(texts),
    ...(typeof digest === "string" && { digest }),
  };
}

/** An OCI descriptor as containerd would send it. */
export function descriptor(mediaType: string, digest: string, size: number): Uint8Array {
  return Buffer.from(JSON.stringify({ mediaType, digest, size }));
}

/** The media type a registry would send with these bytes. */
export function mediaTypeOf(manifest: Uint8Array): string {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(manifest).toString("utf8"));
  } catch {
    return OCI_MANIFEST;
  }
  if (!isObject(document)) return OCI_MANIFEST;
  if (typeof document["mediaType"] === "string") return document["mediaType"];
  if (document["schemaVersion"] === 1) return DOCKER_SCHEMA1;
  return "manifests" in document ? OCI_INDEX : OCI_MANIFEST;
}
