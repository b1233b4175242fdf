import { realpath } from "node:fs/promises";
import { ImageError } from "../oci/image-error.js";
import { Archive } from "./archive.js";
import { Folder } from "./folder.js";
import type { LayoutName } from "./layout-name.js";
import { LayoutReader } from "./layout-reader.js";

/** Opens the layout a name leads to, for reading; the caller closes it. */
export async function openLayout(
  { transport, path }: LayoutName,
  signal: AbortSignal,
): Promise<LayoutReader> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(`${transport}:${path} cannot be read (${error.code})`, "source-unreadable");
  });
  const files = transport === "oci" ? new Folder(real) : await Archive.open(real, signal);
  const reader = new LayoutReader(`${transport}:${real}`, files);
  try {
    await reader.assertLayout(signal);
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}
