// npm run differential: random and edge verifications by the core and by node:crypto, some of them by others, too.
// Exit code 0: all agree. 1: somebody disagrees. 2: usage.

import { readArguments, wholeNumber } from "../support/own-arguments.js";
import { type Effort, runDifferential } from "./run.js";

const HELP = `usage: npm run differential -- [--count N] [--edge N] [--others N] [--seed TEXT]

Has the core and node:crypto verify the same signatures by ECDSA, RSA and Ed25519, valid ones and ones with a wrong bit
or key; @noble/curves and a plain implementation verify some of them, too. Without options: the nightly run.

  --count N    how many signatures (1000000)
  --edge N     how many more with numbers at the edges of their range (10000)
  --others N   how many of these the other two verify, too (5000)
  --seed TEXT  what they are made from; the same seed, the same signatures (the date, and printed)
  --help       print this

Exit status 0 if all agree, 1 if somebody disagrees, 2 for wrong arguments.
`;

process.exitCode = main();

function main(): number {
  const effort = givenEffort();
  const { valid, invalid, byOthers, mismatches } = runDifferential(effort);
  for (const mismatch of mismatches) process.stdout.write(`${mismatch}\n`);
  process.stdout.write(
    `seed ${effort.seed}: ${valid} valid and ${invalid} invalid signatures, ${byOthers} judged by others too, ` +
      `${mismatches.length} disagreements\n`,
  );
  return mismatches.length === 0 ? 0 : 1;
}

function givenEffort(): Effort {
  const options = {
    count: { type: "string", default: "1000000" },
    edge: { type: "string", default: "10000" },
    others: { type: "string", default: "5000" },
    seed: { type: "string", default: new Date().toISOString().slice(0, 10) },
  } as const;
  return readArguments("differential", HELP, options, ({ count, edge, others, seed }) => ({
    random: wholeNumber("count", count, 0),
    edge: wholeNumber("edge", edge, 0),
    others: wholeNumber("others", others, 0),
    seed,
  }));
}
