// The cosign signatures offered for an image: what the evidence holds, put in one form, and what is still to be asked
// for.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { Writer } from "../bytes/writer";
import { parseSignatureManifest, SIGNATURE_ANNOTATION, SignatureLayer } from "../evidence/signature-manifest";
import { SIMPLE_SIGNING } from "../evidence/simple-signing";
import { sha256 } from "../hash/sha256";
import { OCI_MANIFEST } from "../image/manifest";
import { Reference } from "../image/reference";
import { MANIFEST_BYTES, SIGNATURE_BYTES, SIGNATURES } from "../limits";
import { Code } from "./code";
import { Answer, Evidence, Item, Request, RequestKind, Unavailable } from "./evidence";
import { ItemOutcome } from "./judgement";
import { Reason } from "./reason";

/** A signature as it was found: nothing of it is verified. */
export class UntrustedSignature {
  constructor(
    readonly origin: Bytes,
    readonly payload: Bytes,
    /** Base64; null where the annotation is missing. */
    readonly signature: Bytes | null,
  ) {}
}

export class Signatures {
  readonly untrusted: Array<UntrustedSignature> = [];
  /** Items that are broken before any key is looked at. */
  readonly rejected: Array<ItemOutcome> = [];
  /** Items of another kind than simple signing: not signatures, and no fault. */
  otherKinds: i32 = 0;
  /** Items beyond the limit, not looked at. */
  surplus: i32 = 0;
  /** The first source that could not be asked, or null. */
  unavailable: Unavailable | null = null;

  reject(origin: Bytes, code: Code, reason: Reason): void {
    this.rejected.push(new ItemOutcome(origin, false, code, reason.done()));
  }
}

/** cosign's tag for the signatures of a manifest: `sha256-<hex>.sig`. */
export function cosignTag(digest: Bytes): Bytes {
  return new Writer().text("sha256-").bytes(digest.from(7)).text(".sig").done();
}

/**
 * Gathers the signatures of the image with this digest; appends to `wanted` what has to be fetched first. `reference`
 * says where its registry is; without one only signatures that came with the image count.
 */
export function collectSignatures(
  reference: Reference | null,
  digest: Bytes,
  evidence: Evidence,
  wanted: Array<Request>,
): Signatures {
  const out = new Signatures();
  for (let i = 0; i < evidence.signatures.length; i++) addLoose(out, evidence.signatures[i]);
  if (reference === null) return out;

  const tag = cosignTag(digest);
  const answer = evidence.answer(RequestKind.CosignTag, tag);
  if (answer === null) {
    wanted.push(
      new Request(
        RequestKind.CosignTag,
        reference.domain,
        reference.path,
        tag,
        [OCI_MANIFEST],
        MANIFEST_BYTES,
      ),
    );
    return out;
  }
  noteUnavailable(out, answer);
  const item = answer.item;
  if (item !== null) addTagged(out, reference, item, evidence, wanted);
  return out;
}

function addLoose(out: Signatures, item: Item): void {
  if (!item.mediaType.is(SIMPLE_SIGNING)) out.otherKinds++;
  else if (out.untrusted.length == SIGNATURES) out.surplus++;
  else {
    out.untrusted.push(
      new UntrustedSignature(item.origin, item.bytes, item.annotation(SIGNATURE_ANNOTATION)),
    );
  }
}

function addTagged(
  out: Signatures,
  reference: Reference,
  item: Item,
  evidence: Evidence,
  wanted: Array<Request>,
): void {
  const manifest = parseSignatureManifest(item.mediaType, item.bytes);
  if (manifest === null) {
    out.reject(
      item.origin,
      Code.SignatureMalformed,
      new Reason().text("what stands under the signature tag is not an OCI image manifest"),
    );
    return;
  }
  out.surplus += manifest.surplus;
  for (let i = 0; i < manifest.layers.length; i++) {
    const origin = new Writer().bytes(item.origin).text(" layer ").number(i).done();
    addLayer(out, reference, manifest.layers[i], origin, evidence, wanted);
  }
}

function addLayer(
  out: Signatures,
  reference: Reference,
  layer: SignatureLayer,
  origin: Bytes,
  evidence: Evidence,
  wanted: Array<Request>,
): void {
  if (!layer.wellFormed) {
    out.reject(
      origin,
      Code.SignatureMalformed,
      new Reason().text("the layer has not the shape of a descriptor"),
    );
    return;
  }
  if (!layer.mediaType.is(SIMPLE_SIGNING)) {
    out.otherKinds++;
    return;
  }
  const answer = evidence.answer(RequestKind.Blob, layer.digest);
  if (answer === null) {
    want(wanted, reference, layer);
    return;
  }
  noteUnavailable(out, answer);
  if (answer.unavailable !== null) return;
  const item = answer.item;
  if (item === null) {
    out.reject(
      origin,
      Code.SignatureMalformed,
      new Reason().text("the registry does not have the signature's payload"),
    );
  } else if (item.bytes.length > SIGNATURE_BYTES) {
    out.reject(
      origin,
      Code.EvidenceTooLarge,
      new Reason().text("the signature's payload is longer than 1 MiB"),
    );
  } else if (!layer.digest.from(7).equals(encodeHex(sha256(item.bytes)))) {
    out.reject(
      origin,
      Code.SignatureMalformed,
      new Reason().text("the signature's payload has another digest"),
    );
  } else out.untrusted.push(new UntrustedSignature(origin, item.bytes, layer.signature));
}

/** Several signatures over the same payload share one blob. */
function want(wanted: Array<Request>, reference: Reference, layer: SignatureLayer): void {
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].kind == RequestKind.Blob && wanted[i].reference.equals(layer.digest)) return;
  }
  wanted.push(
    new Request(RequestKind.Blob, reference.domain, reference.path, layer.digest, [], SIGNATURE_BYTES),
  );
}

function noteUnavailable(out: Signatures, answer: Answer): void {
  if (out.unavailable === null) out.unavailable = answer.unavailable;
}
