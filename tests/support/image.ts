import { gzipSync } from "node:zlib";
import { digestOf } from "../../host/oci/digest.js";
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from "../../host/oci/media-types.js";
import type { TestRegistry } from "./registry/registry.js";

/** A manifest or index with what it needs, as bytes ready to push. */
export interface TestImage {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly blobs: readonly Uint8Array[];
  /** An index's manifests, in its order; empty for an image of one platform. */
  readonly children: readonly TestImage[];
}

/**
 * A small image that containerd can pull. The same `seed` makes the same bytes. With `platforms` (such as
 * `linux/arm64`) it is an index of one image for each.
 */
export function makeImage(options: { seed?: string; platforms?: readonly string[] } = {}): TestImage {
  const { seed = "image", platforms } = options;
  if (platforms === undefined) return makeManifest(seed, "linux/amd64");
  const children = platforms.map((platform) => makeManifest(seed, platform));
  const manifests = children.map((child, i) => ({
    ...descriptorOf(child),
    platform: parse(platforms[i] ?? ""),
  }));
  return { ...encode({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }), blobs: [], children };
}

/** Pushes an image under a tag, or by digest only; returns its digest. */
export function pushImage(
  registry: TestRegistry,
  repository: string,
  image: TestImage,
  tag?: string,
): string {
  for (const child of image.children) pushImage(registry, repository, child);
  for (const blob of image.blobs) registry.putBlob(repository, blob);
  return registry.putManifest(repository, tag ?? image.digest, image.bytes, image.mediaType);
}

/** An OCI descriptor, as containerd sends it to a verifier. */
export function descriptorOf(
  image: Pick<TestImage, "bytes" | "mediaType" | "digest">,
): Record<string, unknown> {
  return { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length };
}

function makeManifest(seed: string, platform: string): TestImage {
  const tar = tarOf("hello", `${seed} for ${platform}\n`);
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({
      ...parse(platform),
      config: {},
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
      history: [{ created_by: "countersign tests" }],
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: OCI_LAYER_GZIP, digest: digestOf(layer), size: layer.length }],
  };
  return { ...encode(manifest), blobs: [config, layer], children: [] };
}

function encode(document: { mediaType: string; [member: string]: unknown }): {
  bytes: Uint8Array;
  mediaType: string;
  digest: string;
} {
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, mediaType: document.mediaType, digest: digestOf(bytes) };
}

function parse(platform: string): { os: string; architecture: string } {
  const [os = "", architecture = ""] = platform.split("/");
  return { os, architecture };
}

/** A tar archive (ustar) with one small file. */
function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8) + octal(0, 8), 108);
  header.write(octal(Buffer.byteLength(content), 12) + octal(0, 12), 124);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}
