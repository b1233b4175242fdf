// Signatures among what refers to an image: a manifest with one bundle each.

import { parseBundleManifest, parseReferrers } from "../evidence/referrers";
import { OCI_INDEX, OCI_MANIFEST } from "../image/manifest";
import { Code } from "./code";
import { Item, RequestKind } from "./evidence";
import { Search, SignatureKind, Signatures, UntrustedSignature } from "./signatures";

/** Looks at every page of the list of referrers; under the fallback tag a manifest may stand in the list's place. */
export function collectReferring(out: Signatures, search: Search): void {
  const pages = search.evidence.answersTo(RequestKind.Referrers, search.digest);
  if (pages.length == 0) {
    search.want(RequestKind.Referrers, search.digest, [OCI_INDEX, OCI_MANIFEST], search.bounds.listBytes);
  }
  let left = search.bounds.referrers;
  for (let i = 0; i < pages.length; i++) {
    out.noteUnavailable(pages[i]);
    const page = pages[i].item;
    if (page !== null) left -= addPage(out, search, page, left);
  }
}

/** Adds what a page lists; returns how many entries of the limit it took. */
function addPage(out: Signatures, search: Search, page: Item, limit: i32): i32 {
  if (page.mediaType.is(OCI_MANIFEST)) {
    if (limit > 0) addReferrer(out, search, page);
    else out.surplus++;
    return 1;
  }
  const referrers = parseReferrers(page.mediaType, page.bytes, limit);
  if (referrers === null) {
    out.reject(page.origin, Code.SignatureMalformed, "the list of referrers is not an OCI index");
    return 0;
  }
  out.surplus += referrers.surplus;
  for (let i = 0; i < referrers.digests.length; i++) {
    const manifest = search.part(out, RequestKind.Manifest, referrers.digests[i]);
    if (manifest !== null) addReferrer(out, search, manifest);
  }
  return referrers.digests.length;
}

function addReferrer(out: Signatures, search: Search, manifest: Item): void {
  const layer = parseBundleManifest(manifest.bytes);
  if (layer === null) {
    out.otherKinds++;
    return;
  }
  const item = search.part(out, RequestKind.Blob, layer.digest);
  if (item === null) return;
  if (layer.size != <i64>item.bytes.length) {
    out.reject(manifest.origin, Code.SignatureMalformed, "the bundle's size is not the one in its manifest");
  } else {
    out.untrusted.push(new UntrustedSignature(SignatureKind.Bundle, manifest.origin, item.bytes));
  }
}
