// Judges pairs by skopeo and by us, and compares: equal, or as a rule of the exceptions file says.
import type { Case } from "../conformance/corpus.js";
import type { Rule } from "../conformance/rule.js";
import { Subject } from "../conformance/subject.js";
import type { Observation } from "../conformance/suite.js";
import { compare, type Failure, failed, ruleFor, type Verdict } from "../conformance/verdict.js";
import { type BuiltImage, buildImage, type StoredSignature } from "./image.js";
import { type AskedPolicy, describePair, pairsFrom } from "./pair.js";
import { writePolicy } from "./policy.js";
import type { Stage, Verdicts } from "./stage.js";

export const SUITE = "skopeo";

/** A pair and what became of it. */
export interface Row {
  readonly number: number;
  readonly pair: string;
  readonly upstream: string;
  readonly ours: string;
  readonly as: Verdict["as"];
  readonly rule: Rule | undefined;
  readonly failure: Omit<Failure, "suite"> | undefined;
}

/** `onRow` is called as pairs are judged, in no particular order. */
export async function runPairs(
  stage: Stage,
  { seed, pairs, parallel }: { seed: number; pairs: number; parallel: number },
  onRow: (row: Row) => void,
): Promise<void> {
  const subject = new Subject("/");
  const all = pairsFrom(seed, pairs);
  let next = 0;
  let first = 0;
  const starts = all.map(({ asked }) => {
    const start = first;
    first += asked.length;
    return start;
  });
  const lane = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) {
      const { image: recipe, asked } = all[i] as (typeof all)[number];
      const image = buildImage(recipe, i, stage);
      await stage.publish(image);
      for (const [k, one] of asked.entries())
        onRow(await judgePair(stage, subject, image, one, (starts[i] ?? 0) + k));
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

async function judgePair(
  stage: Stage,
  subject: Subject,
  image: BuiltImage,
  asked: AskedPolicy,
  number: number,
): Promise<Row> {
  // By the digest of an index upstream judges a platform under a name that is not its own.
  const isByTag = asked.by === "tag" || image.platforms.length > 0;
  const reference = isByTag ? `${image.name}:${image.tag}` : `${image.name}@${image.content.digest}`;
  const key = (name: Parameters<Stage["key"]>[0]) => stage.key(name);
  const policy = writePolicy(asked.policy, { image, reference, key, authorities: stage.authorities });
  const pair = describePair(image.recipe, asked);
  try {
    const verdicts = await stage.judge(policy, reference);
    const test = caseOf(number, { policy, reference, image, verdicts });
    const { verdict, rule } = verdictOn(test, verdicts, subject);
    const failure = verdict.as === "failed" ? { ...verdict.failure, note: policy } : undefined;
    const upstream = verdicts.upstream.is;
    return { number, pair, upstream, ours: verdicts.ours.code, as: verdict.as, rule, failure };
  } catch (error) {
    const verdict = failed({ id: `${number}` }, "two verdicts", String(error));
    const failure = verdict.as === "failed" ? { ...verdict.failure, note: policy } : undefined;
    return { number, pair, upstream: "none", ours: "none", as: "failed", rule: undefined, failure };
  }
}

/** The pair as a case of the conformance suite, for its rules. */
function caseOf(
  number: number,
  pair: { policy: string; reference: string; image: BuiltImage; verdicts: Verdicts },
): Case {
  const { content, signatures, platforms, recipe } = pair.image;
  // In anything else under the tag neither side looks for signatures.
  const found = (all: typeof signatures) => (recipe.tagged === "a manifest" ? all.map(inBase64) : []);
  const { upstream } = pair.verdicts;
  return {
    id: `${number}`,
    ...(upstream.is === "policy invalid" ? {} : { policy: JSON.parse(pair.policy) }),
    transport: "docker",
    imageReference: pair.reference,
    manifest: Buffer.from(content.bytes).toString("base64"),
    mediaType: content.mediaType,
    signatures: found(signatures),
    platforms: platforms.map((platform) => ({
      manifest: Buffer.from(platform.content.bytes).toString("base64"),
      mediaType: platform.content.mediaType,
      signatures: found(platform.signatures),
    })),
    accept: upstream.is === "allowed",
  };
}

function inBase64(signature: StoredSignature) {
  return { ...signature, payload: Buffer.from(signature.payload).toString("base64") };
}

/** What becomes of a pair on which both have spoken. */
export function verdictOn(test: Case, { upstream, ours }: Verdicts, subject: Subject) {
  const loads = (invalid: boolean, accept: boolean) => (invalid ? { valid: false } : { accept });
  const observation: Observation = {
    upstream: loads(upstream.is === "policy invalid", upstream.is === "allowed"),
    ours: loads(ours.code === "policy-invalid", ours.ok),
    code: ours.code,
    reason: `${ours.reason} · skopeo: ${upstream.because || upstream.is}`,
  };
  const rule = upstream.is === "policy invalid" ? undefined : ruleFor(SUITE, test, subject);
  if (rule !== undefined && rule.class !== "differs") return { verdict: { as: rule.class } as const, rule };
  return { verdict: compare(test, observation, rule, subject), rule };
}
