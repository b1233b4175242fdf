// npm run check: everything that can be checked without running the product. One line per check; the last is `N passed,
// N failed`.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { readArguments } from "./arguments.mjs";
import { main, run } from "./command.mjs";
import { runNodeTests } from "./test/node-test.mjs";
import { Tally, totalsLine } from "./test/tally.mjs";
import { endWithTotals } from "./test/totals.mjs";

const USAGE = `usage: npm run check

Checks format, lint, types, generated code, and the rules of tests/checks: everything that does not run the product.

  --help  print this

The last line is "N passed, N failed". Exit status 0 if nothing failed, 1 if something did, 2 for wrong arguments.
`;

const bin = (name) => resolve("node_modules/.bin", name);
const tool = (name, args, cwd) => run(bin(name), args, { cwd });

/** Each resolves to `{status, output}`; the output is shown if the status is not 0. */
const CHECKS = [
  ["format and lint", () => tool("biome", ["ci", "--colors=off", "."])],
  ["types of host and tests", () => tool("tsc", ["--noEmit", "-p", "tsconfig.json"])],
  ["types of the core", () => tool("tsc", ["-p", "assembly/tsconfig.json"])],
  ["proto lint", () => tool("buf", ["lint"], "proto")],
  ["generated code is current", regenerate],
  ["import direction and the other rules of tests/checks", rules],
];

/** Generates the code again, elsewhere, and compares. */
async function regenerate() {
  const folder = await mkdtemp(join(tmpdir(), "countersign-generated-"));
  try {
    // buf.gen.yaml writes to ../host/server/generated, seen from here.
    await mkdir(join(folder, "proto"));
    const { status, output } = await tool("buf", ["generate", "-o", join(folder, "proto")], "proto");
    if (status !== 0) return { status, output };
    return await run("diff", ["-r", join(folder, "host/server/generated"), "host/server/generated"]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function rules() {
  const tally = new Tally("checks");
  await runNodeTests(tally, "dist/tests/checks");
  const { passed, failed, skipped } = tally;
  return { status: passed > 0 && failed + skipped === 0 ? 0 : 1, output: totalsLine(tally) };
}

async function runChecks() {
  const tally = new Tally("check");
  for (const [name, check] of CHECKS) {
    const { status, output } = await check();
    if (status !== 0) tally.fail(name, output);
    else {
      tally.pass();
      tally.say(`ok ${name}`);
    }
  }
  return tally;
}

await main(() => {
  readArguments("npm run check", USAGE);
  return endWithTotals(runChecks);
});
