// docs/findings.md has every kind of finding, and each has a test under its id.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CVM_FINDINGS } from "../../host/cli/cvm-agent-policy.js";
import { PLACE_FINDINGS } from "../../host/service/policy-places.js";

const core = matches("assembly/policy/finding-ids.ts", /: string = "([a-z-]+)";$/gm);
const ids = [...core, ...PLACE_FINDINGS, ...CVM_FINDINGS].toSorted();

function matches(file: string, pattern: RegExp): string[] {
  return [...readFileSync(file, "utf8").matchAll(pattern)].map(([, match = ""]) => match);
}

test("docs/findings.md has a line for every kind of finding, and for no other", () => {
  assert.ok(core.length > 20);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(matches("docs/findings.md", /^\| `([a-z-]+)` \|/gm).toSorted(), ids);
});

test("every kind of finding has a test of its name", () => {
  const tested = matches("tests/host/cli/findings.test.ts", /^(?:finding|placeFinding)\(\s*"([a-z-]+)",/gm);
  assert.deepEqual([...new Set(tested)].toSorted(), ids);
});
