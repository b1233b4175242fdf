import { type Reference, readReference } from "../core/reference.js";
import { type LayoutName, parseLayoutName } from "../layout/layout-name.js";

/** Where an image is, as it is named on a command line. */
export type ImageName = RegistryName | ({ readonly kind: "layout" } & LayoutName);

export interface RegistryName {
  readonly kind: "registry";
  readonly registry: string;
  readonly repository: string;
  /** As it was typed; null: there was none. */
  readonly tag: string | null;
  readonly digest: string | null;
}

const DOCKER = "docker://";

/**
 * Reads `[docker://]NAME[:TAG][@DIGEST]`, with NAME as docker reads it, or the name of a layout. Throws `NameRefused` or
 * `ImageError`.
 */
export function parseImageName(text: string): ImageName {
  const layout = parseLayoutName(text);
  if (layout !== null) return { kind: "layout", ...layout };
  const name = text.startsWith(DOCKER) ? text.slice(DOCKER.length) : text;
  const { registry, repository, tag, digest } = readReference(name);
  return { kind: "registry", registry, repository, tag: typedTag(name, tag), digest: digest ?? null };
}

/** The core adds `latest` where a person may leave it out. */
function typedTag(name: string, tag: Reference["tag"]): string | null {
  const [withoutDigest = ""] = name.split("@");
  return tag !== undefined && withoutDigest.endsWith(`:${tag}`) ? tag : null;
}
