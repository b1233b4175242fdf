// Signatures under cosign's tag for an image, `sha256-<hex>.sig`: one layer of one manifest each.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { BUNDLE_PREFIX } from "../evidence/bundle";
import { parseSignatureManifest, SignatureLayer } from "../evidence/signature-manifest";
import { SIMPLE_SIGNING } from "../evidence/simple-signing";
import { OCI_MANIFEST } from "../image/manifest";
import { Code } from "./code";
import { Item, RequestKind } from "./evidence";
import { Search, SignatureKind, Signatures, UntrustedSignature } from "./signatures";

/** cosign's tag for the signatures of a manifest. */
export function cosignTag(digest: Bytes): Bytes {
  return new Writer().text("sha256-").bytes(digest.from(7)).text(".sig").done();
}

export function collectTagged(out: Signatures, search: Search): void {
  const tag = cosignTag(search.digest);
  // A registry has one manifest under a tag; of layouts, each may have one.
  const answers = search.evidence.answersTo(RequestKind.CosignTag, tag);
  if (answers.length == 0) search.want(RequestKind.CosignTag, tag, [OCI_MANIFEST], search.bounds.listBytes);
  let left = search.bounds.signatures;
  for (let i = 0; i < answers.length; i++) {
    out.noteUnavailable(answers[i]);
    const item = answers[i].item;
    if (item !== null) left -= addManifest(out, search, item, left);
  }
}

/** Adds the signatures of a manifest; returns how many of the limit it took. */
function addManifest(out: Signatures, search: Search, item: Item, limit: i32): i32 {
  const manifest = parseSignatureManifest(item.mediaType, item.bytes, limit);
  if (manifest === null) {
    const what = "the signature tag does not point to an OCI image manifest";
    out.reject(item.origin, Code.SignatureMalformed, what);
    return 0;
  }
  out.surplus += manifest.surplus;
  for (let i = 0; i < manifest.layers.length; i++) {
    const origin = new Writer().bytes(item.origin).text(" layer ").number(i).done();
    addLayer(out, search, manifest.layers[i], origin);
  }
  return manifest.layers.length;
}

function addLayer(out: Signatures, search: Search, layer: SignatureLayer, origin: Bytes): void {
  const isBundle = layer.mediaType.startsWith(BUNDLE_PREFIX);
  if (!layer.wellFormed) {
    out.reject(origin, Code.SignatureMalformed, "the layer is not a valid descriptor");
  } else if (!isBundle && !layer.mediaType.is(SIMPLE_SIGNING)) out.otherKinds++;
  else {
    const item = search.part(out, RequestKind.Blob, layer.digest);
    if (item === null) return;
    const kind = isBundle ? SignatureKind.Bundle : SignatureKind.SimpleSigning;
    out.untrusted.push(new UntrustedSignature(kind, origin, item.bytes, layer.annotations));
  }
}
