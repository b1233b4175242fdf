import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import type { Judgement } from "#component/types";
import { CoreFault, PolicyCore } from "../../../host/core/core.js";
import { fromCore } from "../../../host/core/judgement.js";
import { captureInstances, corrupt } from "./instances.js";
import { KEY, POLICY, SIGNED_IMAGE } from "./signed-image.js";

const CALLS: [name: string, call: (core: PolicyCore) => unknown][] = [
  ["plan", (core) => core.plan(SIGNED_IMAGE)],
  ["judge", (core) => core.judge(SIGNED_IMAGE, [], 0n)],
  ["explain", (core) => core.explain({ ...SIGNED_IMAGE, mode: "user" })],
];
for (const [name, call] of CALLS) {
  test(`core-fault: ${name} on a damaged instance fails, and the next call works on a fresh one`, async (t) => {
    const instances = captureInstances(t);
    const core = PolicyCore.load(POLICY, () => KEY);
    const answer = call(core);
    corrupt(instances[0]);
    assert.throws(() => call(core), CoreFault);
    assert.deepEqual(call(core), answer);
    assert.equal(instances.length, 2);
    // A rejection nobody handles would end the process; here it fails the test.
    await setImmediate();
  });
}

test("core-fault: the fresh instance has the files as they were, not as they are", (t) => {
  const instances = captureInstances(t);
  let readings = 0;
  const core = PolicyCore.load(POLICY, () => (readings++ === 0 ? KEY : null));
  corrupt(instances[0]);
  assert.throws(() => core.plan(SIGNED_IMAGE), CoreFault);
  assert.equal(core.plan(SIGNED_IMAGE).tag, "wanted");
  assert.equal(readings, 1);
});

test("core-fault: a policy during which the core fails is not loaded", (t) => {
  const instances = captureInstances(t);
  const damage = () => {
    corrupt(instances[0]);
    return KEY;
  };
  assert.throws(() => PolicyCore.load(POLICY, damage), CoreFault);
});

test("core-fault: a judgement that contradicts its code is none", () => {
  const judgement: Judgement = {
    ok: true,
    code: "no-signature",
    reason: "",
    name: "",
    digest: "",
    transport: "",
    scope: "",
    requirement: 0,
    items: [],
    policyDigest: "",
  };
  assert.throws(() => fromCore({ tag: "decided", val: judgement }), CoreFault);
  const denied = { ...judgement, code: "accepted" as const, ok: false };
  assert.throws(() => fromCore({ tag: "decided", val: denied }), CoreFault);
});
