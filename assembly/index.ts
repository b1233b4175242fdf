// The component's exports (wit/verifier.wit): lift the arguments, call, lower the result. No logic.
//
// One instance holds one policy. Everything up to `seal` stays; what a call after it allocates, its arguments
// included, is given back when the host has read the result.

import {
  lift,
  liftEvidence,
  liftImage,
  lowerExplained,
  lowerLoaded,
  lowerOutcome,
  lowerSummary,
} from "./abi";
import { Bytes } from "./bytes/bytes";
import { JsonReader } from "./json/reader";
import { policyDigest } from "./policy/digest";
import { findingsOf } from "./policy/findings";
import { readPolicy } from "./policy/parse";
import { readKeys } from "./policy/seal";
import { Policy } from "./policy/types";
import { mark, release } from "./runtime/arena";
import { makeTables } from "./sig/known-keys";
import { Evidence } from "./verify/evidence";
import { explainImage } from "./verify/explain";
import { judgeImage } from "./verify/verify";

export { cabi_realloc } from "./abi";

let policy: Policy | null = null;
let digest: Bytes | null = null;
/** Top of what stays; 0 until the policy is sealed. */
let watermark: usize = 0;

export function load(start: usize, length: i32): usize {
  assert(policy === null);
  const reader = new JsonReader(lift(start, length));
  const loaded = readPolicy(reader);
  if (!reader.failed()) policy = loaded;
  return lowerLoaded(reader, loaded);
}

export function provide(
  pathStart: usize,
  pathLength: i32,
  isSome: i32,
  contentStart: usize,
  contentLength: i32,
): void {
  assert(policy !== null && watermark == 0);
  const file = policy!.fileByPath.get(lift(pathStart, pathLength));
  if (file !== null && isSome) file.content = lift(contentStart, contentLength);
}

export function seal(): usize {
  assert(policy !== null && watermark == 0);
  const sealed = policy!;
  const keys = readKeys(sealed);
  digest = policyDigest(sealed);
  // What follows is for the host to read, once.
  watermark = mark();
  return lowerSummary(sealed, digest!, keys, findingsOf(sealed, keys));
}

/** Works on the tables of keys that were used often. It allocates nothing: there is no call to give it back after. */
export function idle(budget: u32): i32 {
  return watermark != 0 && makeTables(budget) ? 1 : 0;
}

export function plan(
  transportStart: usize,
  transportLength: i32,
  nameStart: usize,
  nameLength: i32,
  mode: i32,
  digestStart: usize,
  digestLength: i32,
  descriptorStart: usize,
  descriptorLength: i32,
): usize {
  assert(watermark != 0);
  const image = liftImage(
    transportStart,
    transportLength,
    nameStart,
    nameLength,
    mode,
    digestStart,
    digestLength,
    descriptorStart,
    descriptorLength,
  );
  return lowerOutcome(judgeImage(policy!, image, new Evidence(), 0), digest!);
}

export function judge(
  transportStart: usize,
  transportLength: i32,
  nameStart: usize,
  nameLength: i32,
  mode: i32,
  digestStart: usize,
  digestLength: i32,
  descriptorStart: usize,
  descriptorLength: i32,
  evidenceStart: usize,
  evidenceCount: i32,
  now: u64,
): usize {
  assert(watermark != 0);
  const image = liftImage(
    transportStart,
    transportLength,
    nameStart,
    nameLength,
    mode,
    digestStart,
    digestLength,
    descriptorStart,
    descriptorLength,
  );
  return lowerOutcome(judgeImage(policy!, image, liftEvidence(evidenceStart, evidenceCount), now), digest!);
}

export function explain(
  transportStart: usize,
  transportLength: i32,
  nameStart: usize,
  nameLength: i32,
  mode: i32,
  digestStart: usize,
  digestLength: i32,
  descriptorStart: usize,
  descriptorLength: i32,
): usize {
  assert(watermark != 0);
  const image = liftImage(
    transportStart,
    transportLength,
    nameStart,
    nameLength,
    mode,
    digestStart,
    digestLength,
    descriptorStart,
    descriptorLength,
  );
  return lowerExplained(explainImage(policy!, image));
}

export function seal_post(_result: usize): void {
  releaseCall();
}

export function plan_post(_result: usize): void {
  releaseCall();
}

export function judge_post(_result: usize): void {
  releaseCall();
}

export function explain_post(_result: usize): void {
  releaseCall();
}

function releaseCall(): void {
  release(watermark);
  watermark = mark();
}
