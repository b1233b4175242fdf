import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { MAIN } from "../../support/countersign/cli.js";
import { execute, installPlugin } from "../plugin/installed-plugin.js";
import {
  ACCEPT_ALL,
  assertUsageError,
  finish,
  policyFile,
  REJECT_ALL,
  runCli,
  startCli,
  temporaryFolder,
} from "./run-cli.js";

const KEY = Buffer.from(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
).toString("base64");

/** A daemon that has printed its first line. */
async function serving(t: TestContext, args: readonly string[]) {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const child = startCli(["serve", "--socket", socket, ...args]);
  t.after(() => child.kill("SIGKILL"));
  const finished = finish(child);
  const [firstLine] = (await once(child.stdout, "data")) as [string];
  return { socket, child, finished, firstLine };
}

test("one line once it answers, then the plugin gets its verdict", async (t) => {
  const { socket, firstLine } = await serving(t, ["--policy", policyFile(t, REJECT_ALL)]);
  assert.match(firstLine, /^listening on \S+verifier\.sock, policy sha256:[0-9a-f]{64}\n$/);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^rejected-by-policy: [^\n]+\n$/);
  assert.equal(status, 1);
});

test("what the policy accepts, the plugin allows", async (t) => {
  const { socket } = await serving(t, ["--policy", policyFile(t, ACCEPT_ALL)]);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^accepted-anything: [^\n]+\n$/);
  assert.equal(status, 0);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} ends it with exit status 0 and removes the socket`, async (t) => {
    const { socket, child, finished } = await serving(t, ["--policy", policyFile(t, REJECT_ALL)]);
    child.kill(signal);
    assert.equal((await finished).status, 0);
    assert.equal(existsSync(socket), false);
  });
}

test("no policy: it serves, says so, and denies with no-policy", async (t) => {
  const { socket, firstLine, child, finished } = await serving(t, ["--policy", "/nonexistent/policy.json"]);
  assert.match(firstLine, /no-policy: every image is denied/);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^no-policy: no policy at \/nonexistent\/policy\.json/);
  assert.equal(status, 1);
  child.kill("SIGTERM");
  assert.match((await finished).stderr, /no policy at \/nonexistent\/policy\.json/);
});

test("a broken policy: it serves and denies with policy-invalid and the position", async (t) => {
  const { socket } = await serving(t, ["--policy", policyFile(t, `{"default": []}`)]);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^policy-invalid: .*policy\.json:1:\d+: /);
  assert.equal(status, 1);
});

test("a socket another daemon answers on is refused", async (t) => {
  const policy = policyFile(t, REJECT_ALL);
  const { socket } = await serving(t, ["--policy", policy]);
  const { status, stdout, stderr } = await runCli(["serve", "--policy", policy, "--socket", socket]);
  assert.match(stderr, /another daemon answers on it/);
  assert.equal(stdout, "");
  assert.equal(status, 2);
});

test("--audit-log -: a record of each verdict on standard output", async (t) => {
  const { socket, child, finished } = await serving(t, [
    "--policy",
    policyFile(t, REJECT_ALL),
    "--audit-log",
    "-",
  ]);
  await execute(await installPlugin(t, socket));
  child.kill("SIGTERM");
  const [, record = ""] = (await finished).stdout.split("\n");
  assert.equal(JSON.parse(record).code, "rejected-by-policy");
});

test("--audit-log: a file that was renamed is left on SIGHUP, or kept where there can be no other", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "audit.jsonl");
  const { socket, child, finished } = await serving(t, [
    ...["--policy", policyFile(t, REJECT_ALL)],
    ...["--audit-log", file, "--cache-denied", "0"],
  ]);
  const plugin = await installPlugin(t, socket);
  const linesOf = (name: string) => readFileSync(join(folder, name), "utf8").split("\n").length - 1;
  await execute(plugin);
  renameSync(file, `${file}.1`);
  await execute(plugin);
  assert.equal(linesOf("audit.jsonl.1"), 2);
  child.kill("SIGHUP");
  while (!existsSync(file)) await setTimeout(10);
  await execute(plugin);
  assert.deepEqual([linesOf("audit.jsonl.1"), linesOf("audit.jsonl")], [2, 1]);

  renameSync(file, `${file}.2`);
  mkdirSync(file);
  const refused = new Promise<void>((resolve) => {
    child.stderr.on("data", (text) => String(text).includes("cannot be reopened") && resolve());
  });
  child.kill("SIGHUP");
  await refused;
  await execute(plugin);
  assert.equal(linesOf("audit.jsonl.2"), 2);
  child.kill("SIGTERM");
  assert.equal((await finished).status, 0);
});

test("an audit log that cannot be written: usage error", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const result = await runCli(["serve", "--socket", socket, "--audit-log", "/nonexistent/audit.jsonl"]);
  assertUsageError(result, /--audit-log: .*ENOENT/);
});

test("it serves where there is no network at all, and denies what it cannot ask for", {
  skip: process.getuid?.() !== 0 && "a network namespace of its own takes root",
}, async (t) => {
  const requirement = { type: "sigstoreSigned", keyData: KEY, signedIdentity: { type: "matchRepository" } };
  const policy = policyFile(t, { default: [requirement] });
  const socket = join(temporaryFolder(t), "verifier.sock");
  const child = spawn("unshare", [
    "--net",
    process.execPath,
    MAIN,
    "serve",
    "--policy",
    policy,
    "--socket",
    socket,
  ]);
  t.after(() => child.kill("SIGKILL"));
  const [firstLine] = (await once(child.stdout, "data")) as [Buffer];
  assert.match(firstLine.toString(), /^listening on .*, policy sha256:/);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^registry-unavailable: /);
  assert.equal(status, 1);
});

test("a verdict is given again for a while, and its record says so; --cache-accepted 0 does not", async (t) => {
  for (const [seconds, cached] of [
    ["60", [false, true]],
    ["0", [false, false]],
  ] as const) {
    const options = ["--audit-log", "-", "--cache-accepted", seconds];
    const { socket, child, finished } = await serving(t, ["--policy", policyFile(t, ACCEPT_ALL), ...options]);
    const plugin = await installPlugin(t, socket);
    for (const _ of [1, 2]) assert.equal((await execute(plugin)).status, 0);
    child.kill("SIGTERM");
    const [, ...records] = (await finished).stdout.trimEnd().split("\n");
    assert.deepEqual(
      records.map((record) => JSON.parse(record).cached),
      cached,
    );
  }
});

test("--blob-cache: a folder that others may write to, or that cannot be made, is refused", async (t) => {
  const open = temporaryFolder(t);
  chmodSync(open, 0o777);
  const refused = /^countersign: --blob-cache: .* may be written to by others: chmod go-w it\n$/;
  assertUsageError(await runCli(["serve", "--blob-cache", open]), refused);
  assertUsageError(await runCli(["serve"], { CACHE_DIRECTORY: open }), refused);
  assertUsageError(await runCli(["serve", "--blob-cache", "/dev/null/x"]), /cannot be used: ENOTDIR/);
  assertUsageError(await runCli(["serve", "--blob-cache-size", "5"]), /needs --blob-cache/);
});

test("--blob-cache: it is made where there is none, for nobody else to read", async (t) => {
  const folder = join(temporaryFolder(t), "cache");
  const options = ["--blob-cache", folder, "--blob-cache-size", "1"];
  const { child, finished } = await serving(t, ["--policy", policyFile(t, ACCEPT_ALL), ...options]);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  child.kill("SIGTERM");
  assert.equal((await finished).status, 0);
});

for (const [option, value] of [
  ["cache-accepted", "86401"],
  ["cache-denied", "61"],
  ["cache-denied", "-1"],
  ["cache-accepted", "1.5"],
]) {
  test(`--${option}=${value} is refused`, async () => {
    assertUsageError(await runCli(["serve", `--${option}=${value}`]), /is not a whole number from 0 to/);
  });
}

test("SIGHUP: a changed policy is in force; a broken one is not, and status says so", async (t) => {
  const policy = policyFile(t, REJECT_ALL);
  const { socket, child } = await serving(t, ["--policy", policy]);
  const plugin = await installPlugin(t, socket);
  assert.equal((await execute(plugin)).status, 1);
  assert.equal((await status(socket)).status, 0);

  writeFileSync(policy, JSON.stringify(ACCEPT_ALL));
  await until(child, "SIGHUP", /policy in force/);
  assert.equal((await execute(plugin)).status, 0);

  writeFileSync(policy, "{");
  await until(child, "SIGHUP", /the new policy is not in force; the old one still is/);
  assert.equal((await execute(plugin)).status, 0);
  const broken = await status(socket);
  assert.equal(broken.status, 1);
  assert.match(JSON.parse(broken.stdout).reloadFailure, /policy\.json:1:\d+: /);
});

test("status: without a daemon, one line and exit status 3", async (t) => {
  const result = await status(join(temporaryFolder(t), "verifier.sock"));
  assert.match(result.stderr, /^countersign: daemon-unreachable: no daemon at [^\n]+\n$/);
  assert.equal(result.status, 3);
});

test("status: text names policy, core, keys and what is wrong", async (t) => {
  const keyPath = join(temporaryFolder(t), "cosign.pub");
  const policy = policyFile(t, { default: [{ type: "sigstoreSigned", keyPath }] });
  const { socket } = await serving(t, ["--policy", policy]);
  const { stdout } = await runCli(["status", "--socket", socket]);
  assert.match(stdout, /^policy {2}sha256:[0-9a-f]{64}\nfrom {4}\S+policy\.json, since \d{4}-/);
  assert.match(stdout, /^core {4}sha256:[0-9a-f]{64}$/m);
  assert.match(stdout, /^key {5}the file cannot be read {2}default\[0\]\.keyPath \S+cosign\.pub$/m);
});

test("--expect-policy-digest: another policy is a usage error, the expected one is served", async (t) => {
  const policy = policyFile(t, REJECT_ALL);
  const digest = (await runCli(["policy", "digest", "--policy", policy])).stdout.trim();
  const { firstLine } = await serving(t, ["--policy", policy, "--expect-policy-digest", digest]);
  assert.ok(firstLine.endsWith(`policy ${digest}\n`));

  const other = policyFile(t, ACCEPT_ALL);
  const socket = join(temporaryFolder(t), "verifier.sock");
  const refused = ["serve", "--socket", socket, "--policy", other, "--expect-policy-digest"];
  const { status, stdout, stderr } = await runCli([...refused, digest]);
  assert.match(stderr, /^countersign: \S+ is policy sha256:\w+, and not sha256:\w+ as expected$/m);
  assert.equal(stdout, "");
  assert.equal(status, 2);
  assertUsageError(await runCli([...refused, "abc"]), /--expect-policy-digest: "abc" is not sha256:/);
});

test("--expect-core-digest: another core is a usage error", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const expected = `sha256:${"0".repeat(64)}`;
  const result = await runCli(["serve", "--socket", socket, "--expect-core-digest", expected]);
  assertUsageError(result, /--expect-core-digest: this is core sha256:\w+, and not sha256:0+/);
});

test("--measure-required: an image whose acceptance is not measured is denied", async (t) => {
  const measure = ["--measure", "/bin/sh", "--measure-argument=-c", "--measure-argument"];
  const onlyLoads = "! grep -q image-accept";
  const policy = policyFile(t, ACCEPT_ALL);
  const { socket } = await serving(t, ["--policy", policy, ...measure, onlyLoads, "--measure-required"]);
  const { status, stdout } = await execute(await installPlugin(t, socket));
  assert.match(stdout, /^measurement-failed: the acceptance could not be measured: it exited with 1\n$/);
  assert.equal(status, 1);
});

test("--measure: arguments without a program, and a program without a path, are usage errors", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  for (const [args, message] of [
    [["--measure-argument", "x"], /--measure-argument needs --measure/],
    [["--measure-required"], /--measure-required needs --measure/],
    [["--measure", "tpm2_pcrextend"], /--measure: tpm2_pcrextend is not an absolute path/],
  ] as const) {
    assertUsageError(await runCli(["serve", "--socket", socket, ...args]), message);
  }
});

function status(socket: string) {
  return runCli(["status", "--json", "--socket", socket]);
}

/** Sends a signal, and waits for a line of the log. */
async function until(
  child: ReturnType<typeof startCli>,
  signal: NodeJS.Signals,
  line: RegExp,
): Promise<void> {
  const logged = new Promise<void>((resolve) => {
    child.stderr.on("data", (text) => {
      if (line.test(String(text))) resolve();
    });
  });
  child.kill(signal);
  await logged;
}
