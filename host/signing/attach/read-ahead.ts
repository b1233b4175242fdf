import type { ImageWriter } from "../../oci/image-place.js";
import { signatureTag } from "./attach-legacy.js";
import { fallbackTag } from "./fallback-index.js";

/**
 * The same place, where what attaching asks for first is being asked for already: while a password becomes a key there
 * is time. Each answer is given once, to the first who asks: whoever changes something reads it again right before.
 */
export function readAhead(place: ImageWriter, digest: string, signal: AbortSignal): ImageWriter {
  const manifests = new Map(
    [signatureTag(digest), fallbackTag(digest)].map((tag) => [tag, place.manifest(tag, signal)]),
  );
  let referrers: ReturnType<ImageWriter["referrers"]> | null = place.referrers(digest, signal);
  // Whoever asks is told of a failure; if nobody does, nobody needs to know.
  for (const answer of [...manifests.values(), referrers]) answer.catch(() => {});
  return {
    name: place.name,
    repository: place.repository,
    manifest(reference, signal) {
      const answer = manifests.get(reference) ?? place.manifest(reference, signal);
      manifests.delete(reference);
      return answer;
    },
    referrers(asked, signal) {
      const answer = asked === digest && referrers !== null ? referrers : place.referrers(asked, signal);
      if (asked === digest) referrers = null;
      return answer;
    },
    blob: (descriptor, signal) => place.blob(descriptor, signal),
    hasBlob: (descriptor, signal) => place.hasBlob(descriptor, signal),
    writeBlob: (descriptor, open, options) => place.writeBlob(descriptor, open, options),
    hasManifest: (descriptor, signal) => place.hasManifest(descriptor, signal),
    writeManifest: (manifest, tag, signal) => place.writeManifest(manifest, tag, signal),
  };
}
