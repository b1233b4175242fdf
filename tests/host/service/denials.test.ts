import assert from "node:assert/strict";
import { test } from "node:test";

import type { Evidence } from "#component/types";
import { ArgumentRefused, CoreFault } from "../../../host/core/core.js";
import type { AuditSink } from "../../../host/service/audit.js";
import { deny } from "../../../host/service/denial.js";
import type { Limits } from "../../../host/service/limits.js";
import type { LoadedCore, PolicyState } from "../../../host/service/policy-file.js";
import type { Decision } from "../../../host/service/verdict.js";
import { Verifier } from "../../../host/service/verifier.js";
import type { Source } from "../../../host/sources/source.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import {
  coreDouble,
  DIGEST,
  decided,
  imageNamed,
  loaded,
  POLICY_DIGEST,
  request,
  wanted,
} from "./core-double.js";
import { Gate } from "./gate.js";
import { deafSource, itemFor, SourceDouble } from "./source-double.js";

test("no-policy: nothing is allowed, and the reason is where one was looked for", async () => {
  const reason = "no policy at /etc/countersign/policy.json";
  const { verifier, audit } = setUp({ state: { kind: "none", code: "no-policy", reason } });
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "no-policy");
  assert.equal(verdict.reason, reason);
  assert.equal(audit.records[0]?.code, "no-policy");
});

test("policy-invalid: nothing is allowed, and the reason says what is wrong", async () => {
  const reason = "/etc/countersign/policy.json:1:2: unknown member";
  const path = "/etc/countersign/policy.json";
  const { verifier } = setUp({ state: { kind: "invalid", code: "policy-invalid", reason, path } });
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "policy-invalid");
  assert.equal(verdict.reason, reason);
});

test("core-fault: the image is denied, what was judged is logged, and the next one is judged", async () => {
  let faults = 1;
  const core = coreDouble({
    judge: () => {
      if (faults-- > 0) throw new CoreFault("the core failed: unreachable");
      return decided();
    },
  });
  const { verifier, log } = setUp({ core });
  const verdict = await verifier.verify(imageNamed("ghcr.io/automata/evil:1"));
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "core-fault");
  assert.equal(verdict.policyDigest, POLICY_DIGEST);
  assert.deepEqual(log.lines, [
    {
      level: "error",
      message: "the core failed on this image",
      fields: {
        name: "ghcr.io/automata/evil:1",
        digest: DIGEST,
        policyDigest: POLICY_DIGEST,
        error: "CoreFault: the core failed: unreachable",
      },
    },
  ]);
  assert.equal((await verifier.verify(imageNamed())).ok, true);
});

test("core-fault: a core that keeps asking for what it was given", async () => {
  const { verifier, source } = setUp({
    core: coreDouble({ judge: () => wanted(request("manifest", DIGEST)) }),
  });
  assert.equal((await verifier.verify(imageNamed())).code, "core-fault");
  assert.equal((source as SourceDouble).asked.length, 2);
});

test("core-fault: a source that breaks its promise", async () => {
  const source = new SourceDouble(() => {
    throw new TypeError("undefined is not a function");
  });
  const { verifier, log } = setUp({ source });
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.code, "core-fault");
  assert.equal(verdict.reason, "the service failed: see the log");
  assert.match(String(log.lines[0]?.fields["error"]), /undefined is not a function/);
});

test("request-malformed: an argument that never reached the core", async () => {
  const core = coreDouble({
    plan: () => {
      throw new ArgumentRefused("name is not well-formed unicode");
    },
  });
  const { verifier } = setUp({ core });
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "request-malformed");
  assert.equal(verdict.reason, "name is not well-formed unicode");
});

test("registry-timeout: what did not arrive by the deadline is evidence, for the core to weigh", async () => {
  const seen: Evidence[] = [];
  const core = coreDouble({
    judge: (_, evidence) => {
      seen.push(...evidence);
      return decided({ ok: false, code: "registry-timeout" });
    },
  });
  const source = new SourceDouble((request) =>
    request.kind === "manifest" ? itemFor(request) : new Promise(() => {}),
  );
  const { verifier } = setUp({ core, source });
  assert.equal((await verifier.verify(imageNamed(), { deadlineMs: 20 })).code, "registry-timeout");
  assert.deepEqual(
    seen.map((evidence) => [evidence.tag, "code" in evidence.val ? evidence.val.code : ""]),
    [
      ["item", ""],
      ["unavailable", "registry-timeout"],
    ],
  );
});

test("registry-timeout: after the deadline no further round begins", async () => {
  const core = coreDouble({ judge: () => wanted(request("blob", "sha256:1")) });
  const { verifier, source } = setUp({ core, source: deafSource() });
  const verdict = await verifier.verify(imageNamed(), { deadlineMs: 20 });
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "registry-timeout");
  assert.equal((source as SourceDouble).asked.length, 2);
});

test("registry-timeout: after the deadline nobody is asked beyond a mirror", async () => {
  const fetch = () => new Promise<never>(() => {});
  const place = { fetch, beyond: () => assert.fail("it is asked what lies beyond") };
  const core = coreDouble({ judge: () => decided({ ok: false, code: "registry-timeout" }) });
  const { verifier } = setUp({ core, source: { begin: () => place, fetch, close: async () => {} } });
  assert.equal((await verifier.verify(imageNamed(), { deadlineMs: 20 })).code, "registry-timeout");
});

test("registry-timeout: a source that stops because of the deadline is not a fault", async () => {
  const core = coreDouble({ judge: () => wanted(request("blob", "sha256:1")) });
  const source = new SourceDouble(
    (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
  );
  const { verifier } = setUp({ core, source });
  assert.equal((await verifier.verify(imageNamed(), { deadlineMs: 20 })).code, "registry-timeout");
});

test("registry-timeout: a caller that has gone ends the wait and the requests", async () => {
  const caller = new AbortController();
  const signals: AbortSignal[] = [];
  const source = new SourceDouble((_, signal) => {
    signals.push(signal);
    if (signals.length === 2) caller.abort();
    return new Promise(() => {});
  });
  const core = coreDouble({ judge: () => wanted(request("blob", "sha256:1")) });
  const { verifier } = setUp({ core, source });
  assert.equal((await verifier.verify(imageNamed(), { signal: caller.signal })).code, "registry-timeout");
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
});

test("registry-timeout: a caller that had gone before is not worth a request", async () => {
  const core = coreDouble();
  const { verifier, source } = setUp({ core });
  const verdict = await verifier.verify(imageNamed(), { signal: AbortSignal.abort() });
  assert.equal(verdict.code, "registry-timeout");
  assert.deepEqual((source as SourceDouble).asked, []);
});

test("budget-exhausted: evidence is fetched for seven rounds at most", async () => {
  let round = 0;
  const core = coreDouble({ judge: () => wanted(request("blob", `sha256:${round++}`)) });
  const { verifier, source } = setUp({ core });
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "budget-exhausted");
  assert.equal((source as SourceDouble).asked.length, 2 + 6);
});

test("busy: a judgement beyond the limit is denied at once, and room is made when one ends", async () => {
  const gate = new Gate();
  const source = new SourceDouble(async (request) => {
    await gate.opened;
    return itemFor(request);
  });
  const { verifier } = setUp({ source, limits: { inFlight: 2 } });
  const underWay = [verifier.verify(imageNamed()), verifier.verify(imageNamed())];
  const verdict = await verifier.verify(imageNamed());
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "busy");
  gate.open();
  assert.deepEqual(
    (await Promise.all(underWay)).map(({ ok }) => ok),
    [true, true],
  );
  assert.equal((await verifier.verify(imageNamed())).ok, true);
});

test("busy: a registry that does not answer takes its share, and the others go on", async () => {
  const slow = "slow.example";
  const core = coreDouble({
    plan: ({ name }) => wanted(request("manifest", DIGEST, name.split("/")[0])),
  });
  const source = new SourceDouble((request) =>
    request.registry === slow ? new Promise(() => {}) : itemFor(request),
  );
  const { verifier } = setUp({ core, source });
  const caller = new AbortController();
  const waiting = Array.from({ length: 64 }, (_, i) =>
    verifier.verify(imageNamed(`${slow}/app:${i}`), { signal: caller.signal }),
  );
  const verdict = await verifier.verify(imageNamed(`${slow}/app:64`));
  assert.equal(verdict.code, "busy");
  assert.equal(verdict.reason, "too many requests wait for slow.example already");
  assert.equal((await verifier.verify(imageNamed("ghcr.io/automata/app:1"))).ok, true);
  caller.abort();
  await Promise.all(waiting);
});

test("a failing audit sink changes no verdict", async () => {
  const audit: AuditSink = {
    write: () => {
      throw new Error("no space left on device");
    },
  };
  const denied = setUp({
    audit,
    core: coreDouble({ plan: () => decided({ ok: false, code: "no-signature" }) }),
  });
  assert.equal((await denied.verifier.verify(imageNamed())).code, "no-signature");
  assert.equal(denied.log.lines[0]?.message, "an audit record was lost");
  const accepted = setUp({ audit });
  assert.equal((await accepted.verifier.verify(imageNamed())).ok, true);
});

test("the host has no way to accept", () => {
  const about = { name: "app", digest: DIGEST, policyDigest: POLICY_DIGEST };
  // @ts-expect-error an accepting code is none of the host's
  assert.equal(deny("accepted", "", about).ok, false);
  // @ts-expect-error a judgement that is not the core's is no verdict
  const forged: Decision = { ...decided().val, ok: true };
  assert.equal(forged.ok, true);
});

interface Parts {
  core?: LoadedCore;
  state?: PolicyState;
  source?: Source;
  audit?: AuditSink;
  limits?: Partial<Limits>;
}

function setUp({ core, state = loaded(core), source = new SourceDouble(), audit, limits = {} }: Parts) {
  const records = new AuditDouble();
  const log = new LogDouble();
  const verifier = new Verifier({ policy: () => state, source, audit: audit ?? records, limits, log });
  return { verifier, source, audit: records, log };
}
