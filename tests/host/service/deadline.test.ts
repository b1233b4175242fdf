import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { Deadline } from "../../../host/service/deadline.js";

test("a deadline comes when its time is up, and not before", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const deadline = new Deadline(500);
  t.mock.timers.tick(499);
  assert.equal(deadline.isReached, false);
  assert.ok(deadline.leftMs > 0);
  t.mock.timers.tick(1);
  assert.equal(deadline.isReached, true);
  assert.equal(deadline.leftMs, 0);
  await deadline.reached;
});

test("a deadline comes at once when its caller goes, or has gone", async () => {
  const caller = new AbortController();
  const deadline = new Deadline(60_000, caller.signal);
  caller.abort();
  const late = new Deadline(60_000, caller.signal);
  for (const one of [deadline, late]) {
    assert.equal(one.isReached, true);
    await one.reached;
    one.dispose();
  }
});

test("a deadline that is disposed of never comes, and lets go of its caller", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const caller = new AbortController();
  const deadline = new Deadline(500, caller.signal);
  assert.equal(getEventListeners(caller.signal, "abort").length, 1);
  deadline.dispose();
  assert.equal(getEventListeners(caller.signal, "abort").length, 0);
  t.mock.timers.tick(500);
  caller.abort();
  assert.equal(deadline.isReached, false);
});
