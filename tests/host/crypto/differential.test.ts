import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { runDifferential } from "../../differential/run.js";

/** `npm run differential` does fifty times as many. */
const EFFORT = { random: 19_000, edge: 1_000, others: 600 };

test("20,000 signatures have the verdict of node:crypto by every path, 500 also that of @noble/curves and of the plain implementation", () => {
  const seed = randomBytes(8).toString("hex");
  const { valid, invalid, byOthers, mismatches } = runDifferential({ ...EFFORT, seed });
  assert.deepEqual(mismatches, [], `seed ${seed}`);
  assert.ok(valid > 8_000 && invalid > 8_000, `${valid} valid, ${invalid} invalid`);
  assert.ok(valid + invalid >= 20_000);
  assert.ok(byOthers >= 500, `${byOthers} by others`);
});
