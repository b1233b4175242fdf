// npm run oracle: pairs of a policy and an image, judged by skopeo and by
// us in the same registry. Exit code 0: all as expected. 1: something differs, or cannot be run. 2: usage.
import { readArguments, wholeNumber } from "../support/own-arguments.js";
import { findPeers } from "../support/peers/peers.js";
import { jsonLine, rowLine, Totals, totalsText } from "./report.js";
import { runPairs } from "./run.js";
import { Stage } from "./stage.js";

const HELP = `usage: npm run oracle -- [--pairs N] [--seed N] [--parallel N] [--table] [--json]

Composes policies and images from a seed, puts the images into a registry, and has each pair judged by skopeo and by
countersign. Their verdicts must be equal, or differ as a rule in tests/conformance/exceptions.ts says.

  --pairs N     how many pairs (100)
  --seed N      the same seed gives the same pairs (default: a new one, which is printed)
  --parallel N  how many are judged at once (4)
  --table       print a line for each pair: its number, both verdicts, and what it is
  --json        print one line of JSON: {"seed","total","passed","failed","excepted","upstream","rules"}
  --help        print this

Needs root and Debian on x64, as the end-to-end tests do (CONTRIBUTING.md). Exit status 0 if no pair differs, 1 if one
does or could not be judged, 2 for wrong arguments.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = givenOptions();
  const peers = findPeers();
  if ("unavailable" in peers) {
    process.stderr.write(`oracle: ${peers.unavailable}\n`);
    return 1;
  }
  process.stderr.write(
    `oracle: ${options.pairs} pairs from seed ${options.seed}, skopeo ${peers.versions["skopeo"]}\n`,
  );
  const totals = new Totals(options.seed);
  const stage = await Stage.start(peers);
  try {
    await runPairs(stage, options, (row) => {
      totals.add(row);
      if (row.failure !== undefined) process.stderr.write(`${rowLine(row)}\n`);
    });
  } finally {
    await stage.stop();
  }
  if (options.table) process.stdout.write(`${totals.rows.map(rowLine).join("\n")}\n`);
  process.stdout.write(`${options.json ? jsonLine(totals) : totalsText(totals)}\n`);
  return totals.failed > 0 || totals.rows.length !== options.pairs ? 1 : 0;
}

interface Options {
  readonly pairs: number;
  readonly seed: number;
  readonly parallel: number;
  readonly table: boolean;
  readonly json: boolean;
}

function givenOptions(): Options {
  const options = {
    pairs: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    parallel: { type: "string", default: "4" },
    table: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  } as const;
  return readArguments("oracle", HELP, options, ({ pairs, seed, parallel, table, json }) => ({
    pairs: wholeNumber("pairs", pairs, 1),
    seed: wholeNumber("seed", seed, 0),
    parallel: wholeNumber("parallel", parallel, 1),
    table,
    json,
  }));
}
