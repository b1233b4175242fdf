import { ImageError, quote } from "../oci/image-error.js";

/** An OCI layout as it is named on a command line, after containers-transports(5). */
export interface LayoutName {
  /** `docker-archive` is what `docker save` writes since 25: an archive that holds a layout. */
  readonly transport: "oci" | "oci-archive" | "docker-archive";
  readonly path: string;
  /** What the image is called in the layout; null where it is not said. */
  readonly tag: string | null;
}

/** OCI image specification, annotations.md, org.opencontainers.image.ref.name. */
const REF_NAME =
  /^[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*(?:\/[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*)*$/;

export function isRefName(text: string): boolean {
  return text.length <= 255 && REF_NAME.test(text);
}

/** Reads `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:TAG]`; null for any other name. As in skopeo, the first colon after the transport ends the path. */
export function parseLayoutName(text: string): LayoutName | null {
  const match = /^(oci|oci-archive|docker-archive):([^:]*)(?::(.*))?$/s.exec(text);
  if (match === null) return null;
  const [, transport, path = "", tag = null] = match;
  if (path === "") throw new ImageError(`${quote(text)} names no file or folder`);
  if (tag !== null && !isRefName(tag)) throw new ImageError(`${quote(tag)} is not a tag of an oci layout`);
  return { transport: transport as LayoutName["transport"], path, tag };
}
