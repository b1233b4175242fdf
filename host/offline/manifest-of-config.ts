import type { LayoutSnapshot } from "../layout/layout-reader.js";
import { ImageError } from "../oci/image-error.js";
import { type Manifest, readManifest } from "../oci/manifest.js";

const MOST_MANIFESTS = 1_024;

/**
 * The manifest of the image with that configuration, in layouts that were given for its signatures. Rejects with an
 * `ImageError` if there is none, or more than one.
 */
export async function manifestOfConfig(
  layouts: readonly LayoutSnapshot[],
  config: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const found = new Map<string, Manifest>();
  for (const layout of layouts) {
    for (const manifest of await manifestsOf(layout, signal)) {
      const content = readManifest(manifest);
      if (content.kind === "manifest" && content.config.digest === config)
        found.set(manifest.digest, manifest);
    }
  }
  const [only, another] = found.values();
  if (another !== undefined)
    throw new ImageError(
      `--signatures has several manifests of the archive's image ${config}`,
      "image-ambiguous",
    );
  if (only !== undefined) return only;
  throw new ImageError(
    layouts.length === 0
      ? "the archive holds no oci layout: name one with the image's manifest and signatures by --signatures"
      : `--signatures has no manifest of the archive's image ${config}`,
    "manifest-missing",
  );
}

/** Those that index.json names, and those below them; missing or malformed ones are skipped. */
async function manifestsOf(layout: LayoutSnapshot, signal: AbortSignal): Promise<readonly Manifest[]> {
  const digests = (await layout.entries(signal)).map(({ digest }) => digest);
  const found = new Map<string, Manifest>();
  for (
    let digest = digests.pop();
    digest !== undefined && found.size < MOST_MANIFESTS;
    digest = digests.pop()
  ) {
    if (found.has(digest)) continue;
    try {
      const manifest = await layout.manifest(digest, signal);
      if (manifest === null) continue;
      const content = readManifest(manifest);
      found.set(digest, manifest);
      if (content.kind === "index") digests.push(...content.manifests.map(({ digest }) => digest));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
    }
  }
  return [...found.values()];
}
