import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { recordedIn } from "../../../host/plugin/installation/executable.js";
import { MAIN } from "../../support/countersign/cli.js";
import { assertUsageError, finish, runCli, temporaryFolder } from "./run-cli.js";

const PLUGIN = "opt/containerd/image-verifier/bin/00-countersign";
const CONFIGURATION = "etc/containerd/config.toml";
const UNITS = ["etc/systemd/system/countersign.service", "etc/systemd/system/countersign.socket"];

function put(root: string, name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

const read = (root: string, name: string) => readFileSync(join(root, name), "utf8");

test("install: plugin, units and folders; again, and nothing changes; uninstall takes them away", async (t) => {
  const root = temporaryFolder(t);
  const first = await runCli(["install", "--root", root]);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /systemctl enable --now countersign\.socket countersign\.service/);
  assert.match(first.stdout, /use_local_image_pull = false/);
  assert.doesNotMatch(first.stdout, /systemctl restart countersign/);
  assert.match(first.stderr, /there is no policy at \/etc\/countersign\/policy\.json/);
  for (const name of [PLUGIN, ...UNITS, "etc/countersign"]) assert.ok(existsSync(join(root, name)), name);
  assert.match(
    read(root, UNITS[0] as string),
    / serve --socket \/run\/countersign\/verifier\.sock --policy /,
  );

  const second = await runCli(["install", "--root", root]);
  assert.match(second.stdout, /countersign\.service unchanged\n/);
  assert.equal(readdirSync(join(root, "etc/systemd/system")).length, 2);

  const gone = await runCli(["uninstall", "--root", root]);
  assert.equal(gone.status, 0);
  assert.match(gone.stderr, /this node is open/);
  for (const name of [PLUGIN, ...UNITS]) assert.equal(existsSync(join(root, name)), false, name);
  assert.ok(existsSync(join(root, "etc/countersign")));
  assert.match((await runCli(["uninstall", "--root", root])).stdout, /there is no \S+00-countersign/);
});

test("install --write-containerd-config: imported, with a backup of what was there", async (t) => {
  const root = temporaryFolder(t);
  const before = "version = 3\n[plugins.'io.containerd.cri.v1.images']\n  snapshotter = 'mine'\n";
  put(root, CONFIGURATION, before);
  const { status, stdout } = await runCli(["install", "--root", root, "--write-containerd-config"]);
  assert.equal(status, 0);
  assert.match(read(root, CONFIGURATION), /^imports = \["\/etc\/containerd\/countersign\.toml"\]$/m);
  assert.match(read(root, CONFIGURATION), /snapshotter = 'mine'/);
  assert.equal(read(root, `${CONFIGURATION}.before-countersign-1`), before);
  assert.match(stdout, /config\.toml written; the previous one is \S+before-countersign-1\n/);
  await runCli(["install", "--root", root, "--write-containerd-config"]);
  assert.equal(existsSync(join(root, `${CONFIGURATION}.before-countersign-2`)), false);
});

test("install: a configuration that cannot be added to is left, and nothing is installed", async (t) => {
  const root = temporaryFolder(t);
  put(root, CONFIGURATION, "version = 2\n");
  const finished = await runCli(["install", "--root", root, "--write-containerd-config"]);
  assertUsageError(finished, /is left as it is: it is not of version 3/);
  assert.equal(read(root, CONFIGURATION), "version = 2\n");
  assert.equal(existsSync(join(root, PLUGIN)), false);
});

test("install: units of another's making are kept beside ours", async (t) => {
  const root = temporaryFolder(t);
  put(root, UNITS[0] as string, "[Service]\n");
  const { stdout } = await runCli(["install", "--root", root]);
  assert.equal(read(root, `${UNITS[0]}.before-countersign-1`), "[Service]\n");
  assert.match(stdout, /^systemctl restart countersign\.service$/m);
});

test("install --dry-run: says everything, does nothing", async (t) => {
  const root = temporaryFolder(t);
  const { status, stdout } = await runCli([
    "install",
    "--root",
    root,
    "--dry-run",
    "--write-containerd-config",
  ]);
  assert.equal(status, 0);
  for (const name of [PLUGIN, ...UNITS, CONFIGURATION])
    assert.ok(stdout.includes(`dry run: /${name} `), name);
  assert.deepEqual(readdirSync(root), []);
});

test("install: what the daemon would not start with is refused, and nothing is written", async (t) => {
  const root = temporaryFolder(t);
  for (const [argument, message] of [
    [
      "--cache-acepted=0",
      /--serve-option: unknown option --cache-acepted, did you mean --cache-accepted\?$/m,
    ],
    ["cache-accepted", /--serve-option: unexpected "cache-accepted"$/m],
    ["--policy=/x", /--serve-option: --policy is given twice$/m],
    ["--auth-file", /--serve-option: --auth-file needs a value$/m],
    [
      "--audit-log=/var/log/audit",
      /--serve-option: --audit-log: the unit lets the daemon write only below \/var/,
    ],
    ["--audit-log=/var/log/countersign/../x", /--audit-log: the unit lets/],
    [
      "--blob-cache=/var/lib/x",
      /--serve-option: --blob-cache: the unit lets the daemon write only below \/var/,
    ],
  ] as const)
    assertUsageError(await runCli(["install", "--root", root, `--serve-option=${argument}`]), message);
  assert.deepEqual(readdirSync(root), []);
});

test("install: where the unit lets the daemon write, it may be told to", async (t) => {
  const root = temporaryFolder(t);
  const options = ["--audit-log=/var/log/countersign/audit.jsonl", "--blob-cache=/var/cache/countersign"];
  const args = options.map((option) => `--serve-option=${option}`);
  assert.equal((await runCli(["install", "--root", root, ...args])).status, 0);
  const unit = read(root, UNITS[0] as string);
  for (const line of [
    /^LogsDirectory=countersign$/m,
    /^CacheDirectory=countersign$/m,
    /^ProtectSystem=strict$/m,
  ])
    assert.match(unit, line);
  assert.equal((await runCli(["install", "--root", root, "--serve-option=--audit-log=-"])).status, 0);
});

test("install and uninstall: a root that is no folder is refused, not made", async (t) => {
  const root = join(temporaryFolder(t), "root");
  assertUsageError(await runCli(["install", "--root", root]), /--root: \S+ is not a folder/);
  assertUsageError(await runCli(["uninstall", "--root", root]), /--root: \S+ is not a folder/);
  assert.ok(!existsSync(root));
  writeFileSync(root, "");
  assertUsageError(await runCli(["install", "--root", root]), /--root: \S+ is not a folder/);
});

test("install: the policy, the socket and further arguments of the daemon", async (t) => {
  const root = temporaryFolder(t);
  const args = ["--policy", "/etc/x y/policy.json", "--socket", "/run/x/s.sock"];
  await runCli(["install", "--root", root, ...args, "--serve-option=--cache-accepted=0"]);
  assert.match(
    read(root, UNITS[0] as string),
    / serve --socket \/run\/x\/s\.sock --policy "\/etc\/x y\/policy\.json" --cache-accepted=0$/m,
  );
  assert.match(read(root, UNITS[1] as string), /^ListenStream=\/run\/x\/s\.sock$/m);
});

test("install: the plugin trusts root's socket alone, whoever builds the image", async (t) => {
  const root = temporaryFolder(t);
  const module = new URL("../../../host/cli/install.js", import.meta.url).href;
  const script = `
    process.getuid = () => 1000;
    process.argv[1] = ${JSON.stringify(MAIN)};
    const { default: install } = await import(${JSON.stringify(module)});
    await install.run({ values: { root: ${JSON.stringify(root)} }, operands: [] });`;
  const { status, stderr } = await finish(spawn(process.execPath, ["--input-type=module", "-e", script]));
  assert.equal(status, 0, stderr);
  assert.equal(recordedIn(readFileSync(join(root, PLUGIN)))?.installation.owner, 0);
});
