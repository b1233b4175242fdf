import { lstat, mkdir, open, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IMAGE_NAME, REF_NAME } from "../layout/layout-index.js";
import { LayoutWriter } from "../layout/layout-writer.js";
import { partialName } from "../layout/partial.js";
import { ImageError } from "../oci/image-error.js";
import { descriptorOf, type Manifest } from "../oci/manifest.js";
import { OCI_INDEX } from "../oci/media-types.js";
import { type Contents, checkContents, type OnProgress } from "./contents.js";

/**
 * A layout of exactly the bytes that were checked. It is made in a folder with a temporary name, which nobody else can
 * read, and gets its own name once all of it is there, right, and accepted: whatever has that name is what was judged.
 */
export class LayoutCopy {
  readonly #target: string;
  readonly #partial: string;

  private constructor(target: string) {
    this.#target = target;
    this.#partial = join(dirname(target), partialName());
  }

  /** Rejects with an `ImageError` unless the name is free or an empty folder. */
  static async prepare(path: string): Promise<LayoutCopy> {
    return await writing(path, async () => {
      const target = join(await realpath(dirname(path)), basename(path));
      const present = await lstat(target).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      const isFree = present === null || (present.isDirectory() && (await readdir(target)).length === 0);
      if (!isFree)
        throw new ImageError(`${path} is there already, and is not an empty folder`, "copy-failed");
      return new LayoutCopy(target);
    });
  }

  /** Checks and writes everything. `name` is what the image was judged by, canonical. Returns the copy's digest. */
  async write(
    contents: Contents,
    name: string,
    options: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
  ): Promise<string> {
    const root = contents.manifests.at(-1);
    if (root === undefined) throw new TypeError("an image without a manifest");
    return await writing(this.#target, async () => {
      await mkdir(this.#partial, { mode: 0o700 });
      await fill(this.#partial, contents, indexOf(root, name), options);
      return root.digest;
    });
  }

  /** Gives what was written its name. */
  async publish(): Promise<void> {
    await writing(this.#target, async () => {
      await rename(this.#partial, this.#target);
      await syncFolder(dirname(this.#target));
    });
  }

  /** Removes what was written and not published. */
  async discard(): Promise<void> {
    await rm(this.#partial, { recursive: true, force: true });
  }
}

async function fill(
  folder: string,
  contents: Contents,
  index: string,
  options: Parameters<LayoutCopy["write"]>[2],
): Promise<void> {
  const { signal } = options;
  const writer = await LayoutWriter.open(folder, signal);
  await checkContents(
    contents,
    async ({ descriptor }, bytes) => {
      const blob = { ...descriptor, mediaType: "application/octet-stream" };
      await writer.writeBlob(blob, bytes, { from: null, signal });
    },
    options,
  );
  for (const manifest of contents.manifests) await writer.writeManifest(manifest, null, signal);
  await writeFile(join(folder, "index.json"), index, { flush: true });
  for (const part of ["blobs/sha256", "blobs", "."]) await syncFolder(join(folder, part));
  await makePublic(folder);
}

/** index.json with the name that the image was judged by; if that has a tag, programs that load the layout find it. */
function indexOf(root: Manifest, name: string): string {
  const [, tag] = /^[^@]+:([^:/@]+)$/.exec(name) ?? [];
  const annotations = tag === undefined ? {} : { annotations: { [IMAGE_NAME]: name, [REF_NAME]: tag } };
  const manifests = [{ ...descriptorOf(root), ...annotations }];
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

/** The mode any new folder has. */
async function makePublic(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.chmod(0o777 & ~process.umask());
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Failures of the file system become failures of the copy. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error && "code" in error)
      throw new ImageError(`${path} cannot be written (${error.code})`, "copy-failed");
    throw error;
  }
}
