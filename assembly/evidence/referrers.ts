// What refers to an image: an index of manifests (OCI distribution-spec, "Listing Referrers"), and in such a manifest
// the bundle. Nothing vouches for either; they lead to bundles that verify or do not. Entries are not told apart by
// artifactType: cosign 3.1 writes the config's type there.

import { Bytes } from "../bytes/bytes";
import { readSize } from "../image/descriptor";
import { isSha256Digest } from "../image/digest";
import { OCI_INDEX, OCI_MANIFEST } from "../image/manifest";
import { JsonKind, JsonReader } from "../json/reader";
import { MANIFEST_BYTES } from "../limits";
import { BUNDLE_PREFIX } from "./bundle";

/** The digests of the manifests in an index, at most `limit`; null if it is no index. */
export function parseReferrers(mediaType: Bytes, text: Bytes, limit: i32): Referrers | null {
  if (!mediaType.is(OCI_INDEX) || text.length > MANIFEST_BYTES) return null;
  const reader = JsonReader.ofManifest(text);
  const out = new Referrers();
  reader.enterObject();
  while (reader.nextMember()) {
    if (!reader.memberName().is("manifests")) {
      reader.skip();
      continue;
    }
    reader.enterArray();
    while (reader.nextItem()) {
      const digest = readManifestDigest(reader);
      if (digest === null) continue;
      if (out.digests.length < limit) out.digests.push(digest);
      else out.surplus++;
    }
  }
  return reader.done() ? out : null;
}

export class Referrers {
  readonly digests: Array<Bytes> = [];
  /** Number of entries beyond the limit. */
  surplus: i32 = 0;
}

/** The digest of an entry that is an OCI image manifest; null for any other. */
function readManifestDigest(reader: JsonReader): Bytes | null {
  if (reader.kind() != JsonKind.Object) {
    reader.skip();
    return null;
  }
  let digest: Bytes | null = null;
  let isManifest: bool = false;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (reader.kind() != JsonKind.String) reader.skip();
    else if (name.is("digest")) digest = reader.string();
    else if (name.is("mediaType")) isManifest = reader.string().is(OCI_MANIFEST);
    else reader.skip();
  }
  return isManifest && digest !== null && isSha256Digest(digest) ? digest : null;
}

/** The layer of a manifest that is a bundle. */
export class BundleLayer {
  digest: Bytes = Bytes.NONE;
  size: i64 = 0;
}

/** The bundle of a manifest with exactly one layer, a bundle by its media type; null for any other manifest. */
export function parseBundleManifest(text: Bytes): BundleLayer | null {
  const reader = JsonReader.ofManifest(text);
  const layer = new BundleLayer();
  let layers = 0;
  let isBundle: bool = false;
  reader.enterObject();
  while (reader.nextMember()) {
    if (!reader.memberName().is("layers")) {
      reader.skip();
      continue;
    }
    reader.enterArray();
    while (reader.nextItem()) {
      layers++;
      isBundle = readBundleLayer(reader, layer);
    }
  }
  return reader.done() && layers == 1 && isBundle ? layer : null;
}

function readBundleLayer(reader: JsonReader, layer: BundleLayer): bool {
  let isBundle: bool = false;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("mediaType")) isBundle = reader.string().startsWith(BUNDLE_PREFIX);
    else if (name.is("digest")) layer.digest = reader.string();
    else if (name.is("size")) layer.size = readSize(reader);
    else reader.skip();
  }
  return isBundle && isSha256Digest(layer.digest);
}
