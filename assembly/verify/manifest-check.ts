// Whether what was fetched as a manifest is the one that was described, and of a kind whose digest is that of its bytes.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { Writer } from "../bytes/writer";
import { Descriptor } from "../image/descriptor";
import { ManifestForm, manifestForm } from "../image/manifest";
import { MANIFEST_BYTES } from "../limits";
import { Code } from "./code";
import { Item, Unavailable } from "./evidence";
import { Verdict } from "./judgement";
import { Reason } from "./reason";

/** `sha256:…` of what was fetched. */
export function digestOf(item: Item): Bytes {
  return new Writer().text("sha256:").bytes(encodeHex(item.bytes.sha256())).done();
}

/** Why the item is not the described manifest, or not an acceptable one; null if it is. `digest` is the item's. */
export function manifestFault(descriptor: Descriptor, item: Item, digest: Bytes): Verdict | null {
  if (item.bytes.length > MANIFEST_BYTES) return manifestTooLarge();
  if (!descriptor.digest.equals(digest)) {
    return fault(Code.DigestMismatch, new Reason().text("the manifest's digest is ").foreign(digest));
  }
  if (descriptor.size != <i64>item.bytes.length) {
    const reason = new Reason()
      .text("the manifest has ")
      .number(item.bytes.length)
      .text(" bytes, not ")
      .number(descriptor.size);
    return fault(Code.SizeMismatch, reason);
  }
  switch (manifestForm(descriptor.mediaType, item.bytes)) {
    case ManifestForm.Schema1:
      return fault(Code.ManifestUnsupported, new Reason().text("docker schema 1 manifests are refused"));
    case ManifestForm.Ambiguous: {
      const reason = new Reason()
        .text("the manifest's content is not that of its media type, ")
        .foreign(descriptor.mediaType);
      return fault(Code.ManifestInvalid, reason);
    }
    case ManifestForm.Malformed: {
      const reason = new Reason().text("the manifest is not a JSON object, or repeats a member");
      return fault(Code.ManifestInvalid, reason);
    }
  }
  return null;
}

export function manifestTooLarge(): Verdict {
  return fault(Code.EvidenceTooLarge, new Reason().text("the manifest is longer than 4 MiB"));
}

/** The denial for a manifest that could not be asked for. */
export function manifestUnavailable(unavailable: Unavailable): Verdict {
  const reason = new Reason().text("could not ask for the manifest");
  if (unavailable.detail.length > 0) reason.text(": ").foreign(unavailable.detail);
  return fault(unavailable.code, reason);
}

/** The denial for a manifest that does not exist. */
export function manifestMissing(key: Bytes, place: Bytes): Verdict {
  const reason = new Reason().text("there is no manifest ").foreign(key).text(" in ").foreign(place);
  return fault(Code.ManifestMissing, reason);
}

function fault(code: Code, reason: Reason): Verdict {
  return new Verdict(false, code, reason.done());
}
