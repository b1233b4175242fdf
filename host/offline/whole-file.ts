import type { LayoutFiles } from "../layout/layout-files.js";
import { ImageError } from "../oci/image-error.js";
import { MAX_MANIFEST_BYTES } from "../oci/manifest.js";

/** All of a small file. */
export async function readWhole(files: LayoutFiles, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of files.stream(path, signal)) {
    length += chunk.length;
    if (length > MAX_MANIFEST_BYTES)
      throw new ImageError(`${path} is larger than ${MAX_MANIFEST_BYTES} bytes`, "layout-invalid");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
