// A person who tries a command of package.json with --help, or misspells an option, is told what there is; nothing is run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";

import { ROOT, readText } from "./sources.js";

/** Programs of others, and ours, which has tests of its own (tests/host/cli/usage.test.ts). */
const NOT_HERE = ["countersign", "generate", "format"];

const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
const commands: [words: string, line: string][] = [
  ...Object.entries(scripts)
    .filter(([name]) => !NOT_HERE.includes(name))
    .map(([name, line]): [string, string] => [name === "test" ? "npm test" : `npm run ${name}`, line]),
  ["node scripts/peers.mjs", "node scripts/peers.mjs"],
];

/** What a script runs, without building first: what is tested here is built. */
function execute(line: string, argument: string) {
  const words = line
    .replace(/^node scripts\/run\.mjs /, "node dist/")
    .split(" ")
    .slice(1);
  // What the runner of tests is given from the command line of a script, is not to reach another runner.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, [...words, argument], { cwd: ROOT, encoding: "utf8", env });
}

for (const [words, line] of commands) {
  describe(words, () => {
    test("--help says what it takes and how it ends", () => {
      const { status, stdout, stderr } = execute(line, "--help");
      assert.equal(stderr, "");
      assert.equal(status, 0);
      const usage = /^usage: ((?:npm|node) [^ \n]+(?: [^ \n[]+)?)/.exec(stdout)?.[1];
      assert.equal(usage?.replace(/ --$/, ""), words === "npm run test:e2e" ? "npm test" : words);
      assert.match(stdout, /^ {2}--help +print this$/m);
      assert.match(stdout, /2 for wrong arguments/);
      for (const text of stdout.split("\n")) assert.ok(text.length <= 120, text);
    });

    test("an option that there is not is usage", () => {
      const { status, stdout, stderr } = execute(line, "--no-such-option");
      assert.equal(stdout, "");
      assert.match(stderr, /^[a-z]+: unknown option '--no-such-option'.*\n[a-z]+: see "n.* --help"\n$/);
      assert.equal(status, 2);
    });
  });
}
