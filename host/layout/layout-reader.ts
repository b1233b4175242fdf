import type { Descriptor } from "../oci/descriptor.js";
import { objectAt, parseJson } from "../oci/descriptor.js";
import { isDigest } from "../oci/digest.js";
import { faultOf, ImageError, quote } from "../oci/image-error.js";
import type { ImageReader } from "../oci/image-place.js";
import { MAX_MANIFEST_BYTES, type Manifest, readManifest, sniffMediaType } from "../oci/manifest.js";
import { DOCKER_MANIFEST, OCI_MANIFEST } from "../oci/media-types.js";
import { readVerified } from "../oci/verified.js";
import type { LayoutFiles } from "./layout-files.js";
import { findEntry, type LayoutEntry, onlyImage, readLayoutIndex } from "./layout-index.js";

/** Those of a descriptor, OCI image specification descriptor.md, without `urls` and `data`. */
const ENTRY_MEMBERS = new Set(["mediaType", "digest", "size", "annotations", "artifactType", "platform"]);

const MAX_INDEX_BYTES = 4 * 1024 * 1024;
const MAX_VERSION_BYTES = 4 * 1024;

/** Images of an OCI layout (OCI image specification, image-layout.md). index.json is read each time it is asked. */
export class LayoutReader implements ImageReader {
  readonly name: string;
  readonly repository = null;
  readonly #files: LayoutFiles;

  /** `name` as in `ImageReader`. */
  constructor(name: string, files: LayoutFiles) {
    this.name = name;
    this.#files = files;
  }

  /** Refuses anything but a layout of version 1. */
  async assertLayout(signal: AbortSignal): Promise<void> {
    if ((await this.#files.size("oci-layout")) === null)
      throw new ImageError(`${this.name} holds no oci layout: it has no file oci-layout`, "layout-invalid");
    const bytes = await this.#small("oci-layout", MAX_VERSION_BYTES, signal);
    const { imageLayoutVersion } = faultOf("layout-invalid", () =>
      objectAt(parseJson(bytes, "oci-layout"), "oci-layout"),
    );
    if (typeof imageLayoutVersion !== "string" || !imageLayoutVersion.startsWith("1."))
      throw new ImageError(`${this.name} is not an oci layout of version 1`, "layout-invalid");
  }

  /** What index.json names, in its order. */
  async entries(signal: AbortSignal): Promise<readonly LayoutEntry[]> {
    if ((await this.#files.size("index.json")) === null)
      throw new ImageError(`index.json is missing in ${this.name}`, "layout-invalid");
    return readLayoutIndex(await this.#small("index.json", MAX_INDEX_BYTES, signal)).entries;
  }

  /** The digest of the image of that tag or, without one, of the only image; null if there is none of that tag. */
  async resolve(tag: string | null, signal: AbortSignal): Promise<string | null> {
    const entries = await this.entries(signal);
    return (tag === null ? onlyImage(entries) : findEntry(entries, tag))?.digest ?? null;
  }

  async manifest(reference: string, signal: AbortSignal): Promise<Manifest | null> {
    const entries = await this.entries(signal);
    const entry = isDigest(reference)
      ? entries.find(({ digest }) => digest === reference)
      : findEntry(entries, reference);
    if (entry !== undefined && entry !== null) return this.#read(entry, signal);
    if (!isDigest(reference)) return null;
    const size = await this.blobSize(reference);
    return size === null ? null : this.#read({ digest: reference, size, mediaType: null }, signal);
  }

  /** The manifests of index.json that are about the digest, as `oras cp -r` leaves them. */
  async referrers(digest: string, signal: AbortSignal): Promise<readonly Descriptor[]> {
    const found: Descriptor[] = [];
    for (const entry of await this.entries(signal)) {
      if (entry.mediaType !== OCI_MANIFEST && entry.mediaType !== DOCKER_MANIFEST) continue;
      const content = readManifest(await this.#read(entry, signal));
      if (content.kind === "manifest" && content.subject === digest) found.push(entry);
    }
    return found;
  }

  /** The digests of all blobs there are, in no order. */
  async blobs(): Promise<readonly string[]> {
    const names = await this.#files.names("blobs/sha256");
    return names.map((name) => `sha256:${name}`).filter(isDigest);
  }

  /** A blob's size; null if it is not there. */
  async blobSize(digest: string): Promise<number | null> {
    return await this.#files.size(blobPath(digest));
  }

  async *blob({ digest }: Pick<Descriptor, "digest">, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* this.#files.stream(blobPath(digest), signal);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #read(
    { digest, size, mediaType }: { digest: string; size: number; mediaType: string | null },
    signal: AbortSignal,
  ): Promise<Manifest> {
    const content = this.#files.stream(blobPath(digest), signal);
    const bytes = await readVerified({ digest, size }, content, this.name, MAX_MANIFEST_BYTES);
    return { bytes, digest, mediaType: mediaType ?? sniffMediaType(bytes, digest) };
  }

  async #small(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#files.stream(path, signal)) {
      length += chunk.length;
      if (length > maxBytes)
        throw new ImageError(`${path} in the layout is larger than ${maxBytes} bytes`, "layout-invalid");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/** A layout that is judged: index.json is read once, so that the whole judgement is about the same content. */
export class LayoutSnapshot extends LayoutReader {
  #entries: Promise<readonly LayoutEntry[]> | null = null;

  override entries(signal: AbortSignal): Promise<readonly LayoutEntry[]> {
    this.#entries ??= super.entries(signal).then((entries) => {
      entries.forEach(assertPlainEntry);
      return entries;
    });
    return this.#entries;
  }
}

/** Nothing has signed index.json: a program may act on anything it says beyond where things are. */
function assertPlainEntry({ digest, document }: LayoutEntry): void {
  const other = Object.keys(document).find((member) => !ENTRY_MEMBERS.has(member));
  if (other !== undefined)
    throw new ImageError(`index.json has the member ${quote(other)} at ${digest}`, "layout-invalid");
}

/** Where a layout keeps a blob. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}
