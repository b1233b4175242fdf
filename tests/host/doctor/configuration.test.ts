import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { bypassFindings } from "../../../host/doctor/containerd/bypasses.js";
import {
  assertContainerd,
  ConfigurationError,
  configurationOf,
  readConfiguration,
} from "../../../host/doctor/containerd/configuration.js";
import { FINDING_IDS } from "../../../host/doctor/finding.js";

const COMMAND_LINES: readonly [line: string, file: string | null][] = [
  ["containerd", null],
  ["containerd --config /a.toml", "/a.toml"],
  ["containerd -c a.toml --log-level debug", "/cwd/a.toml"],
  ["containerd --config=/b.toml", "/b.toml"],
  ["containerd -c=/b.toml", "/b.toml"],
  ["containerd --config-x /a.toml", null],
];

for (const [line, file] of COMMAND_LINES) {
  test(`"${line}" is configured by ${file}`, () =>
    assert.equal(configurationOf(line.split(" "), "/cwd"), file));
}

test("program that doctor runs as root in containerd's place: a process of another name is not run", async (t) => {
  await assert.rejects(assertContainerd(process.pid), /^Error: process \d+ is not containerd's$/);
  const folder = await mkdtemp(join(tmpdir(), "countersign-containerd-"));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, "containerd");
  await copyFile("/bin/sleep", program);
  for (const [mode, isRun] of [
    [0o755, true],
    [0o777, false],
  ] as const) {
    await chmod(program, mode);
    const child = spawn(program, ["60"]);
    t.after(() => child.kill());
    await once(child, "spawn");
    const asserting = assertContainerd(child.pid ?? 0);
    await (isRun ? asserting : assert.rejects(asserting, /is not containerd's$/));
    child.kill();
    await once(child, "exit");
  }
  await assert.rejects(assertContainerd(2 ** 22));
});

async function fileOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-configuration-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, "config.toml");
}

const errorsIn = async (file: string) =>
  bypassFindings(await readConfiguration(file, null))
    .filter(({ severity }) => severity === "error")
    .map(({ id }) => id);

test("no file is containerd's defaults, which bypass nothing", async (t) => {
  const file = `${await fileOf(t, {})}.none`;
  assert.deepEqual(await errorsIn(file), []);
});

test("version 2 has the same members elsewhere", async (t) => {
  const text = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
max_concurrent_downloads = 10
[plugins."io.containerd.grpc.v1.cri".containerd]
discard_unpacked_layers = true
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
endpoint = ["https://m.test"]
`;
  const ids = [
    "bypass-discard-unpacked-layers",
    "bypass-registry-mirrors",
    "bypass-max-concurrent-downloads",
  ];
  assert.deepEqual(await errorsIn(await fileOf(t, { "config.toml": text })), ids);
});

test("a plugin's table in an imported file replaces the one of the file that imports it", async (t) => {
  const images = (line: string) => `[plugins.'io.containerd.cri.v1.images']\n${line}\n`;
  const files = {
    "config.toml": `version = 3\nimports = ["./conf.*.toml"]\n${images("use_local_image_pull = true")}`,
    "conf.1.toml": images("image_pull_with_sync_fs = true"),
    "other.toml": images("discard_unpacked_layers = true"),
  };
  assert.deepEqual(await errorsIn(await fileOf(t, files)), ["bypass-image-pull-with-sync-fs"]);
});

test("a file that is no toml is said to be none, and nothing of it repeated", async (t) => {
  const file = await fileOf(t, { "config.toml": 'password = "secret' });
  await assert.rejects(readConfiguration(file, null), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.message, `${file} is not valid toml`);
    return true;
  });
});

test("docs/doctor.md lists every finding, and no other", () => {
  const text = readFileSync(new URL("../../../../docs/doctor.md", import.meta.url), "utf8");
  const listed = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  assert.deepEqual(listed, [...FINDING_IDS]);
});
