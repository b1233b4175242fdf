// Images signed per platform, as podman, skopeo and `cosign sign --recursive` leave them: an index that no signature
// covers is as good as the manifests it names. This extends upstream's rule for the one instance it pulls
// (containers/image evaluates the policy for that): we do not know which one will be pulled, so all of them have to
// satisfy the requirement.

import { Bytes } from "../bytes/bytes";
import { Descriptor } from "../image/descriptor";
import { ImageIndex, IndexEntry, parseImageIndex } from "../image/image-index";
import { DOCKER_MANIFEST, OCI_MANIFEST } from "../image/manifest";
import { Reference } from "../image/reference";
import { MANIFEST_BYTES, PLATFORMS } from "../limits";
import { Requirement } from "../policy/types";
import { Code } from "./code";
import { collectSignatures } from "./collect";
import { addRequest, Evidence, Request, RequestKind } from "./evidence";
import { ItemOutcome, Verdict } from "./judgement";
import {
  digestOf,
  manifestFault,
  manifestMissing,
  manifestTooLarge,
  manifestUnavailable,
} from "./manifest-check";
import { Question } from "./question";
import { Reason } from "./reason";
import { SearchBounds, Signatures } from "./signatures";
import { judgeSigstoreSigned } from "./sigstore-signed";

/** The image of one entry, and what is known of it. */
class Platform {
  /** Why its manifest is not acceptable; null if it is, or is still wanted. */
  manifestFault: Verdict | null = null;
  manifestUnavailable: bool = false;
  wantsManifest: bool = false;
  /** Whether its manifest is there and is what the entry says. */
  hasManifest: bool = false;
  signatures: Signatures = new Signatures();
  /** What has to be fetched before it can be denied. */
  readonly wanted: Array<Request> = [];

  constructor(
    readonly entry: IndexEntry,
    /** Its place among the entries, from 0. */
    readonly position: i32,
  ) {}

  /** `linux/arm64`, or its place in the index. */
  name(): Bytes {
    const out = new Reason();
    if (this.entry.platform.length > 0) return out.foreign(this.entry.platform).done();
    return out.text("entry ").number(this.position).done();
  }

  /** Whether there is anything that could be a signature, fetched or still to be fetched. */
  hasSignature(): bool {
    if (this.signatures.untrusted.length > 0) return true;
    for (let i = 0; i < this.wanted.length; i++) {
      const kind = this.wanted[i].kind;
      if (kind == RequestKind.Blob || kind == RequestKind.Manifest) return true;
    }
    return false;
  }

  /** Whether it is denied because a source could not be asked. */
  couldNotAsk(): bool {
    return this.manifestFault !== null ? this.manifestUnavailable : this.signatures.unavailable !== null;
  }
}

export class Platforms {
  /** What has to be fetched before the index can be denied. */
  readonly wanted: Array<Request> = [];
  private isRead: bool = false;
  /** Why none of them can be judged. */
  private problem: Verdict | null = null;
  private readonly platforms: Array<Platform> = [];

  constructor(
    /** What the index is called, and where its registry is. */
    private readonly reference: Reference,
    private readonly mediaType: Bytes,
    /** The index, with the digest it was fetched by. */
    private readonly bytes: Bytes,
    private readonly evidence: Evidence,
    private readonly loose: Signatures,
  ) {}

  /**
   * The requirement's verdict on an index by its platforms, after its own signatures have come to `own`, which denies.
   * If `wanted` is not empty afterwards, the answer may change.
   */
  judge(requirement: Requirement, own: Verdict, question: Question): Verdict {
    this.read();
    const problem = this.problem;
    if (problem !== null) return own.code == Code.NoSignature ? problem : own;

    const items = own.items.slice(0);
    let failed: Verdict | null = null;
    let accepted: Verdict | null = null;
    let isOneSigner: bool = true;
    let isUnsigned: bool = own.code == Code.NoSignature;
    let isOpen: bool = false;
    for (let i = 0; i < this.platforms.length; i++) {
      const platform = this.platforms[i];
      const verdict = this.judgePlatform(requirement, platform, question);
      if (verdict === null) {
        isOpen = true;
        continue;
      }
      for (let j = 0; j < verdict.items.length; j++) items.push(verdict.items[j]);
      if (!verdict.allows) {
        if (failed === null) failed = refusal(platform, verdict);
        isUnsigned = isUnsigned && verdict.code == Code.NoSignature && !platform.couldNotAsk();
      } else {
        isOneSigner = isOneSigner && (accepted === null || isSame(accepted.signer, verdict.signer));
        accepted = verdict;
        isUnsigned = false;
      }
    }
    if (isOpen) {
      this.askForAll();
      return own;
    }
    if (failed === null) return withItems(this.accepted(accepted!, isOneSigner), items);
    // Whoever signed the index wants to hear about that signature, unless the platforms are the ones that are properly
    // signed.
    if (own.code != Code.NoSignature && accepted === null) return own;
    return withItems(isUnsigned ? this.unsigned() : failed, items);
  }

  private read(): void {
    if (this.isRead) return;
    this.isRead = true;
    const index = parseImageIndex(this.mediaType, this.bytes);
    this.problem = problemOf(index);
    if (this.problem !== null) return;
    for (let i = 0; i < index.entries.length; i++) {
      if (!index.entries[i].isForNoPlatform) this.platforms.push(this.gather(index.entries[i], i));
    }
  }

  /** Gathers what there is about the image of an entry. */
  private gather(entry: IndexEntry, position: i32): Platform {
    const platform = new Platform(entry, position);
    platform.signatures = collectSignatures(
      this.reference,
      entry.descriptor.digest,
      this.evidence,
      platform.wanted,
      this.loose,
      SearchBounds.forPlatform(),
    );
    // Without a signature it is denied whatever its manifest is, and registries limit how often manifests are fetched.
    if (platform.hasSignature()) platform.manifestFault = this.checkManifest(platform, entry.descriptor);
    return platform;
  }

  /** Its manifest has to be there and be what the entry says, though nothing in it is used. Returns why it is not. */
  private checkManifest(platform: Platform, descriptor: Descriptor): Verdict | null {
    if (descriptor.size > <i64>MANIFEST_BYTES) return manifestTooLarge();
    const digest = descriptor.digest;
    const answer = this.evidence.answer(RequestKind.Manifest, digest);
    if (answer === null) {
      const place = this.reference;
      const types = [OCI_MANIFEST, DOCKER_MANIFEST];
      // Nothing is ever asked for in no bytes.
      const size = <u32>max<i64>(descriptor.size, 1);
      const request = new Request(RequestKind.Manifest, place.domain, place.path, digest, types, size);
      platform.wanted.push(request);
      platform.wantsManifest = true;
      return null;
    }
    const unavailable = answer.unavailable;
    platform.manifestUnavailable = unavailable !== null;
    if (unavailable !== null) return manifestUnavailable(unavailable);
    const item = answer.item;
    if (item === null) return manifestMissing(digest, this.reference.name);
    const fault = manifestFault(descriptor, item, digestOf(item));
    platform.hasManifest = fault === null;
    return fault;
  }

  /** The requirement's verdict on one platform; null if it is still open. */
  private judgePlatform(requirement: Requirement, platform: Platform, question: Question): Verdict | null {
    const fault = platform.manifestFault;
    if (fault !== null) return fault;
    const signatures = platform.signatures;
    const digest = platform.entry.descriptor.digest;
    const isComplete = platform.wanted.length == 0;
    if (isComplete || (!platform.wantsManifest && signatures.untrusted.length > 0)) {
      const verdict = judgeSigstoreSigned(requirement, signatures, question.about(digest));
      assert(!verdict.allows || platform.hasManifest);
      if (verdict.allows || isComplete) return verdict;
    }
    return null;
  }

  /** Whatever one platform wants is fetched for all: the next requirement may want it of another. */
  private askForAll(): void {
    for (let i = 0; i < this.platforms.length; i++) {
      const wanted = this.platforms[i].wanted;
      for (let j = 0; j < wanted.length; j++) addRequest(this.wanted, wanted[j]);
    }
  }

  private accepted(last: Verdict, isOneSigner: bool): Verdict {
    const reason = new Reason()
      .text("each of ")
      .count(this.platforms.length, "platform")
      .text(": ")
      .own(last.reason);
    const verdict = new Verdict(true, Code.Accepted, reason.done());
    if (isOneSigner) verdict.signer = last.signer;
    return verdict;
  }

  /** Neither the index nor an image of it has anything that passes for a signature. */
  private unsigned(): Verdict {
    const reason = new Reason()
      .text("no signature found in ")
      .foreign(this.reference.name)
      .text(", neither of the index nor of its ")
      .count(this.platforms.length, "platform")
      .text("; sign the image with cosign, or copy its signatures along with it");
    return new Verdict(false, Code.NoSignature, reason.done());
  }
}

/** Why no image of an index can be judged, or null. */
function problemOf(index: ImageIndex): Verdict | null {
  const reason = new Reason().text("the index is not signed, and cannot be judged by its platforms: ");
  const judged = countJudged(index);
  if (index.problem.length > 0) {
    if (index.problemPath.length > 0) reason.foreign(index.problemPath).text(": ");
    reason.text(index.problem);
  } else if (index.entries.length == 0) reason.text("it lists no image");
  else if (judged == 0) reason.text("it lists no image for any platform");
  else if (judged > PLATFORMS) {
    reason
      .text("it has ")
      .number(judged)
      .text(" of them, and at most ")
      .number(PLATFORMS)
      .text(" are judged");
  } else return null;
  return new Verdict(false, Code.PlatformRejected, reason.text("; sign the index itself").done());
}

function countJudged(index: ImageIndex): i32 {
  let judged = 0;
  for (let i = 0; i < index.entries.length; i++) if (!index.entries[i].isForNoPlatform) judged++;
  return judged;
}

/** The refusal of the index because of a platform. "Could not ask" stays "could not ask". */
function refusal(platform: Platform, verdict: Verdict): Verdict {
  const reason = new Reason()
    .own(platform.name())
    .text(" of the index is not accepted: ")
    .own(verdict.reason);
  const code = platform.couldNotAsk() ? verdict.code : Code.PlatformRejected;
  return new Verdict(false, code, reason.done());
}

function withItems(verdict: Verdict, items: Array<ItemOutcome>): Verdict {
  verdict.items = items;
  return verdict;
}

function isSame(a: Bytes | null, b: Bytes | null): bool {
  return a !== null && b !== null && a.equals(b);
}
