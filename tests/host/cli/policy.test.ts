import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { generateKey } from "../../support/sign.js";
import { ACCEPT_ALL, assertUsageError, policyFile, REJECT_ALL, runCli, temporaryFolder } from "./run-cli.js";

const MISSPELT = `{\n  "default": [{"type": "reject"}],\n  "transport": {}\n}`;

for (const command of [
  ["policy", "digest"],
  ["policy", "explain", "nginx"],
]) {
  const named = command.join(" ");
  test(`${named}, no such file: usage error that names it`, async () => {
    const result = await runCli([...command, "--policy", "/nonexistent/policy.json"]);
    assertUsageError(result, /no-policy: no policy at \/nonexistent\/policy\.json/);
  });

  test(`${named}, a policy that does not load: usage error with the position`, async (t) => {
    const file = policyFile(t, MISSPELT);
    assertUsageError(await runCli([...command, "--policy", file]), /policy-invalid: .*policy\.json:3:\d+: /);
  });

  const hasPolicy = ["/etc/countersign/policy.json", "/etc/containers/policy.json"].some((path) =>
    existsSync(path),
  );
  test(`${named}, no policy anywhere: usage error that says where one was looked for`, {
    skip: hasPolicy,
  }, async () => {
    const looked = /no policy at \/etc\/countersign\/policy\.json or \/etc\/containers\/policy\.json/;
    assertUsageError(await runCli(command), looked);
  });
}

test("policy check, a policy in order: exit status 0 and its digest", async (t) => {
  const file = policyFile(t, REJECT_ALL);
  const { status, stdout } = await runCli(["policy", "check", file]);
  assert.match(stdout, /policy\.json: sha256:[0-9a-f]{64}\n$/);
  assert.equal(status, 0);
});

test("policy check, a default that accepts anything: a warning", async (t) => {
  const file = policyFile(t, ACCEPT_ALL);
  const { stdout } = await runCli(["policy", "check", file]);
  assert.match(stdout, /policy\.json:1:\d+: warning: default: every image that no scope covers is accepted/);
});

test("policy check, a misspelt member: exit status 2 and one line with the position", async (t) => {
  assertUsageError(await runCli(["policy", "check", policyFile(t, MISSPELT)]), /policy\.json:3:\d+: /);
});

test("policy check --json, a misspelt member: exit status 2 and the position", async (t) => {
  const { status, stdout } = await runCli(["policy", "check", "--json", policyFile(t, MISSPELT)]);
  const checked = JSON.parse(stdout);
  assert.equal(checked.ok, false);
  assert.equal(checked.error.line, 3);
  assert.equal(typeof checked.error.column, "number");
  assert.equal(typeof checked.error.message, "string");
  assert.equal(status, 2);
});

test("policy check, keyData that is PEM as it is: what to do is said", async (t) => {
  const requirement = { type: "sigstoreSigned", keyData: generateKey().publicPem };
  const file = policyFile(t, { default: [requirement] });
  assertUsageError(await runCli(["policy", "check", file]), /keyData: expected PEM in base64, not as it is/);
});

test("policy check, no such file", async () => {
  assertUsageError(
    await runCli(["policy", "check", "/nonexistent/policy.json"]),
    /policy\.json cannot be read: ENOENT/,
  );
});

test("policy check, a folder", async (t) => {
  assertUsageError(await runCli(["policy", "check", temporaryFolder(t)]), /not a regular file/);
});

test("policy check, keys that cannot be read: which files, and why", async (t) => {
  const folder = temporaryFolder(t);
  const keyed = (keyPath: string) => ({ type: "sigstoreSigned", keyPath });
  const policy = policyFile(t, { default: [keyed(folder), keyed("/nonexistent/k.pub")] });
  const { stdout } = await runCli(["policy", "check", policy]);
  assert.ok(stdout.includes(`default[0].keyPath: ${folder} is not a regular file [key-unreadable]`));
  assert.ok(
    stdout.includes("default[1].keyPath: /nonexistent/k.pub cannot be read: ENOENT [key-unreadable]"),
  );
  const { stderr } = await runCli(["policy", "explain", "--policy", policy, "a.example/b"]);
  assert.ok(stderr.includes(": /nonexistent/k.pub cannot be read: ENOENT [key-unreadable]"));
});

test("policy check, a key that cannot be read: exit status 1", async (t) => {
  const requirement = { type: "sigstoreSigned", keyPath: "/nonexistent/cosign.pub" };
  const file = policyFile(t, { default: [requirement] });
  const { status, stdout } = await runCli(["policy", "check", "--json", file]);
  const checked = JSON.parse(stdout);
  assert.equal(checked.ok, false);
  assert.equal(checked.error, null);
  assert.equal(checked.keys[0].file, "/nonexistent/cosign.pub");
  assert.equal(status, 1);
});

test("policy check: a line a finding, with place, id and what to write instead; the exit status by severity", async (t) => {
  const file = policyFile(t, {
    ...REJECT_ALL,
    transports: { docker: { "docker.io/nginx": [{ type: "reject" }] } },
  });
  const check = (...options: string[]) => runCli(["policy", "check", ...options, file]);
  const [text, failing, note_, wrong] = await Promise.all([
    check(),
    check("--fail-on", "warning"),
    check("--fail-on", "note", "--json"),
    check("--fail-on", "all"),
  ]);
  assert.match(
    text.stdout,
    /policy\.json:1:\d+: warning: transports\.docker\["docker\.io\/nginx"\]: .* \[official-image\]; write "docker\.io\/library\/nginx"$/m,
  );
  assert.equal(text.status, 0);
  assert.equal(failing.status, 1);
  assert.equal(note_.status, 1);
  const { ok, findings } = JSON.parse(note_.stdout);
  assert.equal(ok, false);
  assert.deepEqual(
    findings.map(({ file, id, severity }: Record<string, string>) => [file, id, severity]),
    [[file, "official-image", "warning"]],
  );
  assertUsageError(wrong, /--fail-on: "all" is not error, warning or note/);
});

test("policy check --cvm-agent-policy: findings of both files, each in its own; what is no such file is a usage error", async (t) => {
  const file = policyFile(t, REJECT_ALL);
  const agent = join(temporaryFolder(t), "cvm_agent_policy.json");
  writeFileSync(agent, '{"workload_config":\n  {"image_signature_verification": {"enable": false}}}');
  const [json, other] = await Promise.all([
    runCli(["policy", "check", "--json", "--cvm-agent-policy", agent, file]),
    runCli(["policy", "check", "--cvm-agent-policy", file, file]),
  ]);
  assert.equal(json.status, 1);
  const { findings } = JSON.parse(json.stdout);
  assert.deepEqual(
    findings.map(({ file, line, id }: Record<string, unknown>) => [file, line, id]),
    [
      [agent, 1, "cvm-other-policy"],
      [agent, 2, "cvm-verification-off"],
    ],
  );
  assertUsageError(other, /has no workload_config/);
});

test("policy digest prints the digest alone, --json the core's beside it", async (t) => {
  const file = policyFile(t, REJECT_ALL);
  const [text, json] = await Promise.all([
    runCli(["policy", "digest", "--policy", file]),
    runCli(["policy", "digest", "--policy", file, "--json"]),
  ]);
  assert.match(text.stdout, /^sha256:[0-9a-f]{64}\n$/);
  assert.match(text.stderr, /core sha256:[0-9a-f]{64}/);
  const digests = JSON.parse(json.stdout);
  assert.equal(`${digests.policyDigest}\n`, text.stdout);
  assert.match(digests.coreDigest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(digests.path, file);
});

test("policy explain: candidates in order, the one that applies, its requirements", async (t) => {
  const keyPath = join(temporaryFolder(t), "cosign.pub");
  writeFileSync(keyPath, generateKey().publicPem);
  const file = policyFile(t, {
    ...REJECT_ALL,
    transports: { docker: { "ghcr.io/automata": [{ type: "sigstoreSigned", keyPath }] } },
  });
  const args = ["policy", "explain", "ghcr.io/automata/app:1", "--policy", file];
  const [text, json] = await Promise.all([runCli(args), runCli([...args, "--json"])]);

  const { ok, reference, candidates, applies, requirements } = JSON.parse(json.stdout);
  assert.equal(ok, true);
  assert.equal(reference.canonical, "ghcr.io/automata/app:1");
  assert.equal(candidates[applies].scope, "ghcr.io/automata");
  assert.equal(candidates[0].scope, "ghcr.io/automata/app:1");
  assert.deepEqual(candidates.at(-1), { transport: "", scope: "", extension: false, present: true });
  assert.equal(requirements.length, 1);
  assert.match(text.stdout, /^ {2}applies {2}docker "ghcr\.io\/automata"$/m);
  assert.match(text.stdout, /^ {2}absent {3}docker "ghcr\.io\/\*" \(extension, unknown to podman\)$/m);
  assert.equal(text.status, 0);
});

test("policy explain, a name with tag and digest: a scope with the tag does not cover it", async (t) => {
  const digest = `sha256:${"0".repeat(64)}`;
  const file = policyFile(t, {
    ...REJECT_ALL,
    transports: { docker: { "ghcr.io/a/b:1": [{ type: "reject" }] } },
  });
  const { stdout } = await runCli(["policy", "explain", `ghcr.io/a/b:1@${digest}`, "--policy", file]);
  assert.match(stdout, /^name: ghcr\.io\/a\/b:1@sha256:0+, judged by its digest/);
  assert.match(stdout, /^ {2}applies {2}default$/m);
});

test("policy explain, a name that cannot be read: usage error", async (t) => {
  const result = await runCli(["policy", "explain", "UPPER/case", "--policy", policyFile(t, REJECT_ALL)]);
  assertUsageError(result, /name-invalid: /);
});

test("a present but broken policy makes no other be tried", async (t) => {
  const file = policyFile(t, "");
  assertUsageError(await runCli(["policy", "digest", "--policy", file]), /policy-invalid/);
});

test("COUNTERSIGN_DEBUG does not change the exit status", async () => {
  const { status } = await runCli(["policy", "check", "/nonexistent/policy.json"], {
    COUNTERSIGN_DEBUG: "1",
  });
  assert.equal(status, 2);
});
