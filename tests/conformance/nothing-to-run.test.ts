// A run that has tested nothing must not look like one in which everything passed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "countersign-conformance-"));
after(() => rmSync(folder, { recursive: true }));

function conformance(...args: string[]) {
  const { CI: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  env["COUNTERSIGN_SHARED"] = join(folder, "nowhere");
  return spawnSync(process.execPath, [MAIN, ...args], { env, encoding: "utf8" });
}

test("no cases: a total of 0, and exit status 1", () => {
  const { status, stdout, stderr } = conformance("--json");
  assert.equal(stdout, '{"total":0,"passed":0,"failed":0,"excepted":0,"suites":{}}\n');
  assert.match(stderr, /^conformance: there are no cases: nothing is tested$/m);
  assert.equal(status, 1);
});

test("a suite that there is not: those that there are, and exit status 2", () => {
  const cases = [{ id: "r-1", op: "digest", input: "sha256:0", valid: false }];
  writeFileSync(join(folder, "references.json"), JSON.stringify({ suite: "references", cases }));
  const run = (suite: string) => conformance("--dir", folder, "--only", suite);
  assert.equal(run("references").status, 0);
  const { status, stdout, stderr } = run("reference");
  assert.equal(stdout, "");
  assert.match(stderr, /^conformance: there is no suite "reference", but references$/m);
  assert.equal(status, 2);
});
