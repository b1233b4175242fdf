// A real containerd resolves an image, and then our own requests to its registry go wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { FOREIGN_TOKEN } from "../support/peers/faulty-registry.js";
import { findPeers } from "../support/peers/peers.js";
import { DIAGNOSTIC, FAULTS, WAITS } from "./faults/faults.js";
import { authorizationOf, PASSWORD, type Played, pullsOf, Stage } from "./faults/stage.js";
import { assertNothingRefusedIsKept, assertPull } from "./outcome.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
const waits = pullsOf(WAITS);
const others = pullsOf(FAULTS);

describe("a registry's faults", () => {
  let stage: Stage;
  before(async () => {
    if ("unavailable" in peers) return;
    stage = await Stage.start(peers, [...waits, ...others]);
  });
  after(() => stage?.stop());

  // All at once, and nothing beside them: what is measured out is time.
  describe("a pull that takes until the deadline", { concurrency: waits.length }, () => testPulls(waits));
  describe("a pull", { concurrency: 4 }, () => testPulls(others));

  function testPulls(pulls: readonly Played[]): void {
    for (const [i, pull] of pulls.entries()) {
      const { line, asked, outcome } = pull;
      // By one client and the other in turns: containerd asks us in the same way for both.
      const client = i % 2 === 0 ? "ctr" : "CRI";
      test(`${client}: asked for the ${asked}: ${line.fault}: ${outcome.code}`, { skip }, async () => {
        await assertPull(stage, client, { name: stage.nameFor(pull), outcome });
        const { inOrder, faults, seen } = stage.registryFor(pull);
        assert.ok(seen.length > 0 && inOrder, "we ask after containerd has resolved");
        if (line.serve !== undefined) assert.ok(faults > 0, "nothing went wrong");
      });
    }
  }

  test("each host has seen its own password and no other, and other hosts none", { skip }, () => {
    for (const [{ line }, { host, seen }] of stage.registries) {
      const known = line.challenge === undefined ? authorizationOf(host) : `Bearer ${FOREIGN_TOKEN}`;
      for (const { authorization = known } of seen) assert.equal(authorization, known);
      if (line.challenge === undefined) assert.ok(seen.some(({ authorization }) => authorization === known));
    }
    assert.ok(stage.foreign.seen.length > 0);
    for (const { authorization } of stage.foreign.seen) assert.equal(authorization, undefined);
  });

  test("diagnostic body reaching a tenant: nothing of a registry's bodies, and no password, is told or logged", {
    skip,
  }, () => {
    // What clients are told stands in the audit log, which is compared with it.
    const { output } = stage.daemon;
    assert.ok(output.includes("the registry answered 403 DENIED"));
    for (const secret of [DIAGNOSTIC, FOREIGN_TOKEN, PASSWORD, Buffer.from(PASSWORD).toString("base64")]) {
      assert.ok(!output.includes(secret), secret);
    }
    for (const { host } of stage.registries.values()) {
      assert.ok(!output.includes(authorizationOf(host).replace("Basic ", "")));
    }
  });

  test("nothing that was refused is kept by containerd", { skip }, async () => {
    await assertNothingRefusedIsKept(stage);
  });
});
