// Many pulls at once by a real containerd; and a real daemon with many callers, one of whose registries does not answer.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { VerifyImageResponse } from "../../host/server/generated/countersign/v1/verifier.js";
import { DEFAULT_LIMITS } from "../../host/service/limits.js";
import { LoadedDaemon, type Registry } from "../support/countersign/loaded-daemon.js";
import { findPeers } from "../support/peers/peers.js";
import { assertPulls, halfSigned } from "./assert-pulls.js";
import { Library, Scene } from "./daemon-faults/scene.js";
import { ACCEPTED, refused } from "./outcome.js";

const { inFlight: ALL, inFlightPerRegistry: SHARE } = DEFAULT_LIMITS;
/** MB by which the daemon may grow in 500 calls. V8 takes some thousand to settle; `npm run bench` looks closer. */
const GROWTH = 64;

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

test("64 pulls at once: each has its own verdict", { skip }, async (t) => {
  if ("unavailable" in peers) return;
  const library = await Library.open(peers, 32);
  t.after(() => library.stop());
  const scene = await Scene.set(peers, library);
  t.after(() => scene.stop());
  await scene.daemon();
  const unsigned = refused("no-signature", /^no-signature: no signature found in /);
  const expected = halfSigned(64, ACCEPTED, unsigned);
  await Promise.all([
    assertPulls(scene, expected.slice(0, 32), "CRI"),
    assertPulls(scene, expected.slice(32), "ctr"),
  ]);
});

describe("1,000 calls", () => {
  test("a slow registry has its share and no more; the fast one's callers do not wait for it", async (t) => {
    const daemon = await loadedDaemon(t);
    const [slow, fast] = [await daemon.addRegistry(), await daemon.addRegistry()];
    await assertShared(daemon, slow, fast);
    const { memory, descriptors } = daemon;
    await assertShared(daemon, slow, fast);
    await until("descriptors are not closed", () => daemon.descriptors <= descriptors + SHARE);
    assert.ok(daemon.memory <= memory + GROWTH, `${memory} MB became ${daemon.memory} MB`);
  });

  test("with as many under way as there may be, the others are told so, and judged afterwards", async (t) => {
    const daemon = await loadedDaemon(t);
    const registries: Registry[] = [];
    // One more than would be needed, so that none of them has its share.
    for (let i = 0; i <= ALL / SHARE; i++) registries.push(await daemon.addRegistry());
    for (const registry of registries) registry.hold();
    const surplus = 9;
    const ended: VerifyImageResponse[] = [];
    const calls = Array.from({ length: ALL + surplus }, async (_, i) => {
      ended.push(await daemon.verify(registries[i % registries.length] as Registry));
    });
    await until("the surplus is not answered", () => ended.length >= surplus);
    for (const { ok, code, reason } of ended) {
      assert.deepEqual({ ok, code }, { ok: false, code: "busy" });
      assert.equal(reason, "too many requests are under way already");
    }
    for (const registry of registries) registry.release();
    await Promise.all(calls);
    assertJudged(ended.slice(surplus), ALL);
    for (const registry of registries) assert.equal((await daemon.verify(registry)).code, "accepted");
  });
});

/** 500 calls, of which 100 about a registry that does not answer until the others have been judged. */
async function assertShared(daemon: LoadedDaemon, slow: Registry, fast: Registry): Promise<void> {
  const surplus = 36;
  slow.hold();
  const ended: VerifyImageResponse[] = [];
  const calls = Array.from({ length: SHARE + surplus }, async () => {
    ended.push(await daemon.verify(slow));
  });
  await until("the surplus is not answered", () => ended.length >= surplus);
  for (const { ok, code, reason } of ended) {
    assert.deepEqual({ ok, code }, { ok: false, code: "busy" });
    assert.equal(reason, `too many requests wait for ${slow.host} already`);
  }

  const answers = await daemon.verifyMany(fast, 400, 32);
  assert.ok(answers.every(({ ok, code }) => ok && code === "accepted"));
  slow.release();
  await Promise.all(calls);
  assertJudged(ended.slice(surplus), SHARE);
}

/** Once their registry has answered; on a machine that is slow itself, their time may have run out. */
function assertJudged(answers: readonly VerifyImageResponse[], count: number): void {
  assert.equal(answers.length, count);
  for (const { code } of answers) assert.match(code, /^(accepted|registry-timeout)$/);
}

async function loadedDaemon(t: TestContext): Promise<LoadedDaemon> {
  const daemon = await LoadedDaemon.start();
  t.after(() => daemon.stop());
  return daemon;
}

async function until(complaint: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    assert.ok(Date.now() < deadline, complaint);
    await sleep(10);
  }
}
