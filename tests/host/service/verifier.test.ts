import assert from "node:assert/strict";
import { test } from "node:test";

import type { Evidence, Image } from "#component/types";
import { Verifier } from "../../../host/service/verifier.js";
import { AuditDouble } from "./audit-double.js";
import { coreDouble, DIGEST, decided, imageNamed, loaded, request, wanted } from "./core-double.js";
import { Gate } from "./gate.js";
import { itemFor, SourceDouble } from "./source-double.js";

test("what the plan decides is decided without the network", async () => {
  const source = new SourceDouble();
  const core = coreDouble({ plan: () => decided({ ok: false, code: "rejected-by-policy" }) });
  const verdict = await verifierOf({ core, source }).verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "rejected-by-policy");
  assert.deepEqual(source.asked, []);
});

test("the evidence of a round is asked for before any of it has arrived", async () => {
  const gate = new Gate();
  const source = new SourceDouble(async (request) => {
    if (source.asked.length === 2) gate.open();
    await gate.opened;
    return itemFor(request);
  });
  assert.equal((await verifierOf({ source }).verify(imageNamed())).ok, true);
});

test("the core judges with all evidence gathered so far, in the order it was wanted, and with the clock", async () => {
  const seen: { references: string[]; now: bigint }[] = [];
  const core = coreDouble({
    judge: (_, evidence, now) => {
      seen.push({ references: evidence.map(referenceOf), now });
      return seen.length === 1 ? wanted(request("blob", "sha256:1"), request("blob", "sha256:2")) : decided();
    },
  });
  assert.equal((await verifierOf({ core, clock: () => 1_234n }).verify(imageNamed())).ok, true);
  assert.deepEqual(seen, [
    { references: [DIGEST, "sha256-a.sig"], now: 1_234n },
    { references: [DIGEST, "sha256-a.sig", "sha256:1", "sha256:2"], now: 1_234n },
  ]);
});

test("an accepting verdict is the core's judgement, whole, and what it took", async () => {
  const outcome = decided();
  const core = coreDouble({ judge: () => outcome });
  const { durations, cached, ...judgement } = await verifierOf({ core }).verify(imageNamed());
  assert.deepEqual(judgement, outcome.val);
  assert.equal(cached, false);
  assert.deepEqual(Object.keys(durations), ["planMs", "fetchMs", "judgeMs", "totalMs"]);
});

test("a name alone is left to the core, with what was found under it", async () => {
  const judged: { image: Image; references: string[] }[] = [];
  const core = coreDouble({
    plan: () => wanted(request("manifest", "latest")),
    judge: (image, evidence) => {
      judged.push({ image, references: evidence.map(referenceOf) });
      return judged.length === 1 ? wanted(request("cosign-tag", "sha256-a.sig")) : decided();
    },
  });
  const image = nameAlone();
  assert.equal((await verifierOf({ core }).verify(image)).ok, true);
  assert.deepEqual(judged, [
    { image, references: ["latest"] },
    { image, references: ["latest", "sha256-a.sig"] },
  ]);
});

test("every verdict is recorded", async () => {
  const audit = new AuditDouble();
  const verifier = verifierOf({ audit });
  const verdict = await verifier.verify(imageNamed("ghcr.io/automata/app:1"));
  verifier.refuse(imageNamed("nonsense"), "request-malformed", "no nonce");
  const [accepted, refused] = audit.records;
  assert.deepEqual(accepted, {
    time: accepted?.time,
    name: "ghcr.io/automata/app:1",
    digest: DIGEST,
    ok: true,
    code: "accepted",
    reason: verdict.reason,
    scope: "ghcr.io/automata",
    transport: "docker",
    policyDigest: verdict.policyDigest,
    signer: "c".repeat(64),
    durations: verdict.durations,
    cached: false,
  });
  assert.match(accepted?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(refused?.name, "nonsense");
  assert.equal(refused.code, "request-malformed");
  assert.equal(refused.signer, null);
});

function verifierOf({
  core = coreDouble(),
  source = new SourceDouble(),
  audit = new AuditDouble(),
  clock = () => 0n,
}): Verifier {
  return new Verifier({ policy: () => loaded(core), source, audit, clock });
}

function nameAlone(): Image {
  return {
    transport: "docker",
    name: "ghcr.io/automata/app",
    mode: "user",
    digest: "",
    descriptor: new Uint8Array(),
  };
}

function referenceOf(evidence: Evidence): string {
  return evidence.val.reference;
}
