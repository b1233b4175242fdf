// The canonical ABI (component-model CanonicalABI.md): how the records of wit/verifier.wit lie in memory, and nothing
// else. Fields stand in WIT order at natural alignment; a string or list is a pointer and a length; an option, result
// or variant is a tag byte and its payload at the payload's alignment.

import { Bytes } from "./bytes/bytes";
import { Message } from "./hash/message";
import { Reference } from "./image/reference";
import { Place } from "./json/place";
import { JsonReader } from "./json/reader";
import { Finding } from "./policy/finding";
import { Candidate } from "./policy/scopes";
import { KeyState } from "./policy/seal";
import { Policy } from "./policy/types";
import { realloc } from "./runtime/arena";
import { Annotation, Answer, Evidence, Item, ItemKind, Request, Unavailable } from "./verify/evidence";
import { Explained, Explanation } from "./verify/explain";
import { ItemOutcome, Judgement } from "./verify/judgement";
import { Image } from "./verify/subject";
import { Outcome } from "./verify/verify";

export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, newSize: usize): usize {
  return realloc(old, oldSize, alignment, newSize);
}

/** Zeroed memory for a record, or for a list of them. */
function allocate(size: i32): usize {
  return Bytes.alloc(size).start;
}

/** A string or a list of bytes as the host passed it. */
export function lift(start: usize, length: i32): Bytes {
  assert(length >= 0);
  return new Bytes(start, length);
}

function liftAt(at: usize): Bytes {
  return lift(load<u32>(at), load<i32>(at, 4));
}

// --- arguments ---------------------------------------------------------------------------------

const EVIDENCE_SIZE: i32 = 48;
const ANNOTATION_SIZE: i32 = 16;

export function liftEvidence(start: usize, count: i32): Evidence {
  const out = new Evidence();
  for (let i = 0; i < count; i++) {
    const at = start + i * EVIDENCE_SIZE;
    const payload = at + 4;
    switch (load<u8>(at)) {
      case 0: {
        const item = liftItem(payload);
        if (item.kind == ItemKind.SimpleSigning) out.signatures.push(item);
        else out.answers.push(new Answer(<i32>item.kind, item.reference, item, null));
        break;
      }
      case 1:
        out.answers.push(new Answer(load<u8>(payload), liftAt(payload + 4), null, null));
        break;
      default: {
        const unavailable = new Unavailable(load<u8>(payload, 12), liftAt(payload + 16));
        out.answers.push(new Answer(load<u8>(payload), liftAt(payload + 4), null, unavailable));
      }
    }
  }
  return out;
}

function liftItem(at: usize): Item {
  const annotations: Array<Annotation> = [];
  const start = <usize>load<u32>(at, 20);
  const count = load<i32>(at, 24);
  for (let i = 0; i < count; i++) {
    const annotation = start + i * ANNOTATION_SIZE;
    annotations.push(new Annotation(liftAt(annotation), liftAt(annotation + 8)));
  }
  return new Item(
    load<u8>(at),
    liftAt(at + 4),
    liftAt(at + 12),
    annotations,
    Message.holding(liftAt(at + 28)),
    liftAt(at + 36),
  );
}

// --- results -----------------------------------------------------------------------------------

function storeBytes(at: usize, bytes: Bytes): void {
  store<u32>(at, <u32>bytes.start);
  store<u32>(at, bytes.length, 4);
}

function storeText(at: usize, literal: string): void {
  storeBytes(at, Bytes.of(literal));
}

/** `option<string>`: 12 bytes. */
function storeOption(at: usize, bytes: Bytes | null): void {
  if (bytes === null) return;
  store<u8>(at, 1);
  storeBytes(at + 4, bytes);
}

/** Stores a list's pointer and length at `at` and returns where its elements go. */
function storeList(at: usize, count: i32, elementSize: i32): usize {
  const elements = allocate(count * elementSize);
  store<u32>(at, <u32>elements);
  store<u32>(at, count, 4);
  return elements;
}

function storeStrings(at: usize, strings: Array<Bytes>): void {
  const elements = storeList(at, strings.length, 8);
  for (let i = 0; i < strings.length; i++) storeBytes(elements + 8 * i, strings[i]);
}

/** `result<list<string>, policy-error>` */
export function lowerLoaded(reader: JsonReader, policy: Policy): usize {
  const at = allocate(28);
  const payload = at + 4;
  if (!reader.failed()) {
    const files = storeList(payload, policy.files.length, 8);
    for (let i = 0; i < policy.files.length; i++) storeBytes(files + 8 * i, policy.files[i].path);
    return at;
  }
  const place = new Place(reader.text).to(reader.failureAt);
  store<u8>(at, 1);
  store<u32>(payload, place.line);
  store<u32>(payload, place.column, 4);
  storeBytes(payload + 8, reader.failurePath);
  storeText(payload + 16, reader.failure);
  return at;
}

/** `policy-summary` */
export function lowerSummary(
  policy: Policy,
  digest: Bytes,
  keys: Array<KeyState>,
  findings: Array<Finding>,
): usize {
  const at = allocate(24);
  storeBytes(at, digest);
  const place = new Place(policy.text);
  const keyList = storeList(at + 8, keys.length, 44);
  for (let i = 0; i < keys.length; i++) storeKey(keyList + 44 * i, place, keys[i]);
  const findingList = storeList(at + 16, findings.length, 44);
  for (let i = 0; i < findings.length; i++) storeFinding(findingList + 44 * i, place, findings[i]);
  return at;
}

function storeKey(at: usize, place: Place, key: KeyState): void {
  place.to(key.material.offset);
  store<u32>(at, place.line);
  store<u32>(at, place.column, 4);
  storeBytes(at + 8, key.path);
  const file = key.material.file;
  if (file !== null) storeBytes(at + 16, file.path);
  storeOption(at + 24, key.fingerprint);
  storeText(at + 36, key.problem);
}

function storeFinding(at: usize, place: Place, finding: Finding): void {
  place.to(finding.offset);
  store<u8>(at, <u8>finding.severity);
  storeText(at + 4, finding.id);
  store<u32>(at, place.line, 12);
  store<u32>(at, place.column, 16);
  storeBytes(at + 20, finding.path);
  storeBytes(at + 28, finding.message);
  storeBytes(at + 36, finding.advice);
}

/** `outcome` */
export function lowerOutcome(outcome: Outcome, policyDigest: Bytes): usize {
  const at = allocate(80);
  const judgement = outcome.judgement;
  if (judgement !== null) {
    storeJudgement(at + 4, judgement, policyDigest);
    return at;
  }
  store<u8>(at, 1);
  const requests = storeList(at + 4, outcome.wanted.length, 40);
  for (let i = 0; i < outcome.wanted.length; i++) storeRequest(requests + 40 * i, outcome.wanted[i]);
  return at;
}

function storeJudgement(at: usize, judgement: Judgement, policyDigest: Bytes): void {
  store<u8>(at, judgement.ok ? 1 : 0);
  store<u8>(at, <u8>judgement.code, 1);
  storeBytes(at + 4, judgement.reason);
  storeBytes(at + 12, judgement.name);
  storeBytes(at + 20, judgement.digest);
  storeBytes(at + 28, judgement.transport);
  storeBytes(at + 36, judgement.scope);
  store<u32>(at, judgement.requirement, 44);
  storeOption(at + 48, judgement.signer);
  const items = storeList(at + 60, judgement.items.length, 20);
  for (let i = 0; i < judgement.items.length; i++) storeItemOutcome(items + 20 * i, judgement.items[i]);
  storeBytes(at + 68, policyDigest);
}

function storeItemOutcome(at: usize, outcome: ItemOutcome): void {
  storeBytes(at, outcome.origin);
  store<u8>(at, outcome.ok ? 1 : 0, 8);
  store<u8>(at, <u8>outcome.code, 9);
  storeBytes(at + 12, outcome.reason);
}

function storeRequest(at: usize, request: Request): void {
  store<u8>(at, <u8>request.kind);
  storeBytes(at + 4, request.registry);
  storeBytes(at + 12, request.repository);
  storeBytes(at + 20, request.reference);
  const types = storeList(at + 28, request.mediaTypes.length, 8);
  for (let i = 0; i < request.mediaTypes.length; i++) storeText(types + 8 * i, request.mediaTypes[i]);
  store<u32>(at, request.maxBytes, 36);
}

/** `result<explanation, refusal>` */
export function lowerExplained(explained: Explained): usize {
  const at = allocate(76);
  const explanation = explained.explanation;
  if (explanation !== null) {
    storeExplanation(at + 4, explanation);
    return at;
  }
  const refusal = explained.refusal!;
  store<u8>(at, 1);
  store<u8>(at, <u8>refusal.code, 4);
  storeBytes(at + 8, refusal.reason);
  return at;
}

function storeExplanation(at: usize, explanation: Explanation): void {
  const reference = explanation.reference;
  if (reference !== null) {
    store<u8>(at, 1);
    storeReference(at + 4, reference);
  }
  const candidates = storeList(at + 52, explanation.candidates.length, 20);
  for (let i = 0; i < explanation.candidates.length; i++)
    storeCandidate(candidates + 20 * i, explanation.candidates[i]);
  store<u32>(at, explanation.applies, 60);
  storeStrings(at + 64, explanation.requirements);
}

function storeReference(at: usize, reference: Reference): void {
  storeBytes(at, reference.toBytes());
  storeBytes(at + 8, reference.domain);
  storeBytes(at + 16, reference.path);
  storeOption(at + 24, reference.tag);
  storeOption(at + 36, reference.digest);
}

function storeCandidate(at: usize, candidate: Candidate): void {
  storeBytes(at, candidate.transport);
  storeBytes(at + 8, candidate.scope);
  store<u8>(at, candidate.extension ? 1 : 0, 16);
  store<u8>(at, candidate.list !== null ? 1 : 0, 17);
}

/** The nine values an `image` record is flattened to. */
export function liftImage(
  transportStart: usize,
  transportLength: i32,
  nameStart: usize,
  nameLength: i32,
  mode: i32,
  digestStart: usize,
  digestLength: i32,
  descriptorStart: usize,
  descriptorLength: i32,
): Image {
  return new Image(
    lift(transportStart, transportLength),
    lift(nameStart, nameLength),
    mode,
    lift(digestStart, digestLength),
    lift(descriptorStart, descriptorLength),
  );
}
