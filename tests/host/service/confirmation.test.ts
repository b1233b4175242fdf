// What a caller has to see for itself before an acceptance counts, and what it brings about.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ImageError } from "../../../host/oci/image-error.js";
import type { LoadedCore } from "../../../host/service/policy-file.js";
import { Verifier } from "../../../host/service/verifier.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { coreDouble, decided, imageNamed, loaded, POLICY_DIGEST } from "./core-double.js";
import { SourceDouble } from "./source-double.js";

const image = imageNamed();
const damaged = async () => {
  throw new ImageError("a layer is another", "blob-mismatch");
};

test("an acceptance is confirmed, then measured, then completed", async () => {
  const { verifier, steps, step } = setUp();
  const verdict = await verifier.verify(image, { confirm: step("confirmed"), complete: step("completed") });
  assert.equal(verdict.code, "accepted");
  assert.deepEqual(steps, ["confirmed", "measured", "completed"]);
});

test("an acceptance that is not confirmed is a denial, which is neither measured nor completed", async () => {
  const { verifier, steps, step } = setUp();
  const verdict = await verifier.verify(image, { confirm: damaged, complete: step("completed") });
  assert.deepEqual(
    [verdict.ok, verdict.code, verdict.reason, verdict.policyDigest],
    [false, "blob-mismatch", "a layer is another", POLICY_DIGEST],
  );
  assert.deepEqual(steps, []);
});

test("an acceptance that cannot be completed is a denial", async () => {
  const verdict = await setUp().verifier.verify(image, { complete: damaged });
  assert.deepEqual([verdict.ok, verdict.code], [false, "blob-mismatch"]);
});

test("a denial is neither confirmed nor measured nor completed", async () => {
  const core = coreDouble({ judge: () => decided({ ok: false, code: "no-signature" }) });
  const { verifier, steps, step } = setUp(core);
  const verdict = await verifier.verify(image, { confirm: step("confirmed"), complete: step("completed") });
  assert.equal(verdict.code, "no-signature");
  assert.deepEqual(steps, []);
});

test("what one caller confirms is no answer for another, at the same time or later", async () => {
  const { verifier, steps, step } = setUp();
  const codes = async (...confirms: (() => Promise<void>)[]) =>
    (await Promise.all(confirms.map((confirm) => verifier.verify(image, { confirm })))).map(
      ({ code }) => code,
    );
  assert.deepEqual(await codes(damaged, step("first"), damaged, step("second")), [
    ...["blob-mismatch", "accepted", "blob-mismatch", "accepted"],
  ]);
  assert.deepEqual(await codes(damaged, step("third")), ["blob-mismatch", "accepted"]);
  assert.deepEqual(
    steps.filter((step) => step !== "measured"),
    ["first", "second", "third"],
  );
});

test("what was accepted before is confirmed all the same, and nothing that was confirmed is kept", async () => {
  const { verifier, source } = setUp();
  assert.equal((await verifier.verify(image, { confirm: async () => {} })).cached, false);
  assert.equal((await verifier.verify(image)).cached, false);
  assert.equal((await verifier.verify(image)).cached, true);
  const asked = source.asked.length;
  assert.equal((await verifier.verify(image, { confirm: damaged })).code, "blob-mismatch");
  assert.ok(source.asked.length > asked);
});

function setUp(core: LoadedCore = coreDouble()) {
  const steps: string[] = [];
  const step = (name: string) => async () => void steps.push(name);
  const source = new SourceDouble();
  const verifier = new Verifier({
    policy: () => loaded(core),
    source,
    audit: new AuditDouble(),
    log: new LogDouble(),
    cache: { acceptedMs: 300_000, deniedMs: 5_000 },
    measurement: {
      policyLoaded: async () => {},
      imageAccepted: async () => {
        steps.push("measured");
        return true;
      },
    },
  });
  return { verifier, source, steps, step };
}
