// The verdict on an image: read top to bottom, this is containers-policy.json(5).

import { Bytes } from "../bytes/bytes";
import { Descriptor } from "../image/descriptor";
import { DOCKER_LIST, DOCKER_MANIFEST, isIndexType, OCI_INDEX, OCI_MANIFEST } from "../image/manifest";
import { Reference } from "../image/reference";
import { MANIFEST_BYTES } from "../limits";
import { applying, candidates } from "../policy/scopes";
import { Hopeless, hopeless } from "../policy/seal";
import { Policy, Requirement, RequirementKind, RequirementList } from "../policy/types";
import { Budget } from "./budget";
import { Code } from "./code";
import { collectSignatures, looseSignatures } from "./collect";
import { Evidence, Request, RequestKind } from "./evidence";
import { accept, deny, Judgement, Verdict } from "./judgement";
import { digestOf, manifestFault, manifestMissing, manifestUnavailable } from "./manifest-check";
import { Platforms } from "./platforms";
import { Question } from "./question";
import { Reason } from "./reason";
import { SearchBounds, Signatures } from "./signatures";
import { judgeSigstoreSigned } from "./sigstore-signed";
import { bindDescriptor, Image, readSubject, Subject } from "./subject";

/** Either a judgement, or what is needed for one. */
export class Outcome {
  constructor(
    readonly judgement: Judgement | null,
    readonly wanted: Array<Request>,
  ) {}
}

/** Judges an image by a sealed policy and the evidence there is; without enough of it, says what is wanted. */
export function judgeImage(policy: Policy, image: Image, evidence: Evidence, now: u64): Outcome {
  const subject = readSubject(image);
  const denied = subject.denial;
  if (denied !== null) return decided(subject, null, denied);

  const scopes = candidates(policy, subject.transport, subject.name);
  const scope = scopes[applying(scopes)];
  const list = scope.list!;
  const hopelessAt = firstHopeless(list);
  if (hopelessAt >= 0)
    return decided(subject, list, withRequirement(denyHopeless(list, hopelessAt, subject), hopelessAt));

  const wanted: Array<Request> = [];
  const manifestDenial = judgeManifest(subject, list, evidence, wanted);
  if (manifestDenial !== null) return decided(subject, list, manifestDenial);
  if (subject.descriptor === null) return new Outcome(null, wanted);

  const loose = looseSignatures(evidence);
  const signatures = list.acceptsAnything()
    ? loose
    : collectSignatures(
        subject.name.reference,
        subject.descriptor!.digest,
        evidence,
        wanted,
        loose,
        SearchBounds.forImage(),
      );
  // The evidence at hand may be enough already; only a denial has to wait for the rest.
  if (wanted.length > 0 && (manifestIsWanted(wanted, subject) || signatures.untrusted.length == 0)) {
    return new Outcome(null, wanted);
  }
  const platforms = wanted.length == 0 ? platformsOf(subject, evidence, loose) : null;
  const judgement = judgeRequirements(list, subject, signatures, platforms, now);
  if (judgement.ok) return decided(subject, list, judgement);
  if (wanted.length > 0) return new Outcome(null, wanted);
  if (platforms !== null && platforms.wanted.length > 0) return new Outcome(null, platforms.wanted);
  return decided(subject, list, judgement);
}

/** The entries of an index in a registry; null for anything else. */
function platformsOf(subject: Subject, evidence: Evidence, loose: Signatures): Platforms | null {
  const reference = subject.name.reference;
  const manifest = subject.manifest;
  if (reference === null || manifest === null) return null;
  const mediaType = subject.descriptor!.mediaType;
  if (!isIndexType(mediaType)) return null;
  return new Platforms(reference, mediaType, manifest, evidence, loose);
}

/** Whether the image's own manifest is still to be fetched: without it nothing is accepted. */
function manifestIsWanted(wanted: Array<Request>, subject: Subject): bool {
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].kind == RequestKind.Manifest && wanted[i].reference.equals(subject.descriptor!.digest))
      return true;
  }
  return false;
}

function decided(subject: Subject, list: RequirementList | null, judgement: Judgement): Outcome {
  const reference = subject.name.reference;
  judgement.name = reference === null ? subject.name.identity : reference.toBytes();
  const descriptor = subject.descriptor;
  if (descriptor !== null) judgement.digest = descriptor.digest;
  if (list !== null) {
    judgement.transport = list.transport;
    judgement.scope = list.scope;
  }
  return new Outcome(judgement, []);
}

function withRequirement(judgement: Judgement, index: i32): Judgement {
  judgement.requirement = index;
  return judgement;
}

/** Index of the first requirement that no evidence can satisfy, or -1. All must allow, so it denies at once. */
function firstHopeless(list: RequirementList): i32 {
  for (let i = 0; i < list.requirements.length; i++) {
    if (hopeless(list.requirements[i]) != Hopeless.No) return i;
  }
  return -1;
}

function denyHopeless(list: RequirementList, index: i32, subject: Subject): Judgement {
  const where = list.path(index).done();
  const reason = new Reason();
  switch (hopeless(list.requirements[index])) {
    case Hopeless.Reject:
      if (list.isDefault) {
        reason
          .text("no scope of the policy covers ")
          .foreign(nameOf(subject))
          .text(", and its default rejects every image");
      } else reason.own(where).text(" rejects every image");
      return deny(Code.RejectedByPolicy, reason.done());
    case Hopeless.KeyUnreadable:
      return deny(
        Code.KeyUnreadable,
        reason.text("a key or certificate file of ").own(where).text(" cannot be read").done(),
      );
    case Hopeless.KeyUnsupported:
      return deny(
        Code.KeyUnsupported,
        reason.text("a key of ").own(where).text(" cannot be used; see policy check").done(),
      );
    case Hopeless.TrustRootInvalid:
      return deny(
        Code.TrustRootInvalid,
        reason.text("certificates of ").own(where).text(" cannot be used; see policy check").done(),
      );
  }
  reason.own(where).text(" is of a type that is not supported: ").text(typeOf(list.requirements[index]));
  return deny(Code.RequirementUnsupported, reason.done());
}

function typeOf(requirement: Requirement): string {
  return requirement.kind == RequirementKind.SignedBy ? "signedBy" : "signedBaseLayer";
}

function nameOf(subject: Subject): Bytes {
  const reference = subject.name.reference;
  return reference === null ? subject.name.identity : reference.name;
}

/**
 * The manifest has to be there, match the descriptor, and be of a kind whose digest is that of its bytes; except where
 * everything is accepted and the digest is known. Returns a denial, or null; what is missing is added to `wanted`.
 */
function judgeManifest(
  subject: Subject,
  list: RequirementList,
  evidence: Evidence,
  wanted: Array<Request>,
): Judgement | null {
  const descriptor = subject.descriptor;
  if (descriptor !== null && list.acceptsAnything()) return null;
  const reference = subject.name.reference;
  const key = descriptor !== null ? descriptor.digest : tagOrDigest(reference);
  const answer = evidence.answer(RequestKind.Manifest, key);
  if (answer === null) {
    if (reference === null)
      return deny(Code.ManifestMissing, new Reason().text("there is no manifest to judge").done());
    wanted.push(manifestRequest(reference, key));
    return null;
  }
  const unavailable = answer.unavailable;
  if (unavailable !== null) return denial(manifestUnavailable(unavailable));
  const item = answer.item;
  if (item === null) return denial(manifestMissing(key, nameOf(subject)));
  const digest = digestOf(item);
  if (descriptor === null) {
    // The name is resolved by this very manifest.
    bindDescriptor(subject, new Descriptor(item.mediaType, digest, item.bytes.length));
    const denied = subject.denial;
    if (denied !== null) return denied;
  }
  const fault = manifestFault(subject.descriptor!, item, digest);
  if (fault !== null) return denial(fault);
  subject.manifest = item.bytes;
  return null;
}

function denial(verdict: Verdict): Judgement {
  return deny(verdict.code, verdict.reason);
}

function tagOrDigest(reference: Reference | null): Bytes {
  if (reference === null) return Bytes.NONE;
  const digest = reference.digest;
  if (digest !== null) return digest;
  const tag = reference.tag;
  return tag === null ? Bytes.NONE : tag;
}

function manifestRequest(reference: Reference, key: Bytes): Request {
  const types = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];
  return new Request(RequestKind.Manifest, reference.domain, reference.path, key, types, MANIFEST_BYTES);
}

/** Evaluates the requirements in their order. All must allow; the first that does not is the verdict. */
function judgeRequirements(
  list: RequirementList,
  subject: Subject,
  signatures: Signatures,
  platforms: Platforms | null,
  now: u64,
): Judgement {
  const question = new Question(subject.name.reference, subject.descriptor!.digest, now, new Budget());
  const verdicts: Array<Verdict> = [];
  for (let i = 0; i < list.requirements.length; i++) {
    const verdict = judgeRequirement(list, list.requirements[i], signatures, platforms, question);
    if (!verdict.allows) {
      const judgement = withRequirement(deny(verdict.code, verdict.reason), i);
      judgement.items = verdict.items;
      return judgement;
    }
    verdicts.push(verdict);
  }
  return withRequirement(accept(verdicts), list.requirements.length - 1);
}

function judgeRequirement(
  list: RequirementList,
  requirement: Requirement,
  signatures: Signatures,
  platforms: Platforms | null,
  question: Question,
): Verdict {
  if (requirement.kind == RequirementKind.InsecureAcceptAnything) {
    const reason = new Reason().own(list.path().done()).text(" accepts anything");
    return new Verdict(true, Code.AcceptedAnything, reason.done());
  }
  // Every other kind that is not hopeless.
  assert(requirement.kind == RequirementKind.SigstoreSigned && hopeless(requirement) == Hopeless.No);
  const verdict = judgeSigstoreSigned(requirement, signatures, question);
  return verdict.allows || platforms === null ? verdict : platforms.judge(requirement, verdict, question);
}
