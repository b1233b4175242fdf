import type { Archive } from "../layout/archive.js";
import { ImageError, quote } from "../oci/image-error.js";
import { readLegacyLayer, readRepositories } from "./docker-manifest.js";
import { readWhole } from "./whole-file.js";

const LAYER = "/layer.tar";

/**
 * What an archive by `docker save` has for programs older than manifest.json: `repositories`, and a `json` and `VERSION`
 * beside each `layer.tar`. They have to lead to the same layers: each layer's `json` names the one below it, and
 * `repositories` the uppermost. Returns their paths, and the names.
 */
export async function legacyFiles(
  files: Archive,
  layers: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly paths: readonly string[]; readonly names: readonly string[] }> {
  const paths: string[] = [];
  const ids = layers.map((layer) => (layer.endsWith(LAYER) ? layer.slice(0, -LAYER.length) : null));
  for (const [i, id] of ids.entries()) {
    if (id === null || (await files.size(`${id}/json`)) === null) continue;
    const json = readLegacyLayer(await readWhole(files, `${id}/json`, signal), `${id}/json`);
    if (json.id !== id || json.parent !== (i === 0 ? null : ids[i - 1]))
      throw mismatch(`${quote(`${id}/json`)} names another layer than manifest.json does`);
    paths.push(`${id}/json`, `${id}/VERSION`);
  }
  if ((await files.size("repositories")) === null) return { paths, names: [] };
  const repositories = readRepositories(await readWhole(files, "repositories", signal));
  const uppermost = ids.at(-1);
  for (const id of repositories.ids) {
    if (id !== uppermost)
      throw mismatch(`repositories names the layer ${quote(id)}, which is not the image's uppermost`);
  }
  return { paths: [...paths, "repositories"], names: repositories.names };
}

function mismatch(message: string): ImageError {
  return new ImageError(message, "archive-manifest-mismatch");
}
