import { type FileHandle, mkdir, open, readdir, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Descriptor } from "../oci/descriptor.js";
import { ImageError } from "../oci/image-error.js";
import type { ImageWriter } from "../oci/image-place.js";
import { descriptorOf, type Manifest, readManifest } from "../oci/manifest.js";
import { verified } from "../oci/verified.js";
import { Folder } from "./folder.js";
import { EMPTY_INDEX, withEntry } from "./layout-index.js";
import { isRefName } from "./layout-name.js";
import { blobPath, LayoutReader } from "./layout-reader.js";
import { isPartial, partialName, replaceFile } from "./partial.js";

const VERSION = Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" }));

/**
 * Images into an OCI layout in a folder. Every file gets its name when it is complete, index.json is written last:
 * whoever reads in between, or after a kill, finds a layout without the new image, or with all of it.
 */
export class LayoutWriter extends LayoutReader implements ImageWriter {
  readonly #folder: string;

  private constructor(folder: string) {
    super(`oci:${folder}`, new Folder(folder));
    this.#folder = folder;
  }

  /** Opens a layout, or makes one of a folder that is empty or not there. */
  static async open(path: string, signal: AbortSignal): Promise<LayoutWriter> {
    return writing(`oci:${path}`, async () => {
      await mkdir(path, { recursive: true });
      const folder = await realpath(path);
      const names = new Set((await readdir(folder)).filter((name) => !isPartial(name)));
      const writer = new LayoutWriter(folder);
      if (names.has("oci-layout")) await writer.assertLayout(signal);
      else await writer.#create(names);
      await mkdir(join(folder, "blobs/sha256"), { recursive: true });
      await writer.#removeLeftovers();
      return writer;
    });
  }

  /** Whether the blob is there and right: one that a disk has damaged is written again. */
  async hasBlob(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    try {
      for await (const _ of verified(descriptor, this.blob(descriptor, signal), this.name));
      return true;
    } catch (error) {
      if (error instanceof ImageError) return false;
      throw error;
    }
  }

  hasManifest(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    return this.hasBlob(descriptor, signal);
  }

  writeBlob(
    { digest }: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    { signal }: Parameters<ImageWriter["writeBlob"]>[2],
  ): Promise<"written"> {
    return writing(this.name, async () => {
      await this.#writeFile(blobPath(digest), open(), signal);
      return "written" as const;
    });
  }

  /** A manifest without a tag is named in index.json if it is about another, so that it can be found from there. */
  async writeManifest(
    manifest: Manifest,
    tag: string | null,
    signal: AbortSignal,
  ): Promise<{ listed: boolean }> {
    if (tag !== null && !isRefName(tag)) throw new TypeError("not a tag of a layout");
    const content = readManifest(manifest);
    const listed = content.kind === "manifest" && content.subject !== null;
    return writing(this.name, async () => {
      await this.#writeFile(blobPath(manifest.digest), once(manifest.bytes), signal);
      if (tag !== null || listed) {
        const path = join(this.#folder, "index.json");
        replaceFile(path, (index) => withEntry(index, descriptorOf(manifest), tag));
      }
      return { listed };
    });
  }

  async #create(names: ReadonlySet<string>): Promise<void> {
    const foreign = [...names].filter((name) => name !== "blobs" && name !== "index.json");
    if (foreign.length > 0)
      throw new ImageError(`${this.name} is neither an oci layout nor an empty folder`, "copy-failed");
    const signal = new AbortController().signal;
    if (!names.has("index.json")) await this.#writeFile("index.json", once(EMPTY_INDEX), signal);
    await this.#writeFile("oci-layout", once(VERSION), signal);
  }

  /** What killed processes have not finished. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (isPartial(name) === "left") await rm(join(this.#folder, name), { force: true });
    }
  }

  async #writeFile(path: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const partial = join(this.#folder, partialName());
    const file = await open(partial, "wx");
    try {
      await fill(file, content, signal);
      await rename(partial, join(this.#folder, path));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }
}

async function fill(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of content) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A failure of the file system, in one line. */
async function writing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error && "code" in error) {
      throw new ImageError(`${name} cannot be written (${error.code})`, "copy-failed");
    }
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
