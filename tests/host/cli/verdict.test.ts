import assert from "node:assert/strict";
import { test } from "node:test";

import type { Code } from "#component/types";
import { exitCode } from "../../../host/cli/verdict.js";

const ROWS: [codes: Code[], status: number][] = [
  [["accepted"], 0],
  [["accepted", "accepted-anything"], 0],
  [["accepted", "no-signature"], 1],
  [["registry-timeout", "no-signature", "accepted"], 1],
  [["accepted", "registry-timeout"], 3],
  [["busy"], 3],
  [["core-fault"], 3],
  [["evidence-too-large"], 3],
  [["registry-unauthorized"], 3],
  [["no-policy"], 2],
  [["policy-invalid", "policy-invalid"], 2],
  [["name-invalid"], 1],
  [["request-malformed"], 1],
  [["budget-exhausted"], 1],
];
for (const [codes, status] of ROWS) {
  test(`${codes.join(", ")}: exit status ${status}`, () => {
    const verdicts = codes.map((code) => ({ ok: code.startsWith("accepted"), code }));
    assert.equal(exitCode(verdicts as Parameters<typeof exitCode>[0]), status);
  });
}
