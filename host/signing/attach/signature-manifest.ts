import type { Descriptor } from "../../oci/descriptor.js";
import { digestOf } from "../../oci/digest.js";
import { ImageError } from "../../oci/image-error.js";
import { type Manifest, readManifest } from "../../oci/manifest.js";
import { OCI_CONFIG, OCI_MANIFEST, SIMPLE_SIGNING } from "../../oci/media-types.js";
import { memberSpans, replaceSpans, type Span } from "./json-text.js";

/** A signature as it stands in cosign's manifest: one layer, whose blob is the payload. */
export interface NewLayer {
  /** The bytes that were signed. */
  readonly payload: Uint8Array;
  /** `dev.cosignproject.cosign/signature` and what belongs to it. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SignatureManifest {
  readonly manifest: Manifest;
  /** The manifest's config, to be written before it. */
  readonly config: Uint8Array;
}

/** Source: cosign 3.1, MaxLayers. */
const MAX_LAYERS = 1_000;

/** The layers of the manifest under a signature tag; `where` is what an error calls it. */
export function readSignatureLayers(existing: Manifest, where: string): readonly Descriptor[] {
  const content = readManifest(existing);
  if (content.kind === "index") throw new ImageError(`${where} is an index, not a manifest of signatures`);
  return content.layers;
}

/**
 * cosign's signature manifest and its config, byte for byte as cosign 3.1 writes them, with layers added to those
 * there are. All else in an existing manifest stays as it was written.
 */
export function appendLayers(
  existing: Manifest | null,
  added: readonly NewLayer[],
  where: string,
): SignatureManifest {
  const layers = existing === null ? [] : readSignatureLayers(existing, where);
  if (layers.length + added.length > MAX_LAYERS)
    throw new ImageError(`${where} has no room for another signature: ${layers.length} are there`);
  const config = configOf([
    ...layers.map(({ digest }) => digest),
    ...added.map(({ payload }) => digestOf(payload)),
  ]);
  const text = existing === null ? emptyManifest() : new TextDecoder().decode(existing.bytes);
  const spans = memberSpans(text);
  const list = spans.get("layers") as Span;
  const end = { start: list.end - 1, end: list.end - 1 };
  const separator = layers.length === 0 ? "" : ",";
  const bytes = Buffer.from(
    replaceSpans(text, [
      [spans.get("config") as Span, JSON.stringify(configDescriptor(existing, config))],
      [end, separator + added.map((layer) => JSON.stringify(layerDescriptor(layer))).join(",")],
    ]),
  );
  const mediaType = existing?.mediaType ?? OCI_MANIFEST;
  return { manifest: { bytes, mediaType, digest: digestOf(bytes) }, config };
}

function emptyManifest(): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: null, layers: [] });
}

/** Signatures are stored as they are, so a layer's digest is its diff_id too. */
function configOf(digests: readonly string[]): Uint8Array {
  const created = "0001-01-01T00:00:00Z";
  return Buffer.from(
    JSON.stringify({
      architecture: "",
      created,
      history: digests.map(() => ({ created })),
      os: "",
      rootfs: { type: "layers", diff_ids: digests },
      config: {},
    }),
  );
}

/** cosign may have been told to use Docker's media types; then they stay. */
function configDescriptor(existing: Manifest | null, config: Uint8Array) {
  const content = existing === null ? null : readManifest(existing);
  const mediaType = content?.kind === "manifest" ? content.config.mediaType : OCI_CONFIG;
  return { mediaType, size: config.length, digest: digestOf(config) };
}

function layerDescriptor({ payload, annotations }: NewLayer) {
  const sorted = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    mediaType: SIMPLE_SIGNING,
    size: payload.length,
    digest: digestOf(payload),
    annotations: Object.fromEntries(sorted),
  };
}
