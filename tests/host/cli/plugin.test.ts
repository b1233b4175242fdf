import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PLATFORM } from "../../../host/plugin/installation/native.js";
import { missing } from "../plugin/each-plugin.js";
import { accept, fakeDaemon } from "../plugin/fake-daemon.js";
import { execute } from "../plugin/installed-plugin.js";
import { assertUsageError, runCli, temporaryFolder } from "./run-cli.js";

test("install: containerd can execute what it leaves, and the configuration it prints is for that folder", async (t) => {
  const socket = await fakeDaemon(t, accept);
  const binDir = join(temporaryFolder(t), "image-verifier", "bin");
  const { status, stdout } = await runCli(["plugin", "install", "--bin-dir", binDir, "--socket", socket]);
  assert.ok(stdout.startsWith(`installed ${binDir}/00-countersign, asking ${socket}\n`));
  assert.ok(stdout.includes(`[plugins.'io.containerd.image-verifier.v1.bindir']\n  bin_dir = '${binDir}'\n`));
  assert.match(stdout, /use_local_image_pull = false/);
  assert.equal(status, 0);
  assert.deepEqual(readdirSync(binDir), ["00-countersign"]);
  assert.deepEqual(await execute(join(binDir, "00-countersign")), {
    status: 0,
    stdout: "accepted: signed by key 1\n",
  });
});

test("install: says which plugin it is, and that one is what it leaves", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  const install = async (...options: string[]) => {
    const { stdout } = await runCli(["plugin", "install", "--bin-dir", binDir, ...options]);
    const file = readFileSync(join(binDir, "00-countersign"));
    return { said: stdout.split("\n")[1], begins: file.subarray(0, 4).toString("latin1") };
  };
  const onNode = { said: `it runs on ${process.execPath}`, begins: "#!/b" };
  const native = { said: `it is the native plugin for ${PLATFORM}`, begins: "\x7fELF" };
  assert.deepEqual(await install(), missing("native") ? onNode : native);
  assert.deepEqual(await install("--on-node"), onNode);
});

test("install: a socket's path longer than the system's 107 bytes is refused", async (t) => {
  const socket = `/${"s".repeat(107)}`;
  const options = ["--bin-dir", join(temporaryFolder(t), "bin"), "--socket", socket];
  assertUsageError(await runCli(["plugin", "install", ...options]), /is longer than 107 bytes/);
});

test("install: a bin_dir others may write to is refused", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  mkdirSync(binDir);
  chmodSync(binDir, 0o777);
  assertUsageError(
    await runCli(["plugin", "install", "--bin-dir", binDir]),
    /may be written to by others: chmod go-w/,
  );
  assert.deepEqual(readdirSync(binDir), []);
});

test("install: other entries are warned about, since containerd executes them", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  mkdirSync(binDir, { mode: 0o755 });
  writeFileSync(join(binDir, "README.md"), "");
  const { status, stderr } = await runCli(["plugin", "install", "--bin-dir", binDir]);
  assert.match(stderr, /^countersign: warning: .*README\.md is executed by containerd too.*$/m);
  assert.equal(status, 0);
});

test("install: a bin_dir that is a file is one line, not a stack trace", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  writeFileSync(binDir, "");
  assertUsageError(await runCli(["plugin", "install", "--bin-dir", binDir]), /bin is not a folder/);
});

test("uninstall: removes the entry and warns that the node is open", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  await runCli(["plugin", "install", "--bin-dir", binDir]);
  const { status, stdout, stderr } = await runCli(["plugin", "uninstall", "--bin-dir", binDir]);
  assert.equal(stdout, `removed ${binDir}/00-countersign\n`);
  assert.match(stderr, /warning: this node is open/);
  assert.equal(status, 0);
  assert.deepEqual(readdirSync(binDir), []);
});

test("uninstall: nothing there is said, and the node is open all the same", async (t) => {
  const { status, stdout, stderr } = await runCli(["plugin", "uninstall", "--bin-dir", temporaryFolder(t)]);
  assert.match(stdout, /^nothing to remove/);
  assert.match(stderr, /this node is open/);
  assert.equal(status, 0);
});

test("status: not installed: exit status 1", async (t) => {
  const { status, stdout } = await runCli(["plugin", "status", "--bin-dir", temporaryFolder(t)]);
  assert.match(stdout, /^FAIL {2}plugin {2}not installed/m);
  assert.equal(status, 1);
});

test("status: installed, without a daemon: exit status 1 and which of them", async (t) => {
  const folder = temporaryFolder(t);
  const binDir = join(folder, "bin");
  const socket = join(folder, "verifier.sock");
  await runCli(["plugin", "install", "--on-node", "--bin-dir", binDir, "--socket", socket]);
  const { status, stdout } = await runCli(["plugin", "status", "--json", "--bin-dir", binDir]);
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean;
    checks: { check: string; ok: boolean; detail: string }[];
  };
  assert.equal(ok, false);
  const verdicts = Object.fromEntries(checks.map((check) => [check.check, check.ok]));
  assert.deepEqual(verdicts, { plugin: true, node: true, "bin-dir": true, daemon: false });
  assert.match(checks.at(-1)?.detail ?? "", /^daemon-unreachable: /);
  assert.equal(status, 1);
});

test("status: the native plugin needs no Node.js", { skip: missing("native") }, async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  await runCli(["plugin", "install", "--bin-dir", binDir]);
  const { stdout } = await runCli(["plugin", "status", "--bin-dir", binDir]);
  assert.match(stdout, /^ok {4}plugin /m);
  assert.doesNotMatch(stdout, /node/);
});

test("status: a file that is not this build's", async (t) => {
  const binDir = join(temporaryFolder(t), "bin");
  mkdirSync(binDir);
  writeFileSync(join(binDir, "00-countersign"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const { status, stdout } = await runCli(["plugin", "status", "--bin-dir", binDir]);
  assert.match(stdout, /^FAIL {2}plugin .*is not from this build/m);
  assert.equal(status, 1);
});
