// What a suite has come to so far; failures and skips are printed as they happen.

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  #suite;

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
    this.say(`SKIPPED ${what}: ${reason}`);
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
