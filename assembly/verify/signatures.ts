// The signatures offered for an image, in one form, and what was learnt on the way to them. Nothing here is verified.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { CosignAnnotations } from "../evidence/cosign-annotations";
import { Message } from "../hash/message";
import { OCI_MANIFEST } from "../image/manifest";
import { Reference } from "../image/reference";
import {
  MANIFEST_BYTES,
  PLATFORM_LIST_BYTES,
  PLATFORM_SIGNATURES,
  REFERRERS,
  SIGNATURE_BYTES,
  SIGNATURES,
} from "../limits";
import { Code } from "./code";
import { Answer, addRequest, Evidence, Item, Request, RequestKind, Unavailable } from "./evidence";
import { ItemOutcome } from "./judgement";
import { Reason } from "./reason";
import { KeyVerdict } from "./signer";

export enum SignatureKind {
  /** A payload, with everything else in annotations. */
  SimpleSigning,
  /** A sigstore bundle, which holds both. */
  Bundle,
}

export class UntrustedSignature {
  constructor(
    readonly kind: SignatureKind,
    readonly origin: Bytes,
    /** The payload, or the bundle. */
    readonly bytes: Message,
    /** What stands beside a payload; a bundle needs none. */
    readonly annotations: CosignAnnotations = new CosignAnnotations(),
  ) {}

  /** What keys have said about it. */
  readonly verdicts: Array<KeyVerdict> = [];
}

export class Signatures {
  readonly untrusted: Array<UntrustedSignature> = [];
  /** Items that are broken before any key is looked at. */
  readonly rejected: Array<ItemOutcome> = [];
  /** Items that are neither simple signing nor a bundle: no signatures, and no fault. */
  otherKinds: i32 = 0;
  /** Items beyond the limit, not looked at. */
  surplus: i32 = 0;
  /** The first source that could not be asked, or null. */
  unavailable: Unavailable | null = null;

  /** Another set with the same items in it: what a key has said about an item holds for both. */
  copy(): Signatures {
    const out = new Signatures();
    for (let i = 0; i < this.untrusted.length; i++) out.untrusted.push(this.untrusted[i]);
    for (let i = 0; i < this.rejected.length; i++) out.rejected.push(this.rejected[i]);
    out.otherKinds = this.otherKinds;
    out.surplus = this.surplus;
    return out;
  }

  reject(origin: Bytes, code: Code, reason: string): void {
    this.rejected.push(new ItemOutcome(origin, false, code, new Reason().text(reason).done()));
  }

  noteUnavailable(answer: Answer): void {
    if (this.unavailable === null) this.unavailable = answer.unavailable;
  }
}

/** How far signatures are looked for. */
export class SearchBounds {
  constructor(
    /** Bytes of the signature manifest, and of the list of referrers. */
    readonly listBytes: i32,
    readonly signatures: i32,
    readonly referrers: i32,
  ) {}

  static forImage(): SearchBounds {
    return new SearchBounds(MANIFEST_BYTES, SIGNATURES, REFERRERS);
  }

  static forPlatform(): SearchBounds {
    return new SearchBounds(PLATFORM_LIST_BYTES, PLATFORM_SIGNATURES, PLATFORM_SIGNATURES);
  }
}

/** Where a part of a signature is looked for: the image's own repository, and what came from there so far. */
export class Search {
  constructor(
    readonly reference: Reference,
    readonly digest: Bytes,
    readonly evidence: Evidence,
    /** What has to be fetched before the search can end. */
    readonly wanted: Array<Request>,
    readonly bounds: SearchBounds,
  ) {}

  /** Asks for something by reference, once. */
  want(kind: RequestKind, reference: Bytes, mediaTypes: Array<string>, maxBytes: i32): void {
    const repository = this.reference;
    addRequest(
      this.wanted,
      new Request(kind, repository.domain, repository.path, reference, mediaTypes, maxBytes),
    );
  }

  /** A manifest or blob that was fetched under its digest and has it; null if it is still wanted, or cannot be had. */
  part(out: Signatures, kind: RequestKind, digest: Bytes): Item | null {
    const answer = this.evidence.answer(kind, digest);
    if (answer === null) {
      this.want(kind, digest, kind == RequestKind.Manifest ? [OCI_MANIFEST] : [], SIGNATURE_BYTES);
      return null;
    }
    out.noteUnavailable(answer);
    if (answer.unavailable !== null) return null;
    const item = answer.item;
    if (item === null) {
      out.reject(digest, Code.SignatureMalformed, "the registry does not have this part of a signature");
    } else if (item.bytes.length > SIGNATURE_BYTES) {
      out.reject(item.origin, Code.EvidenceTooLarge, "this part of a signature is longer than 1 MiB");
    } else if (!digest.from(7).equals(encodeHex(item.bytes.sha256()))) {
      out.reject(item.origin, Code.SignatureMalformed, "this part of a signature has another digest");
    } else return item;
    return null;
  }
}
