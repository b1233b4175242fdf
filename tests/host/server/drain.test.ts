import assert from "node:assert/strict";
import { test } from "node:test";

import { status } from "@grpc/grpc-js";
import { Gate } from "../service/gate.js";
import { itemFor, SourceDouble } from "../service/source-double.js";
import { daemonUnderTest, verifierClient, verifyImage } from "./daemon-under-test.js";

test("a drain answers the request under way, and takes no new one", async (t) => {
  const { source, asked, answer } = heldSource();
  const { daemon } = await daemonUnderTest(t, { source });
  const underWay = verifyImage(verifierClient(t, daemon));
  await asked.opened;
  const drained = daemon.drain(60_000);
  await assert.rejects(verifyImage(verifierClient(t, daemon)), { code: status.UNAVAILABLE });
  answer.open();
  assert.equal((await underWay).ok, true);
  await drained;
});

test("a drain that takes too long cuts off what is under way: without an answer, not with a verdict", async (t) => {
  const { source, asked } = heldSource();
  const { daemon } = await daemonUnderTest(t, { source });
  const underWay = verifyImage(verifierClient(t, daemon));
  const cutOff = assert.rejects(underWay);
  await asked.opened;
  await daemon.drain(0);
  await cutOff;
});

test("a client that stays connected does not hold up a drain", async (t) => {
  const { daemon } = await daemonUnderTest(t);
  await verifyImage(verifierClient(t, daemon));
  await daemon.drain(60_000);
});

/** A source that says when it is asked, and answers when it is let. */
function heldSource() {
  const asked = new Gate();
  const answer = new Gate();
  const source = new SourceDouble(async (request) => {
    asked.open();
    await answer.opened;
    return itemFor(request);
  });
  return { source, asked, answer };
}
