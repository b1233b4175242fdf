import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { startRegistry } from "../../support/registry/registry.js";
import { generateKey, makeImage, pushImage, pushSigned } from "../../support/sign.js";
import { ACCEPT_ALL, assertUsageError, policyFile, REJECT_ALL, runCli, temporaryFolder } from "./run-cli.js";

/** A registry with `app:signed` and `app:unsigned`, and a policy that wants the key's signature on all of it. */
async function signedAndUnsigned(t: TestContext) {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const key = generateKey();
  const signed = pushImage(registry, "app", makeImage({ seed: "signed" }), "signed");
  const unsigned = pushImage(registry, "app", makeImage({ seed: "unsigned" }), "unsigned");
  pushSigned(registry, "app", signed, key.privateKey, `${registry.host}/app`);

  const keyPath = join(temporaryFolder(t), "cosign.pub");
  writeFileSync(keyPath, key.publicPem);
  const requirement = { type: "sigstoreSigned", keyPath, signedIdentity: { type: "matchRepository" } };
  const policy = policyFile(t, { ...REJECT_ALL, transports: { docker: { [registry.host]: [requirement] } } });
  return { registry, policy, signed, unsigned, name: (tag: string) => `${registry.host}/app:${tag}` };
}

async function closedRegistry(): Promise<string> {
  const registry = await startRegistry();
  const { host } = registry;
  await registry.close();
  return host;
}

test("a signed image is allowed: exit status 0, one line", async (t) => {
  const { policy, name, signed } = await signedAndUnsigned(t);
  const { status, stdout } = await runCli(["verify", "--policy", policy, name("signed")]);
  assert.ok(stdout.startsWith(`allowed ${name("signed")}@${signed} accepted: `), stdout);
  assert.equal(stdout.split("\n").length, 2);
  assert.equal(status, 0);
});

test("an unsigned image is denied: exit status 1, one line", async (t) => {
  const { policy, name, unsigned } = await signedAndUnsigned(t);
  const { status, stdout } = await runCli(["verify", "--policy", policy, name("unsigned")]);
  assert.ok(stdout.startsWith(`denied ${name("unsigned")}@${unsigned} no-signature: `), stdout);
  assert.equal(status, 1);
});

test("--registries-d: signatures are looked for only where it says so, and never without need", async (t) => {
  const { registry, policy, name } = await signedAndUnsigned(t);
  const folder = temporaryFolder(t);
  const verify = (...options: string[]) => runCli(["verify", "--policy", policy, ...options, name("signed")]);
  const off = await verify("--registries-d", folder);
  assert.match(
    off.stdout,
    /^denied \S+ attachments-disabled: signatures are not looked for: use-sigstore-attachments/,
  );
  assert.equal(off.status, 1);
  writeFileSync(
    join(folder, "x.yaml"),
    `docker:\n  "${registry.host}":\n    use-sigstore-attachments: true\n`,
  );
  assert.equal((await verify("--registries-d", folder)).status, 0);
  writeFileSync(join(folder, "y.yaml"), "docker: [");
  assertUsageError(await verify("--registries-d", folder), /--registries-d: .*y\.yaml:\d+:\d+: not YAML/);
  assertUsageError(await verify("--registries-d", join(folder, "gone")), /gone cannot be read: ENOENT/);
});

test("--hosts-dir: where nothing is yet is said, unless there is one of several", async (t) => {
  const policy = policyFile(t, REJECT_ALL);
  const folder = temporaryFolder(t);
  const verify = (hosts: string) =>
    runCli(["verify", "--policy", policy, "--hosts-dir", hosts, "a.example/b:1"]);
  assert.equal(
    (await verify(join(folder, "x"))).stderr,
    `countersign: --hosts-dir: there is no ${folder}/x yet\n`,
  );
  assert.equal((await verify(`${folder}:${folder}/x`)).stderr, "");
});

test("--json: one judgement a line, in the order of the names", async (t) => {
  const { policy, name } = await signedAndUnsigned(t);
  const names = ["unsigned", "signed", "missing", "signed", "unsigned"].map(name);
  const args = ["verify", "--policy", policy, "--json", "--concurrency", "3", ...names];
  const judgements = (await runCli(args)).stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    judgements.map((judgement) => judgement.name),
    names,
  );
  assert.deepEqual(
    judgements.map(({ ok }) => ok),
    [false, true, false, true, false],
  );
});

test("--json: the members scripts rely on", async (t) => {
  const { policy, name, signed } = await signedAndUnsigned(t);
  const { stdout } = await runCli(["verify", "--policy", policy, "--json", name("signed")]);
  const judgement = JSON.parse(stdout);
  assert.equal(judgement.name, name("signed"));
  assert.equal(judgement.digest, signed);
  assert.equal(judgement.ok, true);
  assert.equal(judgement.code, "accepted");
  assert.equal(typeof judgement.reason, "string");
  assert.equal(judgement.transport, "docker");
  assert.match(judgement.signer, /^[0-9a-f]{64}$/);
  assert.match(judgement.policyDigest, /^sha256:[0-9a-f]{64}$/);
  assert.ok(Array.isArray(judgement.items));
  assert.deepEqual(Object.keys(judgement.durations), ["planMs", "fetchMs", "judgeMs", "totalMs"]);
});

test("several images: a denial outweighs what could not be decided: exit status 1", async (t) => {
  const { policy, name } = await signedAndUnsigned(t);
  const undecided = `${await closedRegistry()}/app:1`;
  const policyText = JSON.parse(readFileSync(policy, "utf8"));
  const requirements = Object.values(policyText.transports.docker)[0];
  const both = policyFile(t, { ...policyText, transports: { docker: { "": requirements } } });
  const { status, stdout } = await runCli([
    "verify",
    "--policy",
    both,
    name("signed"),
    undecided,
    name("unsigned"),
  ]);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0]),
    ["allowed", "denied", "denied"],
  );
  assert.equal(status, 1);
});

test("a registry that cannot be asked: exit status 3", async (t) => {
  const policy = policyFile(t, { default: [{ type: "sigstoreSigned", keyData: keyData() }] });
  const { status, stdout } = await runCli(["verify", "--policy", policy, `${await closedRegistry()}/app:1`]);
  assert.match(stdout, /^denied \S+ registry-unavailable: /);
  assert.equal(status, 3);
});

test("rejected by policy: exit status 1, and no registry is asked", async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const policy = policyFile(t, REJECT_ALL);
  const { status, stdout } = await runCli(["verify", "--policy", policy, `${registry.host}/app:1`]);
  assert.match(stdout, /^denied \S+ rejected-by-policy: /);
  assert.deepEqual(registry.requests, []);
  assert.equal(status, 1);
});

test("a default that accepts anything is warned about on standard error", async (t) => {
  const { stderr } = await runCli(["verify", "--policy", policyFile(t, ACCEPT_ALL), "127.0.0.1:1/app:1"]);
  assert.match(stderr, /^countersign: warning: .*accepted, signed or not/m);
});

test("no policy: everything is denied, exit status 2", async () => {
  const { status, stdout, stderr } = await runCli([
    "verify",
    "--policy",
    "/nonexistent/policy.json",
    "nginx",
    "redis",
  ]);
  assert.equal(stdout.match(/^denied \w+ no-policy: no policy at \/nonexistent\/policy\.json$/gm)?.length, 2);
  assert.match(stderr, /^countersign: no-policy: no policy at \/nonexistent\/policy\.json\n$/);
  assert.equal(status, 2);
});

test("a broken policy: everything is denied with the position, exit status 2", async (t) => {
  const policy = policyFile(t, `{"default": [{"type": "reject"}], "extra": 1}`);
  const { status, stdout, stderr } = await runCli(["verify", "--policy", policy, "--json", "nginx"]);
  const judgement = JSON.parse(stdout);
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, "policy-invalid");
  assert.equal(judgement.name, "nginx");
  assert.match(stderr, /policy\.json:1:\d+: /);
  assert.equal(status, 2);
});

test("--platform: the same verdict, and a note that says so", async (t) => {
  const { policy, name } = await signedAndUnsigned(t);
  const { status, stderr } = await runCli([
    "verify",
    "--policy",
    policy,
    "--platform",
    "linux/arm64/v8",
    name("signed"),
  ]);
  assert.match(stderr, /^countersign: --platform linux\/arm64\/v8: .* for all of its platforms$/m);
  assert.equal(status, 0);
});

test("--audit-log appends one record for each verdict", async (t) => {
  const { policy, name } = await signedAndUnsigned(t);
  const log = join(temporaryFolder(t), "audit.jsonl");
  const args = ["verify", "--policy", policy, "--audit-log", log, name("signed"), name("unsigned")];
  await runCli(args);
  await runCli(args);
  const records = readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(records.length, 4);
  assert.deepEqual(new Set(records.map(({ code }) => code)), new Set(["accepted", "no-signature"]));
});

test("a name that cannot be read is denied and shown escaped", async (t) => {
  const { status, stdout } = await runCli([
    "verify",
    "--policy",
    policyFile(t, REJECT_ALL),
    "bad\nname\u001b[31m",
  ]);
  assert.match(stdout, /^denied [^\p{Cc}]* name-invalid: [^\p{Cc}]*\n$/u);
  assert.equal(status, 1);
});

/** A usable key whose signatures nobody has made. */
function keyData(): string {
  return Buffer.from(generateKey().publicPem).toString("base64");
}
