// npm run differential -- [--count N] [--edge N] [--others N] [--seed TEXT]
//
// Random and edge verifications by the core and by node:crypto, some of them by @noble/curves and the plain
// implementation too. Without arguments what is due every night.
// Exit code 0: all agree. 1: somebody disagrees. 2: usage.

import { parseArgs } from "node:util";
import { runDifferential } from "./run.js";

process.exitCode = main();

function main(): number {
  let values: { count?: string; edge?: string; others?: string; seed?: string };
  try {
    const option = { type: "string" } as const;
    ({ values } = parseArgs({ options: { count: option, edge: option, others: option, seed: option } }));
  } catch (error) {
    process.stderr.write(`differential: ${(error as Error).message}\n`);
    return 2;
  }
  const effort = {
    random: Number(values.count ?? 1_000_000),
    edge: Number(values.edge ?? 10_000),
    others: Number(values.others ?? 5_000),
    seed: values.seed ?? new Date().toISOString().slice(0, 10),
  };
  if (
    ![effort.random, effort.edge, effort.others].every((count) => Number.isSafeInteger(count) && count >= 0)
  ) {
    process.stderr.write("differential: counts are whole numbers\n");
    return 2;
  }
  const { valid, invalid, byOthers, mismatches } = runDifferential(effort);
  for (const mismatch of mismatches) process.stdout.write(`${mismatch}\n`);
  process.stdout.write(
    `seed ${effort.seed}: ${valid} valid and ${invalid} invalid signatures, ${byOthers} judged by others too, ` +
      `${mismatches.length} disagreements\n`,
  );
  return mismatches.length === 0 ? 0 : 1;
}
