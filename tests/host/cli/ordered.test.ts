import assert from "node:assert/strict";
import { test } from "node:test";

import { inOrder } from "../../../host/cli/ordered.js";

/** Work that ends when the test says so. */
function controlled() {
  const running = new Map<number, () => void>();
  const emitted: number[] = [];
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    emitted,
    started: () => [...running.keys()],
    work: (item: number) => new Promise<number>((resolve) => running.set(item, () => resolve(item))),
    emit: (result: number) => void emitted.push(result),
    finish: async (item: number) => {
      running.get(item)?.();
      await settle();
    },
  };
}

test("results come in the order of the items, as soon as all before them are there", async () => {
  const { emitted, work, emit, finish } = controlled();
  const done = inOrder([1, 2, 3], 3, work, emit);
  await finish(3);
  assert.deepEqual(emitted, []);
  await finish(1);
  assert.deepEqual(emitted, [1]);
  await finish(2);
  await done;
  assert.deepEqual(emitted, [1, 2, 3]);
});

test("no more than the limit are under way at once", async () => {
  const { started, work, emit, finish } = controlled();
  const done = inOrder([1, 2, 3], 2, work, emit);
  assert.deepEqual(started(), [1, 2]);
  await finish(2);
  assert.deepEqual(started(), [1, 2, 3]);
  await finish(1);
  await finish(3);
  await done;
});

test("nothing to do is done", async () => {
  const { work, emit, emitted } = controlled();
  await inOrder([], 4, work, emit);
  assert.deepEqual(emitted, []);
});
