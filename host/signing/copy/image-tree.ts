import type { Descriptor } from "../../oci/descriptor.js";
import { ImageError, quote } from "../../oci/image-error.js";
import type { ImageReader } from "../../oci/image-place.js";
import { isManifestType, type Manifest, type ManifestContent, readManifest } from "../../oci/manifest.js";
import { isForeignLayer } from "../../oci/media-types.js";
import { concurrently } from "./concurrently.js";

/** Everything an image consists of, without the blobs' bytes. */
export interface ImageTree {
  /** Manifests of single images. */
  readonly images: readonly Manifest[];
  /** Indexes, each after those it names. */
  readonly indexes: readonly Manifest[];
  readonly blobs: readonly Descriptor[];
  /** Layers that the registry does not hold, see `isForeignLayer`. */
  readonly foreign: readonly Descriptor[];
}

/** An index of indexes is already rare. */
const MAX_DEPTH = 8;
/** Limits on manifests and their bytes, all of which are in memory; some dozens and some KiB are usual. */
const MAX_MANIFESTS = 1_024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
const AT_ONCE = 4;

interface Node {
  readonly manifest: Manifest;
  readonly content: ManifestContent;
}

/** Reads all manifests below a root, level by level, bounded in depth, number and size. */
export async function readTree(source: ImageReader, root: Manifest, signal: AbortSignal): Promise<ImageTree> {
  const nodes = new Map<string, Node>([[root.digest, { manifest: root, content: readManifest(root) }]]);
  let total = root.bytes.length;
  let level = childrenOf(nodes.values(), nodes);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new ImageError(`${root.digest} has indexes nested more than ${MAX_DEPTH} deep`);
    total += level.reduce((sum, { size }) => sum + size, 0);
    if (nodes.size + level.length > MAX_MANIFESTS || total > MAX_TOTAL_BYTES) {
      throw new ImageError(
        `${root.digest} has more manifests than ${MAX_MANIFESTS} or ${MAX_TOTAL_BYTES} bytes`,
      );
    }
    const read = await concurrently(level, AT_ONCE, signal, (child, signal) =>
      readNode(source, child, signal),
    );
    for (const node of read) nodes.set(node.manifest.digest, node);
    level = childrenOf(read, nodes);
  }
  return treeOf(root, nodes);
}

/** The manifests named by these nodes that have not been read, each once. */
function childrenOf(parents: Iterable<Node>, known: ReadonlyMap<string, Node>): Descriptor[] {
  const children = new Map<string, Descriptor>();
  for (const { manifest, content } of parents) {
    if (content.kind !== "index") continue;
    for (const child of content.manifests) {
      // It could be copied as a manifest or as a blob; nothing says which.
      if (!isManifestType(child.mediaType))
        throw new ImageError(`${manifest.digest} names something of media type ${quote(child.mediaType)}`);
      if (!known.has(child.digest)) children.set(child.digest, child);
    }
  }
  return [...children.values()];
}

async function readNode(source: ImageReader, child: Descriptor, signal: AbortSignal): Promise<Node> {
  const found = await source.manifest(child.digest, signal);
  if (found === null) throw new ImageError(`${source.name} lacks ${child.digest}, which its index names`);
  if (found.bytes.length !== child.size)
    throw new ImageError(
      `${child.digest} from ${source.name} has not the ${child.size} bytes its index says`,
    );
  const manifest = { ...found, mediaType: child.mediaType };
  return { manifest, content: readManifest(manifest) };
}

function treeOf(root: Manifest, nodes: ReadonlyMap<string, Node>): ImageTree {
  const images: Manifest[] = [];
  const indexes: Manifest[] = [];
  const blobs = new Map<string, Descriptor>();
  const foreign = new Map<string, Descriptor>();
  const visited = new Set<string>();
  const visit = (digest: string) => {
    if (visited.has(digest)) return;
    visited.add(digest);
    const { manifest, content } = nodes.get(digest) as Node;
    if (content.kind === "index") {
      for (const child of content.manifests) visit(child.digest);
      indexes.push(manifest);
      return;
    }
    for (const blob of [content.config, ...content.layers])
      keep(isForeignLayer(blob.mediaType) ? foreign : blobs, blob);
    images.push(manifest);
  };
  visit(root.digest);
  return { images, indexes, blobs: [...blobs.values()], foreign: [...foreign.values()] };
}

function keep(blobs: Map<string, Descriptor>, blob: Descriptor): void {
  const known = blobs.get(blob.digest);
  if (known !== undefined && known.size !== blob.size)
    throw new ImageError(`${blob.digest} has two sizes, ${known.size} and ${blob.size} bytes`);
  blobs.set(blob.digest, blob);
}
