import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

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

test("an audit log that cannot be written: usage error", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const result = await runCli(["serve", "--socket", socket, "--audit-log", "/nonexistent/audit.jsonl"]);
  assertUsageError(result, /--audit-log: .*ENOENT/);
});
