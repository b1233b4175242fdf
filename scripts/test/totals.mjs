// How npm test and npm run check end: with `N passed, N failed` (and `, N skipped`) alone on the last line.
import { ensureBuilt } from "../build.mjs";
import { Failure } from "../command.mjs";
import { Tally, totalsLine } from "./tally.mjs";

/** Builds, counts, and prints the totals that `count` resolves to; returns the exit status. */
export async function endWithTotals(count) {
  const totals = (await failedBuild()) ?? (await count());
  process.stdout.write(`${totalsLine(totals)}\n`);
  return totals.failed === 0 ? 0 : 1;
}

/** Nothing can be run of what does not build: one failure. Null: it builds. */
async function failedBuild() {
  try {
    await ensureBuilt();
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const tally = new Tally("build");
    tally.fail("nothing was run", error.message);
    return tally;
  }
}
