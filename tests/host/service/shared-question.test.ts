import assert from "node:assert/strict";
import { test } from "node:test";

import { Deadline } from "../../../host/service/deadline.js";
import type { LoadedCore } from "../../../host/service/policy-file.js";
import { SharedQuestions } from "../../../host/service/shared-question.js";
import { Verifier } from "../../../host/service/verifier.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { coreDouble, decided, imageNamed, loaded } from "./core-double.js";
import { Gate } from "./gate.js";
import { deafSource, itemFor, SourceDouble } from "./source-double.js";

test("equal questions at the same time are asked once, and each caller has its answer and its record", async () => {
  const gate = new Gate();
  const { verifier, source, audit } = setUp({ source: gated(gate) });
  const waiting = Array.from({ length: 20 }, () => verifier.verify(imageNamed()));
  await soon();
  gate.open();
  assert.deepEqual(new Set((await Promise.all(waiting)).map(({ ok }) => ok)), new Set([true]));
  assert.equal(source.asked.length, 2);
  assert.equal(audit.records.length, 20);
});

test("different questions at the same time are asked each", async () => {
  const { verifier, source } = setUp({});
  await Promise.all([1, 2, 3].map((tag) => verifier.verify(imageNamed(`ghcr.io/automata/app:${tag}`))));
  assert.equal(source.asked.length, 6);
});

test("a question that is over, and not answered yet, is not joined", async () => {
  const questions = new SharedQuestions<string>();
  const until = new Deadline(60_000);
  let answer = () => {};
  const never = new Promise<string>((resolve) => {
    answer = () => resolve("late");
  });
  const first = questions.join("a", 60_000, () => never);
  assert.equal(
    questions.join("a", 60_000, () => never),
    first,
  );
  // Whoever had waited has gone: that ends it.
  const gone = new Deadline(60_000, AbortSignal.abort());
  const waiting = first.wait(gone);
  assert.equal(first.isOver, true);
  const second = questions.join("a", 60_000, async () => "new");
  assert.equal(await second.wait(until), "new");
  answer();
  assert.equal(await waiting, "late");
  until.dispose();
  gone.dispose();
});

test("a question is asked again once it is answered", async () => {
  const { verifier, source } = setUp({});
  await verifier.verify(imageNamed());
  await verifier.verify(imageNamed());
  assert.equal(source.asked.length, 4);
});

test("whoever asked first may go: the others have their answer", async () => {
  const gate = new Gate();
  const signals: AbortSignal[] = [];
  const source = new SourceDouble(async (request, signal) => {
    signals.push(signal);
    await gate.opened;
    return itemFor(request);
  });
  const { verifier } = setUp({ source });
  const first = new AbortController();
  const gone = verifier.verify(imageNamed(), { signal: first.signal });
  const stays = verifier.verify(imageNamed());
  await soon();
  first.abort();
  const { ok, code, reason } = await gone;
  assert.deepEqual([ok, code], [false, "registry-timeout"]);
  assert.equal(reason, "no decision in time: the registry is too slow");
  assert.ok(signals.every(({ aborted }) => !aborted));
  gate.open();
  assert.equal((await stays).ok, true);
});

test("a caller's own deadline is its own: the question goes on for the others", async () => {
  const gate = new Gate();
  const { verifier } = setUp({ source: gated(gate) });
  const patient = verifier.verify(imageNamed());
  assert.equal((await verifier.verify(imageNamed(), { deadlineMs: 5 })).code, "registry-timeout");
  gate.open();
  assert.equal((await patient).ok, true);
});

test("a question nobody waits for any more ends, and the next caller asks anew", async () => {
  const signals: AbortSignal[] = [];
  const source = new SourceDouble((request, signal) => {
    signals.push(signal);
    return signals.length <= 2 ? new Promise(() => {}) : itemFor(request);
  });
  const core = coreDouble({
    judge: (_, evidence) =>
      evidence.some(({ tag }) => tag === "unavailable")
        ? decided({ ok: false, code: "registry-timeout" })
        : decided(),
  });
  const { verifier } = setUp({ core, source });
  const callers = [new AbortController(), new AbortController()];
  const waiting = callers.map(({ signal }) => verifier.verify(imageNamed(), { signal }));
  await soon();
  for (const caller of callers) caller.abort();
  await soon();
  const next = verifier.verify(imageNamed());
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ code }) => code),
    ["registry-timeout", "registry-timeout"],
  );
  assert.ok(signals.slice(0, 2).every(({ aborted }) => aborted));
  assert.equal((await next).ok, true);
});

test("a question has a deadline of its own: those who came late and have time left ask anew", async () => {
  let asked = 0;
  const source = new SourceDouble((request) => (++asked <= 2 ? new Promise(() => {}) : itemFor(request)));
  const core = coreDouble({
    judge: (_, evidence) =>
      evidence.some(({ tag }) => tag === "unavailable")
        ? decided({ ok: false, code: "registry-timeout" })
        : decided(),
  });
  const { verifier } = setUp({ core, source, limits: { deadlineMs: 30 } });
  const early = verifier.verify(imageNamed());
  const late = verifier.verify(imageNamed(), { deadlineMs: 60_000 });
  assert.equal((await early).code, "registry-timeout");
  assert.equal((await late).ok, true);
});

test("whoever has no time left to ask anew has the answer that there is", async () => {
  let asked = 0;
  const source = new SourceDouble(() => {
    asked += 1;
    return new Promise(() => {});
  });
  const core = coreDouble({
    judge: () => decided({ ok: false, code: "registry-timeout", reason: "the first" }),
  });
  const { verifier } = setUp({ core, source, limits: { deadlineMs: 30 } });
  const early = verifier.verify(imageNamed());
  const late = verifier.verify(imageNamed(), { deadlineMs: 100 });
  assert.equal((await early).ok, false);
  const before = asked;
  assert.equal((await late).reason, "the first");
  assert.equal(asked, before);
});

test("a fault is everybody's denial", async () => {
  const source = new SourceDouble(() => {
    throw new TypeError("undefined is not a function");
  });
  const { verifier } = setUp({ source });
  const verdicts = await Promise.all([verifier.verify(imageNamed()), verifier.verify(imageNamed())]);
  assert.deepEqual(
    verdicts.map(({ code }) => code),
    ["core-fault", "core-fault"],
  );
});

test("callers under another policy do not join a question of the one before", async () => {
  const gate = new Gate();
  const before = coreDouble();
  const after = coreDouble({ judge: () => decided({ ok: false, code: "no-signature" }) });
  let core: LoadedCore = before;
  const source = gated(gate);
  const verifier = new Verifier({ policy: () => loaded(core), source, audit: new AuditDouble() });
  const early = verifier.verify(imageNamed());
  await soon();
  core = after;
  const late = verifier.verify(imageNamed());
  await soon();
  gate.open();
  assert.equal((await early).ok, true);
  assert.equal((await late).code, "no-signature");
});

test("busy: callers who wait for the same are counted, one by one", async () => {
  const { verifier } = setUp({ source: deafSource(), limits: { inFlight: 2, deadlineMs: 30 } });
  const waiting = [verifier.verify(imageNamed()), verifier.verify(imageNamed())];
  assert.equal((await verifier.verify(imageNamed())).code, "busy");
  await Promise.all(waiting);
});

/** Until everything that does not wait for us has happened. */
function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function gated(gate: Gate): SourceDouble {
  return new SourceDouble(async (request) => {
    await gate.opened;
    return itemFor(request);
  });
}

function setUp({
  core = coreDouble(),
  source = new SourceDouble(),
  limits = {},
}: {
  core?: LoadedCore;
  source?: SourceDouble;
  limits?: { inFlight?: number; deadlineMs?: number };
}) {
  const audit = new AuditDouble();
  const verifier = new Verifier({
    policy: () => loaded(core),
    source,
    audit,
    limits,
    log: new LogDouble(),
  });
  return { verifier, source, audit };
}
