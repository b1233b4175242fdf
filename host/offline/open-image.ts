import { realpath } from "node:fs/promises";
import { Archive } from "../layout/archive.js";
import { Folder } from "../layout/folder.js";
import type { LayoutFiles } from "../layout/layout-files.js";
import type { LayoutName } from "../layout/layout-name.js";
import { LayoutSnapshot } from "../layout/layout-reader.js";
import { ImageError } from "../oci/image-error.js";
import { DockerArchiveImage } from "./docker-archive-image.js";
import { LayoutImage } from "./layout-image.js";
import type { OfflineImage } from "./offline-image.js";

export interface OpenImage {
  readonly image: OfflineImage;
  close(): Promise<void>;
}

/**
 * Opens an image in a layout or archive. Signatures are looked for in `signatures`, then beside the image. Rejects with
 * an `ImageError`; the caller closes what it was given.
 */
export async function openImage(
  source: LayoutName,
  signatures: LayoutName | null,
  signal: AbortSignal,
): Promise<OpenImage> {
  const opened: LayoutFiles[] = [];
  const close = async () => {
    for (const files of opened) await files.close();
  };
  try {
    const beside: LayoutSnapshot[] = [];
    if (signatures !== null) {
      const { name, files } = await openFiles(signatures, opened, signal);
      beside.push(await layoutIn(name, files, signal));
    }
    const { name, files } = await openFiles(source, opened, signal);
    const archive = files instanceof Archive ? files : null;
    const isDockersOwn = source.transport === "docker-archive" && (await files.size("oci-layout")) === null;
    const image =
      archive !== null && isDockersOwn
        ? await DockerArchiveImage.find(name, archive, source.tag, beside, signal)
        : await LayoutImage.find(await layoutIn(name, files, signal), archive, source.tag, beside, signal);
    return { image, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openFiles(
  { transport, path }: LayoutName,
  opened: LayoutFiles[],
  signal: AbortSignal,
): Promise<{ name: string; files: LayoutFiles }> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(`${transport}:${path} cannot be read (${error.code})`, "source-unreadable");
  });
  const files = transport === "oci" ? new Folder(real) : await Archive.open(real, signal);
  opened.push(files);
  return { name: `${transport}:${real}`, files };
}

async function layoutIn(name: string, files: LayoutFiles, signal: AbortSignal): Promise<LayoutSnapshot> {
  const reader = new LayoutSnapshot(name, files);
  await reader.assertLayout(signal);
  return reader;
}
