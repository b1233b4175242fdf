import type { Descriptor } from "../../oci/descriptor.js";
import { digestOf } from "../../oci/digest.js";
import { ImageError } from "../../oci/image-error.js";
import type { ImageWriter } from "../../oci/image-place.js";
import { type Manifest, readManifest } from "../../oci/manifest.js";
import { OCI_INDEX } from "../../oci/media-types.js";
import { systemClock } from "../../registry/clock.js";
import { elementSpans, memberSpans, replaceSpans, type Span } from "./json-text.js";
import { type AttachOptions, type Round, untilKept } from "./until-kept.js";

/** The tag under which a registry without referrers API has the list of a manifest's referrers: `sha256-HEX`. */
export function fallbackTag(digest: string): string {
  return digest.replace(":", "-");
}

/** The referrers that list names; `where` is what an error calls it. */
export function readFallbackIndex(index: Manifest, where: string): readonly Descriptor[] {
  const content = readManifest(index);
  if (content.kind !== "index") throw new ImageError(`${where} is a manifest, not a list of referrers`);
  return content.manifests;
}

/** Adds a referrer to the list of the manifest of that digest, unless it is there; what is there stays. */
export async function addToFallbackIndex(
  target: ImageWriter,
  digest: string,
  referrer: Readonly<Record<string, unknown>>,
  options: AttachOptions,
): Promise<void> {
  const tag = fallbackTag(digest);
  const where = `${target.name}:${tag}`;
  const { signal, clock = systemClock } = options;
  const round = async (): Promise<Round> => {
    const asked = clock.now();
    const existing = await target.manifest(tag, signal);
    const known = existing === null ? [] : readFallbackIndex(existing, where);
    if (known.some(({ digest }) => digest === referrer["digest"])) return "kept";
    await target.writeManifest(withReferrer(existing, known, referrer), tag, signal);
    return { window: clock.now() - asked };
  };
  await untilKept(round, where, options);
}

/** Sorted by digest, as go-containerregistry does; every descriptor as it was written. */
function withReferrer(
  existing: Manifest | null,
  known: readonly Descriptor[],
  referrer: Readonly<Record<string, unknown>>,
): Manifest {
  const text =
    existing === null
      ? JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] })
      : new TextDecoder().decode(existing.bytes);
  const list = memberSpans(text).get("manifests") as Span;
  const elements = elementSpans(text, list).map(({ start, end }, i): [string, string] => [
    (known[i] as Descriptor).digest,
    text.slice(start, end),
  ]);
  elements.push([referrer["digest"] as string, JSON.stringify(referrer)]);
  const sorted = elements.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, element]) => element);
  const bytes = Buffer.from(replaceSpans(text, [[list, `[${sorted.join(",")}]`]]));
  return { bytes, mediaType: existing?.mediaType ?? OCI_INDEX, digest: digestOf(bytes) };
}
