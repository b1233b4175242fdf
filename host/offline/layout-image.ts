import type { Archive } from "../layout/archive.js";
import { findEntry, type LayoutEntry } from "../layout/layout-index.js";
import type { LayoutSnapshot } from "../layout/layout-reader.js";
import type { Descriptor } from "../oci/descriptor.js";
import { ImageError, quote } from "../oci/image-error.js";
import type { ImageReader } from "../oci/image-place.js";
import type { Manifest } from "../oci/manifest.js";
import { assertUnambiguous } from "../oci/unambiguous-json.js";
import { readTree } from "../signing/copy/image-tree.js";
import { LayoutSource } from "../sources/layout-source.js";
import type { Contents, Piece } from "./contents.js";
import { assertNames, type ReadNames } from "./image-names.js";
import { assertOnly } from "./inventory.js";
import type { OfflineImage } from "./offline-image.js";
import { onlyImageOf, type Survey, surveyLayout } from "./survey.js";

interface ArchivedImage {
  readonly files: Archive;
  readonly survey: Survey;
}

/** An image in a layout. Of a folder only what the image leads to counts; an archive may hold nothing else. */
export class LayoutImage implements OfflineImage {
  readonly descriptor: Descriptor;
  readonly source: LayoutSource;
  readonly #reader: LayoutSnapshot;
  readonly #archive: ArchivedImage | null;

  private constructor(
    entry: LayoutEntry,
    reader: LayoutSnapshot,
    signatures: readonly LayoutSnapshot[],
    archive: ArchivedImage | null,
  ) {
    this.descriptor = { mediaType: entry.mediaType, digest: entry.digest, size: entry.size };
    this.source = new LayoutSource([...signatures, reader]);
    this.#reader = reader;
    this.#archive = archive;
  }

  /** `files`: the archive, if it is one. The readers stay the caller's. */
  static async find(
    reader: LayoutSnapshot,
    files: Archive | null,
    tag: string | null,
    signatures: readonly LayoutSnapshot[],
    signal: AbortSignal,
  ): Promise<LayoutImage> {
    const entries = await reader.entries(signal);
    const named = tag === null ? null : findEntry(entries, tag);
    if (tag !== null && named === null)
      throw new ImageError(`${reader.name} has no image ${quote(tag)}`, "manifest-missing");
    if (named !== null && files === null) return new LayoutImage(named, reader, signatures, null);
    const survey = await surveyLayout(reader, entries, files !== null, signal);
    const only = onlyImageOf(survey);
    if (named !== null && named.digest !== only.digest)
      throw new ImageError(`${quote(tag ?? "")} is not the image of ${reader.name}`, "image-ambiguous");
    return new LayoutImage(only, reader, signatures, files === null ? null : { files, survey });
  }

  async contents(judged: string, names: ReadNames | null, signal: AbortSignal): Promise<Contents> {
    const reader = strict(this.#reader);
    const root = await reader.manifest(this.descriptor.digest, signal);
    if (root === null) throw new ImageError(`the layout lacks ${this.descriptor.digest}`, "blob-missing");
    const tree = await readTree(reader, { ...root, mediaType: this.descriptor.mediaType }, signal);
    const { images, indexes, blobs, foreign } = tree;
    if (this.#archive !== null) {
      const { files, survey } = this.#archive;
      const given = await assertOnly(files, this.#reader, tree, survey, signal);
      if (names !== null) assertNames(given, judged, names);
    }
    return {
      manifests: [...images, ...indexes],
      pieces: await Promise.all([...blobs, ...foreign].map((blob) => this.#pieceOf(blob))),
    };
  }

  async #pieceOf(descriptor: Descriptor): Promise<Piece> {
    if ((await this.#reader.blobSize(descriptor.digest)) === null)
      throw lacking(this.#reader.name, descriptor.digest);
    const open = (signal: AbortSignal) => this.#reader.blob(descriptor, signal);
    return { descriptor, where: this.#reader.name, open };
  }
}

/** No reader in another language may take a manifest for something other than what was checked. */
function strict(reader: LayoutSnapshot): ImageReader {
  const manifest = async (reference: string, signal: AbortSignal): Promise<Manifest | null> => {
    if ((await reader.blobSize(reference)) === null) throw lacking(reader.name, reference);
    const found = await reader.manifest(reference, signal);
    if (found !== null) assertUnambiguous(new TextDecoder().decode(found.bytes), found.digest);
    return found;
  };
  return {
    name: reader.name,
    repository: null,
    manifest,
    referrers: (digest, signal) => reader.referrers(digest, signal),
    blob: (descriptor, signal) => reader.blob(descriptor, signal),
  };
}

function lacking(place: string, digest: string): ImageError {
  return new ImageError(
    `${place} lacks ${digest}, which the image leads to; save it with all of its platforms`,
    "blob-missing",
  );
}
