// What a suite has come to so far; failures are printed as they happen, skips at the end.

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  #suite;
  /** By reason, what was skipped. */
  #skips = new Map();

  constructor(suite) {
    this.#suite = suite;
  }

  pass(count = 1) {
    this.passed += count;
  }

  /** `detail` may have several lines; `count` says how many failures it tells of. */
  fail(what, detail = "", count = 1) {
    this.failed += count;
    this.say(`FAILED ${what}${detail === "" ? "" : `\n${indented(detail)}`}`);
  }

  skip(what, reason) {
    this.skipped++;
    this.#skips.set(reason, [...(this.#skips.get(reason) ?? []), what]);
  }

  /** Ends the suite: what was skipped and why, then the totals. */
  conclude(seconds) {
    for (const [reason, skipped] of this.#skips) {
      this.say(`SKIPPED ${skipped.length}: ${reason}\n${indented(skipped.join("\n"))}`);
    }
    this.say(`${totalsLine(this)} (${seconds.toFixed(1)} s)`);
  }

  say(line) {
    process.stdout.write(`${this.#suite}: ${line}\n`);
  }
}

/** `N passed, N failed`, and `, N skipped` if there are any. */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function indented(text) {
  return text.trimEnd().replace(/^/gm, "    ");
}
