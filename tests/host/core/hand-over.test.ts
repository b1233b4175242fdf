import assert from "node:assert/strict";
import { test } from "node:test";

import { CoreFault, PolicyCore } from "../../../host/core/core.js";
import { captureInstances, corrupt } from "./instances.js";
import { evidenceFor, KEY, POLICY, SIGNED_IMAGE } from "./signed-image.js";

const NOW = 1_700_000_000n;

test("a core that was handed over judges as the one it was made from", async () => {
  const loaded = PolicyCore.load(POLICY, () => KEY);
  const before = verdicts(loaded);
  const taken = await PolicyCore.takeOver(loaded.handOver());
  assert.deepEqual(taken.summary, loaded.summary);
  assert.deepEqual(verdicts(taken), before);
  assert.equal(before[0]?.code, "accepted");
});

test("what becomes of one afterwards does not concern the other", async (t) => {
  const instances = captureInstances(t);
  const loaded = PolicyCore.load(POLICY, () => KEY);
  const taken = await PolicyCore.takeOver(loaded.handOver());
  corrupt(instances[0]);
  assert.equal(verdicts(taken)[0]?.code, "accepted");
});

test("core-fault: one that was handed over and faults is made anew from the same bytes", async (t) => {
  const instances = captureInstances(t);
  const taken = await PolicyCore.takeOver(PolicyCore.load(POLICY, () => KEY).handOver());
  corrupt(instances.at(-1));
  assert.throws(() => verdicts(taken), CoreFault);
  assert.equal(verdicts(taken)[0]?.code, "accepted");
});

test("an instance that is cut short, or of another module, is not taken over", async () => {
  const handedOver = () => PolicyCore.load(POLICY, () => KEY).handOver();
  const whole = handedOver();
  const [first] = await collect(whole.instance.chunks);
  for (const instance of [
    { ...whole.instance, chunks: one(first ?? null), memoryBytes: whole.instance.memoryBytes + 64 * 1024 },
    { ...whole.instance, globals: whole.instance.globals.slice(1) },
  ])
    await assert.rejects(PolicyCore.takeOver({ ...whole, instance }), TypeError);
});

/** Of an image signed with the policy's key, and of one that the policy does not know. */
function verdicts(core: PolicyCore) {
  const { name } = SIGNED_IMAGE;
  return [SIGNED_IMAGE, { ...SIGNED_IMAGE, name: name.replace("ghcr.io", "docker.io") }].map((image) => {
    const evidence = [];
    let outcome = core.plan(image);
    while (outcome.tag === "wanted") {
      evidence.push(...outcome.val.map(evidenceFor));
      outcome = core.judge(image, evidence, NOW);
    }
    return outcome.val;
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item;
}
