import type { Archive } from "../layout/archive.js";
import type { LayoutSnapshot } from "../layout/layout-reader.js";
import { type Descriptor, listAt, objectAt, parseJson } from "../oci/descriptor.js";
import { digestOf, isDigest } from "../oci/digest.js";
import { ImageError, quote } from "../oci/image-error.js";
import { descriptorOf, type Manifest, type ManifestContent, readManifest } from "../oci/manifest.js";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from "../oci/media-types.js";
import { assertUnambiguous, FREE_IN_CONFIG } from "../oci/unambiguous-json.js";
import { LayoutSource } from "../sources/layout-source.js";
import type { Contents, Piece } from "./contents.js";
import { type DockerManifest, readDockerManifest } from "./docker-manifest.js";
import { assertNames, type ReadNames } from "./image-names.js";
import { assertReferenced } from "./inventory.js";
import { legacyFiles } from "./legacy-files.js";
import { manifestOfConfig } from "./manifest-of-config.js";
import type { OfflineImage } from "./offline-image.js";
import { readWhole } from "./whole-file.js";

type ImageManifest = Extract<ManifestContent, { kind: "manifest" }>;

/**
 * An image in an archive by `docker save`, `crane pull` and the like that holds no layout, and therefore no manifest:
 * that comes with the signatures. The archive has to contain the manifest's configuration and layers. The layers are as
 * in the registry or uncompressed; in the latter case the configuration, which the manifest covers, has their digests.
 */
export class DockerArchiveImage implements OfflineImage {
  readonly source: LayoutSource;
  readonly #files: Archive;
  readonly #docker: DockerManifest;
  readonly #manifest: Manifest;
  readonly #content: ImageManifest;
  readonly #name: string;

  private constructor(
    name: string,
    files: Archive,
    docker: DockerManifest,
    manifest: Manifest,
    signatures: readonly LayoutSnapshot[],
  ) {
    const content = readManifest(manifest);
    if (content.kind !== "manifest") throw new TypeError("not a manifest of one image");
    this.source = new LayoutSource(signatures);
    this.#name = name;
    this.#files = files;
    this.#docker = docker;
    this.#manifest = manifest;
    this.#content = content;
  }

  /** Finds its manifest in the layouts of signatures. */
  static async find(
    name: string,
    files: Archive,
    tag: string | null,
    signatures: readonly LayoutSnapshot[],
    signal: AbortSignal,
  ): Promise<DockerArchiveImage> {
    if ((await files.size("manifest.json")) === null)
      throw new ImageError(`${name} holds neither an oci layout nor a manifest.json`, "layout-invalid");
    const docker = readDockerManifest(await readWhole(files, "manifest.json", signal));
    if (tag !== null && !docker.repoTags.includes(tag))
      throw new ImageError(`${name} has no image ${quote(tag)}`, "manifest-missing");
    if ((await files.size(docker.config)) === null) throw lacking(docker.config);
    const config = await readWhole(files, docker.config, signal);
    const manifest = await manifestOfConfig(signatures, digestOf(config), signal);
    return new DockerArchiveImage(name, files, docker, manifest, signatures);
  }

  get descriptor(): Descriptor {
    return descriptorOf(this.#manifest);
  }

  async contents(judged: string, names: ReadNames | null, signal: AbortSignal): Promise<Contents> {
    const { config, layers, repoTags } = this.#docker;
    assertUnambiguous(new TextDecoder().decode(this.#manifest.bytes), this.#manifest.digest);
    const legacy = await legacyFiles(this.#files, layers, signal);
    assertReferenced(this.#files, new Set(["manifest.json", config, ...layers, ...legacy.paths]));
    if (names !== null) assertNames({ image: [...repoTags, ...legacy.names], beside: [] }, judged, names);

    const wanted = await this.#layers(signal);
    const pieces = new Map([[config, this.#piece(config, this.#content.config)]]);
    for (const [i, path] of layers.entries()) {
      const layer = wanted[i] as Descriptor;
      const known = pieces.get(path);
      if (known !== undefined && known.descriptor.digest !== layer.digest)
        throw new ImageError("manifest.json names one file as two layers", "archive-manifest-mismatch");
      pieces.set(path, this.#piece(path, layer));
    }
    const isPacked = wanted.every(({ digest }, i) => digest === this.#content.layers[i]?.digest);
    return {
      manifests: [isPacked ? this.#manifest : manifestOf(this.#content.config, wanted)],
      pieces: [...pieces.values()],
    };
  }

  #piece(path: string, descriptor: Pick<Descriptor, "digest" | "size">): Piece {
    return { descriptor, where: this.#name, open: (signal) => this.#files.stream(path, signal) };
  }

  /** The expected layers: as the manifest names them or, if the size differs, uncompressed. */
  async #layers(signal: AbortSignal): Promise<readonly Descriptor[]> {
    const { layers } = this.#docker;
    const unpacked = await this.#unpackedDigests(signal);
    if (layers.length !== this.#content.layers.length || unpacked.length !== layers.length)
      throw new ImageError("manifest.json names a different number of layers", "archive-manifest-mismatch");
    const wanted: Descriptor[] = [];
    for (const [i, path] of layers.entries()) {
      const packed = this.#content.layers[i] as Descriptor;
      const size = await this.#files.size(path);
      if (size === null) throw lacking(path);
      wanted.push(
        size === packed.size ? packed : { mediaType: OCI_LAYER, digest: unpacked[i] as string, size },
      );
    }
    return wanted;
  }

  /** The digests of the uncompressed layers, `rootfs.diff_ids`, from the manifest's configuration. */
  async #unpackedDigests(signal: AbortSignal): Promise<readonly string[]> {
    const bytes = await readWhole(this.#files, this.#docker.config, signal);
    const { digest } = this.#content.config;
    if (digestOf(bytes) !== digest)
      throw new ImageError(`${digest}: the bytes do not have that digest`, "blob-mismatch");
    const config = objectAt(parseJson(bytes, digest), digest);
    assertUnambiguous(new TextDecoder().decode(bytes), digest, FREE_IN_CONFIG);
    const { diff_ids } = objectAt(config["rootfs"], `rootfs of ${digest}`);
    return listAt(diff_ids, `diff_ids of ${digest}`).map((id) => {
      if (typeof id === "string" && isDigest(id)) return id;
      throw new ImageError(`diff_ids of ${digest} contains something other than digests`);
    });
  }
}

/** A manifest for the same configuration, and so the same image to run, with the layers as they are here. */
function manifestOf(config: Descriptor, layers: readonly Descriptor[]): Manifest {
  const { digest, size } = config;
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest, size },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
}

function lacking(path: string): ImageError {
  return new ImageError(`the archive lacks ${quote(path)}, which its manifest.json names`, "blob-missing");
}
