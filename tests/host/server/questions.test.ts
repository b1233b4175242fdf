import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { coreDigest, PolicyCore } from "../../../host/core/core.js";
import type {
  ExplainResponse,
  GetPolicyResponse,
  PastJudgement,
  VerifierServiceClient,
} from "../../../host/server/generated/countersign/v1/verifier.js";
import { auditRecord } from "../../../host/service/audit.js";
import { deny } from "../../../host/service/denial.js";
import type { PolicyState } from "../../../host/service/policy-file.js";
import { RecentRecords } from "../../../host/service/recent-records.js";
import { KEY, KEY_PATH, POLICY } from "../core/signed-image.js";
import { coreDouble, DIGEST, loaded } from "../service/core-double.js";
import { daemonUnderTest, verifierClient } from "./daemon-under-test.js";

const NO_POLICY = { kind: "none", code: "no-policy", reason: "no policy at /etc/x" } as const;

test("GetPolicy: digests, path, time, fingerprints and findings of the policy in force", async (t) => {
  const core = PolicyCore.load(POLICY, () => KEY);
  const path = "/etc/countersign/policy.json";
  const state: PolicyState = { kind: "loaded", core, path, loadedAt: new Date("2026-11-23T00:00:00Z") };
  const response = await getPolicy(await clientOf(t, state));
  assert.deepEqual(response, {
    loaded: true,
    code: "",
    reason: "",
    policyDigest: core.summary.digest,
    coreDigest: coreDigest(),
    path,
    loadedAt: "2026-11-23T00:00:00.000Z",
    keys: core.summary.keys,
    findings: core.summary.findings,
    reloadFailure: "",
    reloadFailedAt: "",
  });
  assert.equal(response.keys[0]?.file, KEY_PATH);
});

test("GetPolicy: a key without a fingerprint says why", async (t) => {
  const core = PolicyCore.load(POLICY, () => null);
  const { keys } = await getPolicy(await clientOf(t, loaded(core)));
  assert.equal(keys[0]?.fingerprint, "");
  assert.notEqual(keys[0].problem, "");
});

test("GetPolicy: without a policy, why there is none", async (t) => {
  const none = await getPolicy(await clientOf(t, NO_POLICY));
  assert.equal(none.loaded, false);
  assert.equal(none.code, "no-policy");
  assert.equal(none.reason, NO_POLICY.reason);
  assert.equal(none.coreDigest, coreDigest());

  const invalid = { kind: "invalid", code: "policy-invalid", reason: "broken", path: "/etc/x" } as const;
  const broken = await getPolicy(await clientOf(t, invalid));
  assert.equal(broken.code, "policy-invalid");
  assert.equal(broken.path, "/etc/x");
});

test("Explain: every candidate, and what applies", async (t) => {
  const core = PolicyCore.load(POLICY, () => KEY);
  const client = await clientOf(t, loaded(core));
  const response = await explain(client, "ghcr.io/automata/app");
  assert.equal(response.ok, true, response.reason);
  assert.equal(response.canonical, "ghcr.io/automata/app:latest");
  assert.equal(response.candidates[response.applies]?.scope, "ghcr.io/automata");
  assert.equal(response.requirements.length, 1);
});

test("Explain: name-invalid, request-malformed, no-policy and core-fault are in band", async (t) => {
  const client = await clientOf(t, loaded(PolicyCore.load(POLICY, () => KEY)));
  assert.equal((await explain(client, "UPPER/CASE")).code, "name-invalid");
  assert.equal((await explain(client, "a".repeat(1025))).code, "request-malformed");
  assert.equal((await explain(await clientOf(t, NO_POLICY), "app")).code, "no-policy");
  const faulty = {
    ...coreDouble(),
    explain: () => {
      throw new TypeError("secret detail");
    },
  };
  const response = await explain(await clientOf(t, loaded(faulty)), "app");
  assert.equal(response.code, "core-fault");
  assert.doesNotMatch(response.reason, /secret/);
});

test("GetPolicy: a reload that failed, and when", async (t) => {
  const state = loaded(PolicyCore.load(POLICY, () => KEY));
  const failure = { code: "policy-invalid", reason: "broken", at: new Date("2026-11-23T00:00:00Z") } as const;
  const policy = { state, failure, onChange: () => {} };
  const response = await getPolicy(
    verifierClient(t, (await daemonUnderTest(t, { options: { policy } })).daemon),
  );
  assert.equal(response.loaded, true);
  assert.equal(response.reloadFailure, "broken");
  assert.equal(response.reloadFailedAt, "2026-11-23T00:00:00.000Z");
});

test("ListJudgements: what became of a name", async (t) => {
  const recent = new RecentRecords();
  const { daemon } = await daemonUnderTest(t, { options: { recent } });
  const asked = { name: "ghcr.io/automata/app:1", digest: DIGEST };
  const denial = deny("busy", "too many requests", { ...asked, policyDigest: "" });
  const durations = { planMs: 0, fetchMs: 0, judgeMs: 0, totalMs: 0 };
  const verdict = { ...denial, durations, cached: false };
  recent.write(auditRecord(asked, verdict, new Date("2026-11-23T00:00:00Z")));
  recent.write(auditRecord({ ...asked, name: "another" }, verdict, new Date()));
  assert.deepEqual(await listJudgements(verifierClient(t, daemon), asked.name), [
    { ...asked, time: "2026-11-23T00:00:00.000Z", ok: false, code: "busy", reason: "too many requests" },
  ]);
});

async function clientOf(t: TestContext, state: PolicyState): Promise<VerifierServiceClient> {
  return verifierClient(t, (await daemonUnderTest(t, { state })).daemon);
}

function listJudgements(client: VerifierServiceClient, name: string): Promise<readonly PastJudgement[]> {
  return new Promise((resolve, reject) => {
    client.listJudgements({ name }, (error, { judgements }) => (error ? reject(error) : resolve(judgements)));
  });
}

function getPolicy(client: VerifierServiceClient): Promise<GetPolicyResponse> {
  return new Promise((resolve, reject) => {
    client.getPolicy({}, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

function explain(client: VerifierServiceClient, name: string): Promise<ExplainResponse> {
  return new Promise((resolve, reject) => {
    client.explain({ name }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}
