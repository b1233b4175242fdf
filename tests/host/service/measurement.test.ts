import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { MeasurementCommand, MeasurementFailed } from "../../../host/service/measurement.js";
import { Verifier } from "../../../host/service/verifier.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { coreDouble, decided, imageNamed, loaded, POLICY_DIGEST } from "./core-double.js";
import { SourceDouble } from "./source-double.js";

const CORE_DIGEST = `sha256:${"d".repeat(64)}`;

test("each event is one JSON line on the command's standard input, its arguments always the same", async (t) => {
  const { measurement, events } = setUp(t, 'echo "$@" >> "$0.arguments"; cat >> "$0.events"');
  await measurement.policyLoaded(POLICY_DIGEST, "/etc/countersign/policy.json");
  const accepting = verifier(measurement, decided({ name: "ghcr.io/a/b:1\u001b[31m" }).val);
  assert.equal((await accepting.verify(imageNamed())).ok, true);
  const [load, accept] = events();
  assert.equal(load?.event, "policy-load");
  assert.equal(load?.policyDigest, POLICY_DIGEST);
  assert.equal(load?.coreDigest, CORE_DIGEST);
  assert.equal(load?.path, "/etc/countersign/policy.json");
  assert.equal(accept?.event, "image-accept");
  assert.equal(accept?.scope, "ghcr.io/automata");
  assert.equal(accept?.signer, "c".repeat(64));
  assert.match(String(accept?.time), /^\d{4}-\d\d-\d\dT.*Z$/);
});

test("an acceptance is measured once for each policy, name and digest; a denial never", async (t) => {
  const { measurement, events } = setUp(t, 'cat >> "$0.events"');
  const accepting = verifier(measurement);
  await Promise.all([accepting.verify(imageNamed()), accepting.verify(imageNamed())]);
  await accepting.verify(imageNamed());
  assert.equal(events().length, 1);
  for (const other of [{ policyDigest: CORE_DIGEST }, { name: "ghcr.io/b" }, { digest: CORE_DIGEST }]) {
    await verifier(measurement, decided(other).val).verify(imageNamed());
    await verifier(measurement, decided(other).val).verify(imageNamed());
  }
  assert.equal(events().length, 4);
  const denial = decided({ ok: false, code: "no-signature", name: "ghcr.io/c" }).val;
  await verifier(measurement, denial).verify(imageNamed());
  assert.equal(events().length, 4);
});

for (const [what, script, why] of [
  ["exits with 3", "exit 3", "it exited with 3"],
  ["is killed", "kill -9 $$", "it was ended by SIGKILL"],
  ["hangs", "exec sleep 60", "it was ended by SIGKILL"],
] as const) {
  test(`measurement-failed: a required command that ${what} denies, and is asked again`, async (t) => {
    const { measurement, log, succeed } = setUp(t, script, { required: true, timeoutMs: 300 });
    const judging = verifier(measurement);
    const denied = await judging.verify(imageNamed());
    assert.equal(denied.ok, false);
    assert.equal(denied.code, "measurement-failed");
    assert.equal(denied.reason, `the acceptance could not be measured: ${why}`);
    assert.equal(log.lines[0]?.fields["failure"], why);
    succeed();
    assert.equal((await judging.verify(imageNamed())).ok, true);
  });
}

test("measurement-failed: a required command that does not start", async (t) => {
  const command = [join(temporaryFolder(t), "nothing")] as const;
  const measurement = new MeasurementCommand({
    command,
    required: true,
    coreDigest: CORE_DIGEST,
    log: new LogDouble(),
  });
  await assert.rejects(measurement.policyLoaded(POLICY_DIGEST, "/x"), (error: Error) => {
    assert.ok(error instanceof MeasurementFailed);
    assert.equal(error.message, "it does not start: ENOENT");
    return true;
  });
});

test("where measuring is not required a failure is logged, and the image accepted", async (t) => {
  const { measurement, log } = setUp(t, "echo secret >&2; exit 1");
  assert.equal((await verifier(measurement).verify(imageNamed())).ok, true);
  assert.equal(log.lines.length, 1);
  assert.doesNotMatch(JSON.stringify(log.lines), /secret/);
});

function verifier(measurement: MeasurementCommand, judgement = decided().val): Verifier {
  const core = coreDouble({ judge: () => ({ tag: "decided", val: judgement }) });
  const parts = { source: new SourceDouble(), audit: new AuditDouble(), log: new LogDouble() };
  return new Verifier({ policy: () => loaded(core), measurement, ...parts });
}

function setUp(t: TestContext, script: string, options: { required?: boolean; timeoutMs?: number } = {}) {
  const program = join(temporaryFolder(t), "measure");
  const write = (text: string) => writeFileSync(program, `#!/bin/sh\n${text}\n`);
  write(script);
  chmodSync(program, 0o755);
  const log = new LogDouble();
  const command = [program, "one", "two words"] as const;
  const measurement = new MeasurementCommand({
    command,
    required: false,
    coreDigest: CORE_DIGEST,
    log,
    ...options,
  });
  const events = (): Record<string, unknown>[] => {
    if (existsSync(`${program}.arguments`))
      assert.match(readFileSync(`${program}.arguments`, "utf8"), /^(one two words\n)+$/);
    return readFileSync(`${program}.events`, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  return { measurement, log, events, succeed: () => write("exit 0") };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-measurement-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
