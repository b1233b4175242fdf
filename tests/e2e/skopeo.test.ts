// The reference implementation as an oracle: skopeo and we judge the same images in the same registry by the same policies.
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Case } from "../conformance/corpus.js";
import { Subject } from "../conformance/subject.js";
import { describePair, pairsFrom } from "../oracle/pair.js";
import { rowLine, Totals } from "../oracle/report.js";
import { runPairs, verdictOn } from "../oracle/run.js";
import { Stage, type Verdicts } from "../oracle/stage.js";
import { findPeers } from "../support/peers/peers.js";

const PAIRS = 100;
const SEED = 5;

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

test(`skopeo and we agree on ${PAIRS} pairs of a policy and an image, but for the rules`, {
  skip,
}, async (t) => {
  if ("unavailable" in peers) return;
  const stage = await Stage.start(peers);
  t.after(() => stage.stop());
  const totals = new Totals(SEED);
  await runPairs(stage, { seed: SEED, pairs: PAIRS, parallel: 2 }, (row) => totals.add(row));

  assert.equal(totals.rows.length, PAIRS);
  const failed = totals.rows.filter(({ as }) => as === "failed");
  assert.equal(failed.map(rowLine).join("\n"), "");
  // A table of nothing but denials would prove little.
  const { allowed = 0, denied = 0, "policy invalid": invalid = 0 } = totals.upstream;
  assert.ok(allowed >= 20 && denied >= 20 && invalid >= 1, JSON.stringify(totals.upstream));
  assert.ok(totals.passed >= 60, `${totals.passed} pairs without a rule`);
});

test("a seed says which pairs there are, and in what words", () => {
  const table = (seed: number) =>
    pairsFrom(seed, 12).flatMap(({ image, asked }) => asked.map((one) => describePair(image, one)));
  assert.equal(table(1).length, 12);
  assert.deepEqual(table(1), table(1));
  assert.notDeepEqual(table(1), table(2));
});

test("two verdicts that differ without a rule are a failure, whoever is the stricter", () => {
  const subject = new Subject("/");
  const image = { manifest: Buffer.from("{}").toString("base64"), signatures: [], mediaType: "" };
  const policy = { default: [{ type: "insecureAcceptAnything" }] };
  const become = (is: Verdicts["upstream"]["is"], ok: boolean) => {
    const ours = { ok, code: ok ? "accepted-anything" : "no-signature", reason: "" } as Verdicts["ours"];
    const named = { id: "0", transport: "docker", imageReference: "a:1", accept: is === "allowed" };
    const test: Case = { ...named, ...image, policy };
    return verdictOn(test, { upstream: { is, because: "" }, ours }, subject).verdict.as;
  };
  assert.equal(become("allowed", true), "passed");
  assert.equal(become("denied", false), "passed");
  assert.equal(become("allowed", false), "failed");
  assert.equal(become("denied", true), "failed");
  assert.equal(become("policy invalid", false), "failed");
});
