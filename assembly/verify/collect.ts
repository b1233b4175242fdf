// Finds the signatures of an image in the evidence. cosign keeps them in two places, and both are always looked at: a
// signature of one kind never hides one of the other.

import { Bytes } from "../bytes/bytes";
import { CosignAnnotations } from "../evidence/cosign-annotations";
import { SIMPLE_SIGNING } from "../evidence/simple-signing";
import { Reference } from "../image/reference";
import { MANIFEST_MEMBERS, SIGNATURE_BYTES, SIGNATURES } from "../limits";
import { Code } from "./code";
import { collectReferring } from "./collect-referring";
import { collectTagged } from "./collect-tagged";
import { Evidence, Item, Request } from "./evidence";
import { Search, SearchBounds, SignatureKind, Signatures, UntrustedSignature } from "./signatures";

/**
 * Gathers the signatures of the image with this digest; appends to `wanted` what has to be fetched first. `reference`
 * says where its registry is; without one only `loose` ones count.
 */
export function collectSignatures(
  reference: Reference | null,
  digest: Bytes,
  evidence: Evidence,
  wanted: Array<Request>,
  loose: Signatures,
  bounds: SearchBounds,
): Signatures {
  const out = loose.copy();
  if (reference !== null) {
    const search = new Search(reference, digest, evidence, wanted, bounds);
    collectTagged(out, search);
    collectReferring(out, search);
  }
  return out;
}

/** Signatures that came with the image: for each image of an index, too, the same ones. */
export function looseSignatures(evidence: Evidence): Signatures {
  const out = new Signatures();
  for (let i = 0; i < evidence.signatures.length; i++) addLoose(out, evidence.signatures[i]);
  return out;
}

function addLoose(out: Signatures, item: Item): void {
  if (!item.mediaType.is(SIMPLE_SIGNING)) out.otherKinds++;
  else if (out.untrusted.length == SIGNATURES) out.surplus++;
  else if (item.bytes.length > SIGNATURE_BYTES) {
    out.reject(item.origin, Code.EvidenceTooLarge, "the signature's payload is longer than 1 MiB");
  } else if (item.annotations.length > MANIFEST_MEMBERS) {
    out.reject(
      item.origin,
      Code.SignatureMalformed,
      "the signature has more annotations than any manifest has",
    );
  } else {
    const annotations = new CosignAnnotations();
    for (let i = 0; i < item.annotations.length; i++) {
      annotations.set(item.annotations[i].name, item.annotations[i].value);
    }
    out.untrusted.push(
      new UntrustedSignature(SignatureKind.SimpleSigning, item.origin, item.bytes, annotations),
    );
  }
}
