// npm test [-- --only SUITE,…]: builds what is out of date, runs every suite, two at a time, and ends with the line
// `N passed, N failed` (and `, N skipped`). A suite without tests is a failure; in CI a skipped test is one, too.
import { parseArgs } from "node:util";

import { ensureBuilt } from "./build.mjs";
import { Failure, main, say } from "./command.mjs";
import { ensurePeers, versionLines } from "./peers.mjs";
import { SUITES } from "./test/suites.mjs";
import { Tally, totalsLine } from "./test/tally.mjs";

const CI = Boolean(process.env.CI);

async function test() {
  const names = chosenSuites();
  await ensureBuilt();
  if (names.includes("e2e")) await preparePeers();

  const waiting = [...names];
  const tallies = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      tallies.push(await runSuite(name));
  };
  await Promise.all([lane(), lane()]);

  const totals = sum(tallies);
  process.stdout.write(`${totalsLine(totals)}\n`);
  return totals.failed === 0 ? 0 : 1;
}

function chosenSuites() {
  const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
  const names = only?.split(",") ?? Object.keys(SUITES);
  const unknown = names.find((name) => !(name in SUITES));
  if (unknown === undefined) return names;
  throw new Failure(`there is no suite ${JSON.stringify(unknown)}, but ${Object.keys(SUITES).join(", ")}`);
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
  tally.say(`${totalsLine(tally)} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return tally;
}

function sum(tallies) {
  const add = (member) => tallies.reduce((total, tally) => total + tally[member], 0);
  return { passed: add("passed"), failed: add("failed"), skipped: add("skipped") };
}

await main(test);
