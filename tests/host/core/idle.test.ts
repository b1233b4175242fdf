import assert from "node:assert/strict";
import { test } from "node:test";

import { CoreFault, PolicyCore } from "../../../host/core/core.js";
import { captureInstances, corrupt } from "./instances.js";
import { evidenceFor, KEY, POLICY, SIGNED_IMAGE } from "./signed-image.js";

/** More than a table of P-256 has to be worth before it is made. */
const MANY = 500;

function judge(core: PolicyCore): unknown {
  return core.judge(SIGNED_IMAGE, evidenceOf(core), 0n);
}

function evidenceOf(core: PolicyCore) {
  const manifest = core.plan(SIGNED_IMAGE);
  assert.ok(manifest.tag === "wanted");
  const first = manifest.val.map(evidenceFor);
  const more = core.judge(SIGNED_IMAGE, first, 0n);
  return more.tag === "wanted" ? [...first, ...more.val.map(evidenceFor)] : first;
}

test("there is nothing to prepare for a key that is hardly used", () => {
  const core = PolicyCore.load(POLICY, () => KEY);
  judge(core);
  assert.equal(core.idle(1_000_000), false);
});

test("for a key that is used often the core prepares in slices; verdicts stay what they were throughout", () => {
  const core = PolicyCore.load(POLICY, () => KEY);
  const evidence = evidenceOf(core);
  const verdict = core.judge(SIGNED_IMAGE, evidence, 0n);
  assert.ok(verdict.tag === "decided" && verdict.val.ok);
  for (let i = 0; i < MANY; i++) core.judge(SIGNED_IMAGE, evidence, 0n);

  let slices = 0;
  while (core.idle(1000)) {
    slices++;
    assert.deepEqual(core.judge(SIGNED_IMAGE, evidence, 0n), verdict);
  }
  assert.ok(slices > 5, `${slices} slices`);
  assert.deepEqual(core.judge(SIGNED_IMAGE, evidence, 0n), verdict);
  assert.equal(core.idle(1000), false);
});

test("core-fault: a core that is damaged while it prepares is replaced", (t) => {
  const instances = captureInstances(t);
  const core = PolicyCore.load(POLICY, () => KEY);
  const answer = core.plan(SIGNED_IMAGE);
  corrupt(instances[0]);
  assert.throws(() => core.idle(1000), CoreFault);
  assert.deepEqual(core.plan(SIGNED_IMAGE), answer);
});
