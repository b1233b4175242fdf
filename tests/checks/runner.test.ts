// `npm test` is believed: what it counts has to be so.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { ROOT } from "./sources.js";

// Otherwise node:test would take the files below for tests of this one.
delete process.env["NODE_TEST_CONTEXT"];

const load = (script: string) => import(pathToFileURL(join(ROOT, "scripts", script)).href);
const { runNodeTests } = await load("test/node-test.mjs");
const { Tally, totalsLine } = await load("test/tally.mjs");
const { holdToList } = await load("test/listed.mjs");

class QuietTally extends Tally {
  readonly said: string[] = [];
  constructor() {
    super("runner");
  }
  say(line: string) {
    this.said.push(line);
  }
}

interface Case {
  readonly title: string;
  readonly text: string;
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
}

const CASES: readonly Case[] = [
  { title: "tests that pass", text: "test('a', () => {}); test('b', () => {});", passed: 2 },
  {
    title: "a test that fails",
    text: "test('a', () => {}); test('b', () => { throw 1; });",
    passed: 1,
    failed: 1,
  },
  {
    title: "tests in a suite, which is none",
    text: "describe('s', () => { test('a', () => {}); });",
    passed: 1,
  },
  {
    title: "a suite with a failure, which is one",
    text: "describe('s', () => { test('a', () => {}); test('b', () => { throw 1; }); });",
    passed: 1,
    failed: 1,
  },
  {
    title: "subtests, not their parent",
    text: "test('p', async (t) => { await t.test('a', () => {}); });",
    passed: 1,
  },
  { title: "a skipped test", text: "test('a', { skip: 'needs root' }, () => {});", skipped: 1 },
  { title: "a test to be written", text: "test.todo('a');", skipped: 1 },
  {
    title: "a suite that cannot be set up, and its test",
    text: "describe('s', () => { before(() => { throw 1; }); test('a', () => {}); });",
    failed: 2,
  },
  { title: "a file without tests", text: "", failed: 1 },
  { title: "a file that does not load", text: "import './not-there.js';", failed: 1 },
];

describe("the runner counts", () => {
  for (const { title, text, passed = 0, failed = 0, skipped = 0 } of CASES) {
    test(title, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "countersign-runner-"));
      t.after(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, "package.json"), '{"type":"module"}');
      writeFileSync(
        join(folder, "a.test.js"),
        `import { before, describe, test } from "node:test";\n${text}`,
      );
      const tally = new QuietTally();
      process.chdir(ROOT);
      await runNodeTests(tally, folder);
      assert.deepEqual(
        { passed: tally.passed, failed: tally.failed, skipped: tally.skipped },
        { passed, failed, skipped },
      );
    });
  }

  test("fewer scenarios that ran than are listed: a failure in CI, and said elsewhere", () => {
    const ran = new Map([["a.test.js", 2]]);
    for (const [inCi, failed] of [
      [true, 2],
      [false, 0],
    ] as const) {
      const tally = new QuietTally();
      holdToList(tally, { "a.test.js": 3, "b.test.js": 1 }, ran, inCi);
      assert.equal(tally.failed, failed);
      assert.match(tally.said.join("\n"), /NOT PROVEN: of the 3 scenarios of a\.test\.js, 2 ran/);
      assert.match(tally.said.join("\n"), /NOT PROVEN: of the 1 scenarios of b\.test\.js, 0 ran/);
    }
    const tally = new QuietTally();
    holdToList(tally, { "a.test.js": 2 }, ran, true);
    assert.deepEqual({ failed: tally.failed, said: tally.said }, { failed: 0, said: [] });
  });

  test("what ran is counted by file, what was skipped is not", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-runner-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const text =
      "test('a', () => {}); test('b', () => { throw 1; }); test('c', { skip: 'needs root' }, () => {});";
    writeFileSync(join(folder, "a.test.js"), `import { test } from "node:test";\n${text}`);
    process.chdir(ROOT);
    const ran: Map<string, number> = await runNodeTests(new QuietTally(), folder);
    assert.deepEqual([...ran.values()], [2]);
  });

  test("the last line names skipped tests only where there are some", () => {
    assert.equal(totalsLine({ passed: 2, failed: 1, skipped: 0 }), "2 passed, 1 failed");
    assert.equal(totalsLine({ passed: 2, failed: 0, skipped: 3 }), "2 passed, 0 failed, 3 skipped");
  });
});
