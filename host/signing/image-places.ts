import type { LayoutName } from "../layout/layout-name.js";
import { LayoutWriter } from "../layout/layout-writer.js";
import { openLayout } from "../layout/open-layout.js";
import { ImageError, quote } from "../oci/image-error.js";
import type { ImageReader, ImageWriter } from "../oci/image-place.js";
import { RegistryImageReader } from "../registry/image-reader.js";
import { RegistryImageWriter } from "../registry/image-writer.js";
import type { Transport } from "../registry/transport.js";
import type { ImageName } from "./image-name.js";

export interface OpenSource {
  readonly place: ImageReader;
  /** The tag or digest of the image there. */
  readonly reference: string;
}

/** The place an image comes from. A layout that is to be read stays open until the process ends. */
export async function openSource(
  name: ImageName,
  transport: Transport,
  signal: AbortSignal,
): Promise<OpenSource> {
  if (name.kind === "registry") {
    const reference = name.digest ?? name.tag ?? "latest";
    return { place: new RegistryImageReader(transport, name), reference };
  }
  const place = await openLayout(name, signal);
  const reference = await place.resolve(name.tag, signal);
  if (reference === null) throw new ImageError(`${place.name} has no image ${quote(name.tag ?? "")}`);
  return { place, reference };
}

/** The place an image goes to. */
export async function openTarget(
  name: Extract<ImageName, { kind: "registry" }> | LayoutName,
  transport: Transport,
  signal: AbortSignal,
): Promise<ImageWriter> {
  return "registry" in name ? new RegistryImageWriter(transport, name) : LayoutWriter.open(name.path, signal);
}
