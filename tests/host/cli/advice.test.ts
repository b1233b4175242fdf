import assert from "node:assert/strict";
import { test } from "node:test";

import { adviceOn } from "../../../host/cli/run.js";

const denied = (code: string) => Object.assign(new Error(code), { code, syscall: "open", path: "/opt/x" });
const CASES: readonly [what: string, error: unknown, user: number | undefined, isGiven: boolean][] = [
  ["somebody who may not", denied("EACCES"), 1000, true],
  ["somebody who may not change it", denied("EPERM"), 1000, true],
  ["root, whom it does not help", denied("EACCES"), 0, false],
  ["another failure", denied("ENOSPC"), 1000, false],
  ["what is no file's failure", new Error("EACCES"), 1000, false],
];

for (const [what, error, user, isGiven] of CASES) {
  test(`advice to be root: ${what}`, () => assert.equal(adviceOn(error, user) !== "", isGiven));
}
