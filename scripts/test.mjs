// npm test: what USAGE says.
import { readArguments, WrongArgument } from "./arguments.mjs";
import { Failure, main, say } from "./command.mjs";
import { ensurePeers, versionLines } from "./peers.mjs";
import { SUITES } from "./test/suites.mjs";
import { Tally } from "./test/tally.mjs";
import { endWithTotals } from "./test/totals.mjs";

const CI = Boolean(process.env.CI);
const USAGE = `usage: npm test [-- --only SUITE,…]

Builds what is out of date, runs the suites, two at a time, and ends with the line "N passed, N failed" (and ", N
skipped"). A suite without tests is a failure; in CI (CI is set) a skipped test is one, too.

  --only SUITE,…  those alone: ${Object.keys(SUITES).join(", ")} (CONTRIBUTING.md says what they are)
  --help          print this

Exit status 0 if nothing failed, 1 if something did, 2 for wrong arguments.
`;

/** Runs suites by name, two at a time, for two processors; resolves to their totals. */
async function runSuites(names) {
  if (names.includes("e2e")) await preparePeers();
  const waiting = [...names];
  const tallies = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      tallies.push(await runSuite(name));
  };
  await Promise.all([lane(), lane()]);
  return sum(tallies);
}

function chosenSuites() {
  const all = Object.keys(SUITES);
  const { only } = readArguments("npm test", USAGE, { only: { type: "string" } }, ({ only }) => {
    const unknown = only?.split(",").find((name) => !all.includes(name));
    if (unknown !== undefined)
      throw new WrongArgument(`there is no suite ${JSON.stringify(unknown)}, but ${all.join(", ")}`);
  });
  return only?.split(",") ?? all;
}

/** Before the suites that need them, for they would otherwise fetch them at the same time. */
async function preparePeers() {
  try {
    say(versionLines((await ensurePeers()).versions).join(", "));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
  }
}

async function runSuite(name) {
  const tally = new Tally(name);
  const start = performance.now();
  await SUITES[name](tally);
  if (tally.passed + tally.failed + tally.skipped === 0) tally.fail("this suite", "not one test was run");
  if (CI && tally.skipped > 0) tally.fail(`${tally.skipped} skipped`, "in CI everything has to run");
  tally.conclude((performance.now() - start) / 1000);
  return tally;
}

function sum(tallies) {
  const add = (member) => tallies.reduce((total, tally) => total + tally[member], 0);
  return { passed: add("passed"), failed: add("failed"), skipped: add("skipped") };
}

await main(async () => {
  const names = chosenSuites();
  return await endWithTotals(() => runSuites(names));
});
