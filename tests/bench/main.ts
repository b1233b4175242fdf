// npm run bench -- [--quick] [--json]
//
// Figures beside those of peers, measured in turns on this machine: only the ratios mean something elsewhere.
// Exit code 0: measured. 1: something could not be measured, or the daemon's memory grows. 2: usage.

import { parseArgs } from "node:util";
import { type Figure, jsonLine, tableRow } from "./figure.js";
import { measureJudge } from "./judge.js";
import { GROWTH_LIMIT, measureMemory } from "./memory.js";
import { measureP256 } from "./p256.js";
import { measurePlugin } from "./plugin.js";
import { startStage } from "./stage.js";

/** Memory after all verifications is compared with that after a tenth of them: V8 settles within the first thousand. */
const THOROUGH = { rounds: 15, turnMs: 200, executions: 15, verifications: 10_000 };
const QUICK = { rounds: 5, turnMs: 100, executions: 5, verifications: 1_000 };

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readArguments();
  if (options === undefined) return 2;
  const { rounds, turnMs, executions, verifications } = options.quick ? QUICK : THOROUGH;
  const show = (figures: Figure[]): void => {
    for (const figure of figures)
      process.stdout.write(`${options.json ? jsonLine(figure) : tableRow(figure)}\n`);
  };

  show(await measureP256({ rounds, turnMs }));
  show(await measureJudge({ rounds, turnMs }));
  const stage = await startStage();
  try {
    show(await measurePlugin(stage, { rounds: executions, turnMs: 0 }));
    const memory = await measureMemory(stage, verifications);
    show(memory);
    return !options.quick && memory.some(isLeak) ? 1 : 0;
  } finally {
    await stage.stop();
  }
}

function isLeak({ ours, theirs }: Figure): boolean {
  const growth = ours.median - (theirs?.median ?? ours.median);
  if (growth <= GROWTH_LIMIT) return false;
  process.stderr.write(`bench: the daemon grew by ${growth.toFixed(1)} MB, more than ${GROWTH_LIMIT} MB\n`);
  return true;
}

function readArguments(): { quick?: boolean; json?: boolean } | undefined {
  try {
    return parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } }).values;
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return undefined;
  }
}
