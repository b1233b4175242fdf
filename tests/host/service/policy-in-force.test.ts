import assert from "node:assert/strict";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import threads from "node:worker_threads";

import type { CoreJudgement } from "../../../host/core/core.js";
import { type Measurement, MeasurementFailed } from "../../../host/service/measurement.js";
import { findPolicy } from "../../../host/service/policy-file.js";
import { PolicyInForce, UnexpectedPolicy } from "../../../host/service/policy-in-force.js";
import { watchPolicy } from "../../../host/service/policy-watch.js";
import { Verifier } from "../../../host/service/verifier.js";
import { generateKey } from "../../support/sign.js";
import { evidenceFor, KEY, POLICY, SIGNED_IMAGE } from "../core/signed-image.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { SourceDouble } from "./source-double.js";

const REJECT = { default: [{ type: "reject" }] };
const ACCEPT = { default: [{ type: "insecureAcceptAnything" }] };

test("a policy that is replaced is in force, and whoever listens is told", async (t) => {
  const { policy, write, digest } = await setUp(t, REJECT);
  const before = digest();
  let told = 0;
  policy.onChange(() => told++);
  write(ACCEPT);
  await policy.reload();
  assert.notEqual(digest(), before);
  assert.equal(told, 1);
});

test("what comes into force is logged, with what a careful operator would want to know", async (t) => {
  const { log, path } = await setUp(t, ACCEPT);
  const [inForce, warning] = log.lines;
  assert.equal(inForce?.message, "policy in force");
  assert.equal(inForce?.fields["path"], path);
  assert.equal(warning?.level, "warn");
  assert.match(warning.message, /^warning: \S+policy\.json:1:\d+: /);
});

for (const [what, Worker] of [
  [
    "cannot be started",
    class {
      constructor() {
        throw new Error("no thread");
      }
    },
  ],
  [
    "ends before it has answered",
    class extends threads.Worker {
      constructor() {
        super("process.exit()", { eval: true });
      }
    },
  ],
  [
    "fails",
    class extends threads.Worker {
      constructor() {
        super("throw new Error('no policy')", { eval: true });
      }
    },
  ],
] as const) {
  test(`where a thread ${what}, a policy is loaded without one, and the log says so`, async (t) => {
    const { policy, log, write, digest } = await setUp(t, REJECT);
    const before = digest();
    write(ACCEPT);
    const original = threads.Worker;
    const replace = (worker: unknown) => {
      Object.assign(threads, { Worker: worker });
      syncBuiltinESMExports();
    };
    replace(Worker);
    t.after(() => replace(original));
    await policy.reload();
    assert.notEqual(digest(), before);
    assert.ok(log.lines.some(({ message }) => message === "a policy is loaded while others wait"));
  });
}

test("files that are what they were change nothing", async (t) => {
  const { policy, log } = await setUp(t, REJECT);
  const { state } = policy;
  const lines = log.lines.length;
  await policy.reload();
  assert.equal(policy.state, state);
  assert.equal(log.lines.length, lines);
});

const BROKEN: [what: string, break_: (path: string) => void, reason: RegExp][] = [
  ["is broken", (path) => writeFileSync(path, "{"), /policy\.json:1:\d+: /],
  ["is gone", (path) => rmSync(path), /^no policy at /],
  ["is a folder", replaceByFolder, /is not a regular file$/],
];
for (const [what, break_, reason] of BROKEN) {
  test(`a new policy that ${what} leaves the old one in force, and says so once`, async (t) => {
    const { policy, path, log, write, digest } = await setUp(t, REJECT);
    const before = digest();
    break_(path);
    await policy.reload();
    await policy.reload();
    assert.equal(digest(), before);
    assert.match(policy.failure?.reason ?? "", reason);
    assert.equal(log.lines.filter(({ level }) => level === "error").length, 1);
    rmSync(path, { recursive: true, force: true });
    write(REJECT);
    await policy.reload();
    assert.equal(policy.failure, null);
  });
}

test("a policy that comes later than the daemon is in force when it comes", async (t) => {
  const { policy, write } = await setUp(t, null);
  assert.equal(policy.state.kind === "none" && policy.state.code, "no-policy");
  write(ACCEPT);
  await policy.reload();
  assert.equal(policy.state.kind, "loaded");
});

test("a key file that is replaced is another policy", async (t) => {
  const { policy, folder, digest } = await setUp(t, signedBy("cosign.pub"), { "cosign.pub": KEY });
  const before = digest();
  writeFileSync(join(folder, "cosign.pub"), generateKey().publicPem);
  await policy.reload();
  assert.notEqual(digest(), before);
});

test("a key that could be read and cannot be any more makes the new policy a broken one", async (t) => {
  const { policy, folder, digest } = await setUp(t, signedBy("cosign.pub"), { "cosign.pub": KEY });
  const before = digest();
  rmSync(join(folder, "cosign.pub"));
  await policy.reload();
  assert.equal(digest(), before);
  assert.match(policy.failure?.reason ?? "", /names \S+cosign\.pub, which cannot be read any more$/);
});

test("another policy than the attested one is never in force", async (t) => {
  const { digest } = await setUp(t, REJECT);
  const expectedDigest = digest();
  const { policy, write } = await setUp(t, REJECT, {}, { expectedDigest });
  write(ACCEPT);
  await policy.reload();
  assert.equal(policy.state.kind === "loaded" && policy.state.core.summary.digest, expectedDigest);
  assert.match(policy.failure?.reason ?? "", /is policy sha256:\w+, and not sha256:\w+ as expected$/);
});

for (const [what, policy] of [
  ["another policy", ACCEPT],
  ["no policy", null],
  ["a broken policy", "{"],
] as const) {
  test(`with ${what} than the expected one there is no start`, async (t) => {
    const { digest } = await setUp(t, REJECT);
    await assert.rejects(setUp(t, policy, {}, { expectedDigest: digest() }), UnexpectedPolicy);
  });
}

test("measurement-failed: a policy that could not be measured is not in force", async (t) => {
  const measurement = new MeasurementDouble();
  measurement.fails = true;
  const { policy, write } = await setUp(t, REJECT, {}, { measurement });
  assert.equal(policy.state.kind === "invalid" && policy.state.code, "measurement-failed");
  measurement.fails = false;
  await policy.reload();
  assert.equal(policy.state.kind, "loaded");

  measurement.fails = true;
  const { state } = policy;
  write(ACCEPT);
  await policy.reload();
  assert.equal(policy.state, state);
  assert.match(policy.failure?.reason ?? "", /^the policy could not be measured: it exited with 1$/);
});

test("a policy is measured before it is in force", async (t) => {
  const measurement = new MeasurementDouble();
  const { policy, write, digest } = await setUp(t, REJECT, {}, { measurement });
  const before = digest();
  measurement.onLoad = () => assert.equal(digest(), before);
  write(ACCEPT);
  await policy.reload();
  assert.deepEqual(measurement.policies, [before, digest()]);
});

test("watched: a file that is renamed into place, twice", async (t) => {
  const { policy, folder, path } = await setUp(t, REJECT);
  watch(t, policy);
  for (const next of [ACCEPT, REJECT]) {
    const changed = nextChange(policy);
    writeFileSync(join(folder, "new"), JSON.stringify(next));
    renameSync(join(folder, "new"), path);
    await changed;
    assert.equal(policy.failure, null);
  }
});

test("watched: a Kubernetes volume whose data is swapped, twice, key and policy at once", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "policy.json");
  const text = JSON.stringify({ default: [requirement(join(folder, "cosign.pub"))] });
  fillVolume(folder, "..1", { "policy.json": text, "cosign.pub": KEY });
  for (const name of ["policy.json", "cosign.pub"]) symlinkSync(join("..data", name), join(folder, name));
  const policy = await PolicyInForce.start({ location: findPolicy(path, []), log: new LogDouble() });
  watch(t, policy);
  const digests = new Set([digestOf(policy)]);
  for (const generation of ["..2", "..3"]) {
    const changed = nextChange(policy);
    fillVolume(folder, generation, { "policy.json": text, "cosign.pub": generateKey().publicPem });
    await changed;
    digests.add(digestOf(policy));
  }
  assert.equal(digests.size, 3);
});

test("watched: a key file's folder is watched too", async (t) => {
  const keys = temporaryFolder(t);
  writeFileSync(join(keys, "cosign.pub"), KEY);
  const { policy } = await setUp(t, { default: [requirement(join(keys, "cosign.pub"))] });
  watch(t, policy);
  const changed = nextChange(policy);
  writeFileSync(join(keys, "cosign.pub"), generateKey().publicPem);
  await changed;
});

test("watched: a change counts, though something else in its folder is written all the time", async (t) => {
  const { policy, folder, write } = await setUp(t, REJECT);
  watch(t, policy);
  const writing = setInterval(() => appendFileSync(join(folder, "audit.jsonl"), "{}\n"), 20);
  t.after(() => clearInterval(writing));
  const changed = nextChange(policy);
  // Less than what the poll needs.
  const late = AbortSignal.timeout(20_000);
  write(ACCEPT);
  await Promise.race([changed, once(late, "abort")]);
  assert.equal(late.aborted, false);
});

test("10,000 judgements while policies are replaced are each by exactly one of them", async (t) => {
  const stranger = generateKey().publicPem;
  const { policy, folder, digest } = await setUp(t, signedBy("cosign.pub"), { "cosign.pub": KEY });
  const accepting = digest();
  const source = new SourceDouble(async (request) => {
    await new Promise((resolve) => setImmediate(resolve));
    return evidenceFor(request);
  });
  const limits = { inFlightPerRegistry: 256 };
  const parts = { source, audit: new AuditDouble(), log: new LogDouble(), limits };
  const verifier = new Verifier({ policy: () => policy.state, ...parts });
  const codes = new Map<string, Set<string>>();
  for (let round = 0; round < 100; round++) {
    const verdicts = Array.from({ length: 100 }, () => verifier.verify(SIGNED_IMAGE));
    writeFileSync(join(folder, "cosign.pub"), round % 2 === 0 ? stranger : KEY);
    await policy.reload();
    for (const { policyDigest, code } of await Promise.all(verdicts)) {
      codes.set(policyDigest, (codes.get(policyDigest) ?? new Set()).add(code));
    }
  }
  assert.deepEqual(codes.get(accepting), new Set(["accepted"]));
  codes.delete(accepting);
  assert.deepEqual([...codes.values()], [new Set(["signature-invalid"])]);
});

/** Tells of what it was asked to measure, and fails when it is to. */
class MeasurementDouble implements Measurement {
  readonly policies: string[] = [];
  fails = false;
  onLoad = () => {};

  async policyLoaded(policyDigest: string): Promise<void> {
    this.onLoad();
    if (this.fails) throw new MeasurementFailed("it exited with 1");
    this.policies.push(policyDigest);
  }

  async imageAccepted(_judgement: CoreJudgement): Promise<boolean> {
    return true;
  }
}

test("what changed before its folder was watched is noticed without waiting for the poll", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { policy, write, digest } = await setUp(t, REJECT);
  const before = digest();
  write(ACCEPT);
  const changed = nextChange(policy);
  watch(t, policy);
  await changed;
  assert.notEqual(digest(), before);
});

interface Options {
  expectedDigest?: string;
  measurement?: Measurement;
}

/** A folder with a policy (none: null; text as it is) and files beside it, and the policy in force from there. */
async function setUp(
  t: TestContext,
  first: object | string | null,
  files: Record<string, Uint8Array | string> = {},
  options: Options = {},
) {
  const folder = temporaryFolder(t);
  const path = join(folder, "policy.json");
  const write = (policy: object | string) =>
    writeFileSync(
      path,
      (typeof policy === "string" ? policy : JSON.stringify(policy)).replaceAll("FOLDER", folder),
    );
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (first !== null) write(first);
  const log = new LogDouble();
  const policy = await PolicyInForce.start({ location: findPolicy(path, []), log, ...options });
  return { folder, path, log, policy, write, digest: () => digestOf(policy) };
}

function digestOf({ state }: PolicyInForce): string {
  assert.equal(state.kind, "loaded");
  return state.core.summary.digest;
}

/** The policy of a signed image with its key in the test's folder. */
function signedBy(key: string): string {
  return POLICY.toString().replace(/"keyPath":"[^"]+"/, `"keyPath":"FOLDER/${key}"`);
}

function requirement(keyPath: string) {
  return { type: "sigstoreSigned", keyPath };
}

/** As Kubernetes writes a ConfigMap: a new folder, and a link that is renamed over the old one. */
function fillVolume(folder: string, generation: string, files: Record<string, Uint8Array | string>): void {
  mkdirSync(join(folder, generation));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, generation, name), content);
  symlinkSync(generation, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function watch(t: TestContext, policy: PolicyInForce): void {
  t.after(watchPolicy(policy));
}

function nextChange(policy: PolicyInForce): Promise<void> {
  return new Promise((resolve) => policy.onChange(resolve));
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-in-force-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
