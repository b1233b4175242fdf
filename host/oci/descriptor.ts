import { isDigest } from "./digest.js";
import { ImageError, quote } from "./image-error.js";

/** Describes some content. Source: OCI image specification, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:…` */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads a descriptor out of parsed JSON; `where` is what an error calls it. Members of no use here are left out. */
export function readDescriptor(value: unknown, where: string): Descriptor {
  const { mediaType, digest, size, annotations } = objectAt(value, where);
  if (typeof mediaType !== "string" || mediaType === "") throw new ImageError(`${where} has no media type`);
  if (typeof digest !== "string" || !isDigest(digest)) throw new ImageError(`${where} has no sha256 digest`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw new ImageError(`${where} has no size`);
  const descriptor = { mediaType, digest, size: size as number };
  return annotations === undefined
    ? descriptor
    : { ...descriptor, annotations: readAnnotations(annotations, where) };
}

function readAnnotations(value: unknown, where: string): Record<string, string> {
  const annotations = objectAt(value, `annotations of ${where}`);
  for (const [key, text] of Object.entries(annotations)) {
    if (typeof text !== "string")
      throw new ImageError(`annotation ${quote(key)} of ${where} is not a string`);
  }
  return annotations as Record<string, string>;
}

export function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ImageError(`${where} is not an object`);
  }
  return value as Record<string, unknown>;
}

export function listAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ImageError(`${where} is not a list`);
  return value;
}

/** Parses JSON of at most a manifest's size; `where` is what an error calls it. */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new ImageError(`${where} is not json`);
  }
}
