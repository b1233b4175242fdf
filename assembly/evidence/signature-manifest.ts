// The manifest under cosign's signature tag: one layer a signature, with the signature in the layer's annotations
// (cosign specs/SIGNATURE_SPEC.md). Nothing vouches for it, and nothing is believed because it says so: it leads to
// payloads that verify or do not. So one layer that makes no sense takes only itself out.

import { Bytes } from "../bytes/bytes";
import { isSha256Digest } from "../image/digest";
import { OCI_MANIFEST } from "../image/manifest";
import { JsonReader } from "../json/reader";
import { MANIFEST_BYTES } from "../limits";
import { CosignAnnotations } from "./cosign-annotations";

export class SignatureLayer {
  mediaType: Bytes = Bytes.NONE;
  digest: Bytes = Bytes.NONE;
  readonly annotations: CosignAnnotations = new CosignAnnotations();
  /** Whether it has the form of a layer: otherwise the other members mean nothing. */
  wellFormed: bool = false;
}

export class SignatureManifest {
  /** The first layers, as many as were asked for. */
  readonly layers: Array<SignatureLayer> = [];
  /** Number of layers beyond those. */
  surplus: i32 = 0;
}

/**
 * Reads at most `limit` layers of a signature manifest; null if it is not an OCI image manifest. `mediaType` is the one
 * it was served with: upstream accepts no other than OCI's.
 */
export function parseSignatureManifest(mediaType: Bytes, text: Bytes, limit: i32): SignatureManifest | null {
  if (!mediaType.is(OCI_MANIFEST) || text.length > MANIFEST_BYTES) return null;
  const reader = JsonReader.ofManifest(text);
  const manifest = new SignatureManifest();
  let hasLayers = false;
  if (reader.enterObject()) {
    while (reader.nextMember()) {
      if (!reader.memberName().is("layers")) {
        reader.skip();
        continue;
      }
      hasLayers = true;
      if (!reader.enterArray()) continue;
      while (reader.nextItem()) {
        if (manifest.layers.length == limit) {
          manifest.surplus++;
          reader.skip();
        } else manifest.layers.push(readLayer(reader));
      }
    }
  }
  return reader.done() && hasLayers ? manifest : null;
}

/** Skips over one layer, then reads it separately: a fault in it affects nothing else. */
function readLayer(reader: JsonReader): SignatureLayer {
  const start = reader.position();
  reader.skip();
  const layer = new SignatureLayer();
  const own = JsonReader.ofManifest(reader.text.slice(start, max(start, reader.end())));
  own.enterObject();
  while (own.nextMember()) {
    const name = own.memberName();
    if (name.is("mediaType")) layer.mediaType = own.string();
    else if (name.is("digest")) layer.digest = own.string();
    else if (name.is("annotations")) readAnnotations(own, layer.annotations);
    else own.skip();
  }
  layer.wellFormed = own.done() && isSha256Digest(layer.digest);
  return layer;
}

function readAnnotations(reader: JsonReader, annotations: CosignAnnotations): void {
  if (reader.takeNull()) return;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (CosignAnnotations.has(name)) annotations.set(name, reader.string());
    else reader.skip();
  }
}
