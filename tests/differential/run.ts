// The same signatures judged by the core and by others; whoever disagrees is reported with all that it takes to repeat it.

import { ecdsaSubject } from "./ecdsa.js";
import { ed25519Subject, rsaSubject } from "./others.js";
import { Randomness } from "./randomness.js";
import type { Case, Subject } from "./subject.js";

export interface Effort {
  /** Verifications of signatures that are good, or have one bit or one key that is not, against node:crypto. */
  readonly random: number;
  /** Of signatures with numbers at the edges of their range. */
  readonly edge: number;
  /** How many of all these @noble/curves and the plain implementation judge too. */
  readonly others: number;
  readonly seed: string;
}

export interface Outcome {
  readonly valid: number;
  readonly invalid: number;
  readonly byOthers: number;
  readonly mismatches: string[];
}

/** Of a hundred verifications. What is used most is tried most; what costs most, least. */
const SHARES: [share: number, subject: (random: Randomness) => Subject][] = [
  [90, (random) => ecdsaSubject("P-256", random)],
  [5, (random) => ecdsaSubject("P-384", random)],
  [1, (random) => ecdsaSubject("P-521", random)],
  [2, ed25519Subject],
  [2, rsaSubject],
];

/** Verifications by one key before another takes its place. */
const PER_KEY = 500;

export function runDifferential(effort: Effort): Outcome {
  const outcome = { valid: 0, invalid: 0, byOthers: 0, mismatches: [] as string[] };
  const random = new Randomness(effort.seed);
  const total = effort.random + effort.edge;
  const everyOther = Math.max(1, Math.floor(total / Math.max(1, effort.others)));
  let at = 0;
  for (const [share, makeSubject] of SHARES) {
    const edges = Math.ceil((effort.edge * share) / 100);
    const count = Math.ceil((effort.random * share) / 100) + edges;
    let subject = makeSubject(random);
    let stranger = makeSubject(random);
    for (let i = 0; i < count; i++) {
      if (i % PER_KEY === PER_KEY - 1) [subject, stranger] = [stranger, makeSubject(random)];
      const message = random.bytes(random.below(300));
      const signature = (random.below(8) === 0 ? stranger : subject).sign(message);
      const one = {
        message,
        signature: i < edges ? subject.edge(signature) : oneBitWrong(signature, random),
      };
      judge(subject, one, at++ % everyOther === 0, outcome);
    }
  }
  return outcome;
}

/** Half of the time as it is. */
function oneBitWrong(signature: Buffer, random: Randomness): Buffer {
  const bit = random.below(16 * signature.length);
  const byte = bit >> 3;
  if (byte >= signature.length) return signature;
  const wrong = Buffer.from(signature);
  wrong[byte] = (wrong[byte] ?? 0) ^ (1 << (bit & 7));
  return wrong;
}

function judge(
  subject: Subject,
  one: Case,
  byOthers: boolean,
  outcome: { valid: number; invalid: number; byOthers: number; mismatches: string[] },
): void {
  const expected = subject.node(one);
  outcome[expected ? "valid" : "invalid"]++;
  const verdicts = subject.ours(one);
  if (byOthers && subject.noble !== undefined) {
    outcome.byOthers++;
    verdicts.push(subject.noble(one));
    if (subject.plain !== undefined) verdicts.push(subject.plain(one));
  }
  if (verdicts.every((verdict) => verdict === expected)) return;
  outcome.mismatches.push(
    `${subject.name}: node:crypto says ${expected}, others ${verdicts.join(", ")}; message ` +
      `${one.message.toString("hex")} signature ${one.signature.toString("hex")}`,
  );
}
