// The suites of `npm test`, in the order in which they start. Each counts into its tally.
import { run } from "../command.mjs";
import { holdToList } from "./listed.mjs";
import { runNodeTests } from "./node-test.mjs";

export const SUITES = {
  core: runSpecs,
  unit: (tally) => runNodeTests(tally, "dist/tests/host"),
  conformance: runConformance,
  checks: (tally) => runNodeTests(tally, "dist/tests/checks"),
  e2e: runE2e,
};

/** The core's own specs, which as-pect runs in WebAssembly. */
async function runSpecs(tally) {
  const { status, output } = await run(process.execPath, ["scripts/run-specs.mjs"]);
  const [, passed, total] = /^specs of the core: (\d+) of (\d+) passed$/m.exec(output) ?? [0, 0, 0];
  tally.pass(Number(passed));
  if (Number(total) > Number(passed)) tally.fail(`${total - passed} specs`, output, total - passed);
  else if (status !== 0) tally.fail("the specs did not run", output);
}

/** The runner's own tests, then upstream's verdicts; a case under a rule of the exceptions file is one that does as that rule says. */
async function runConformance(tally) {
  await runNodeTests(tally, "dist/tests/conformance");
  const { status, output } = await run(process.execPath, ["dist/tests/conformance/main.js", "--json"]);
  const lines = output.trimEnd().split("\n");
  const totals = lines.at(-1)?.startsWith("{")
    ? JSON.parse(lines.pop())
    : { total: -1, passed: 0, excepted: 0, failed: 0 };
  tally.pass(totals.passed + totals.excepted);
  if (totals.failed > 0) tally.fail(`${totals.failed} cases`, lines.join("\n"), totals.failed);
  else if (totals.total === 0) tally.skip("all cases", lines.join("\n"));
  else if (status !== 0) tally.fail("the cases did not run", lines.join("\n"));
}

/** Tests with real programs. */
async function runE2e(tally) {
  const ran = await runNodeTests(tally, "dist/tests/e2e");
  const { status, output } = await run(process.execPath, ["dist/tests/e2e/listed.js"]);
  if (status !== 0) tally.fail("the scenarios could not be counted", output);
  else holdToList(tally, JSON.parse(output), ran, Boolean(process.env.CI));
}
