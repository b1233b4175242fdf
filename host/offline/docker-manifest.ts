import { listAt, objectAt, parseJson } from "../oci/descriptor.js";
import { faultOf, ImageError, quote } from "../oci/image-error.js";
import { assertUnambiguous } from "../oci/unambiguous-json.js";

/** The image that `docker load` would find: manifest.json of an archive by `docker save` (moby image/tarexport). */
export interface DockerManifest {
  /** Path of the image's configuration in the archive. */
  readonly config: string;
  /** Paths of its layers, the lowest first. */
  readonly layers: readonly string[];
  /** Names it is given when it is loaded. */
  readonly repoTags: readonly string[];
}

/** Reads manifest.json, which has to have one image. */
export function readDockerManifest(bytes: Uint8Array): DockerManifest {
  return faultOf("archive-manifest-mismatch", () => {
    const images = listAt(strictJson(bytes, "manifest.json"), "manifest.json");
    if (images.length !== 1)
      throw new ImageError(`manifest.json has ${images.length} images, and an archive has to hold one`);
    const { Config, Layers, RepoTags } = objectAt(images[0], "the image of manifest.json");
    return {
      config: textAt(Config, "Config of manifest.json"),
      layers: textsAt(Layers, "Layers of manifest.json"),
      repoTags:
        RepoTags === null || RepoTags === undefined ? [] : textsAt(RepoTags, "RepoTags of manifest.json"),
    };
  });
}

/** The names and layer ids in `repositories`, which programs older than manifest.json read. */
export interface LegacyNames {
  /** `repository:tag` */
  readonly names: readonly string[];
  /** Each once. */
  readonly ids: readonly string[];
}

export function readRepositories(bytes: Uint8Array): LegacyNames {
  return faultOf("archive-manifest-mismatch", () => {
    const names: string[] = [];
    const ids = new Set<string>();
    for (const [repository, tags] of Object.entries(
      objectAt(strictJson(bytes, "repositories", "all"), "repositories"),
    )) {
      for (const [tag, id] of Object.entries(objectAt(tags, `${quote(repository)} in repositories`))) {
        names.push(`${repository}:${tag}`);
        ids.add(textAt(id, `a layer of ${quote(repository)} in repositories`));
      }
    }
    return { names, ids: [...ids] };
  });
}

/** A legacy layer's `json`: its own id and its parent's. */
export function readLegacyLayer(bytes: Uint8Array, path: string): { id: string; parent: string | null } {
  return faultOf("archive-manifest-mismatch", () => {
    const { id, parent } = objectAt(strictJson(bytes, path, ["config", "container_config"]), path);
    return {
      id: textAt(id, `id in ${path}`),
      parent: parent === undefined ? null : textAt(parent, `parent in ${path}`),
    };
  });
}

function strictJson(
  bytes: Uint8Array,
  where: string,
  free?: Parameters<typeof assertUnambiguous>[2],
): unknown {
  const document = parseJson(bytes, where);
  assertUnambiguous(new TextDecoder().decode(bytes), where, free);
  return document;
}

function textAt(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw new ImageError(`${where} is not a text`);
  return value;
}

function textsAt(value: unknown, where: string): readonly string[] {
  return listAt(value, where).map((entry) => textAt(entry, `an entry of ${where}`));
}
