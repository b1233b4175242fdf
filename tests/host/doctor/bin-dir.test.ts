import assert from "node:assert/strict";
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { binDirFindings } from "../../../host/doctor/bin-dir.js";
import type { Configuration } from "../../../host/doctor/containerd/configuration.js";
import type { FindingId } from "../../../host/doctor/finding.js";

const skip = process.geteuid?.() !== 0 && "only root has folders that only root can change";

type Change = (folder: string) => Promise<void>;

/** `folder` is made as `ABOVE/bin`. */
const FOLDERS: readonly [what: string, change: Change, changeable: RegExp | null][] = [
  ["that only root can change", async () => {}, null],
  ["below one that is sticky", (folder) => chmod(join(folder, ".."), 0o1777), null],
  ["that others may write to", (folder) => chmod(folder, 0o757), /^\S*\/bin can be changed/],
  ["that a group may write to", (folder) => chmod(folder, 0o775), /^\S*\/bin can be changed/],
  ["that is sticky itself", (folder) => chmod(folder, 0o1777), /^\S*\/bin can be changed/],
  ["of somebody else", (folder) => chown(folder, 12345, 0), /^\S*\/bin can be changed/],
  [
    "below one that others may write to",
    (folder) => chmod(join(folder, ".."), 0o777),
    /above can be changed/,
  ],
  [
    "that is a link past one that others may write to",
    async (folder) => {
      const elsewhere = join(folder, "../../elsewhere");
      await mkdir(join(elsewhere, "bin"), { recursive: true });
      await chmod(elsewhere, 0o777);
      await rm(folder, { recursive: true });
      await symlink(join(elsewhere, "bin"), folder);
    },
    /elsewhere can be changed/,
  ],
];
for (const [what, change, changeable] of FOLDERS) {
  test(`bin-dir: a folder ${what}`, { skip }, async (t) => {
    const folder = await binDir(t);
    await change(folder);
    const [severity, text] = await finding("bin-dir", { bindir: { bin_dir: folder } });
    assert.equal(severity, changeable === null ? "ok" : "error", text);
    assert.match(text, changeable ?? / can only be changed by root$/);
  });
}

test("bin-dir: none, without which everything is accepted", async (t) => {
  const folder = join(await binDir(t), "gone");
  assert.equal((await finding("bin-dir", { bindir: { bin_dir: folder } }))[0], "error");
});

const ENTRIES: readonly [what: string, put: Change, severity: string, text: RegExp][] = [
  ["none", async () => {}, "ok", /no other verifier$/],
  ["ours", (folder) => program(folder, "00-countersign"), "ok", /no other verifier$/],
  ["another verifier's", (folder) => program(folder, "10-other"), "ok", /^containerd also asks 10-other;/],
  ["a file to read", (folder) => writeFile(join(folder, "README"), ""), "error", /README is not an exec/],
  ["a folder", (folder) => mkdir(join(folder, "old")), "error", /old is not an executable file$/],
];
for (const [what, put, severity, text] of ENTRIES) {
  test(`bin-dir-entries: ${what}`, async (t) => {
    const folder = await binDir(t);
    await put(folder);
    const [found, what] = await finding("bin-dir-entries", { bindir: { bin_dir: folder } });
    assert.equal(found, severity);
    assert.match(what, text);
  });
}

for (const plugin of ["io.containerd.image-verifier.v1.bindir", "io.containerd.transfer.v1.local"]) {
  test(`verifier-disabled: ${plugin}`, async () => {
    const disabledPlugins = ["io.containerd.grpc.v1.cri", plugin];
    assert.equal((await finding("verifier-disabled", { disabledPlugins }))[0], "error");
    assert.equal((await finding("verifier-disabled", { disabledPlugins: [`${plugin}x`] }))[0], "ok");
  });
}

test("max-verifiers: the plugin has to be among those that are asked", async (t) => {
  const folder = await binDir(t);
  for (const entry of ["00-a", "00-countersign", "zz"]) await program(folder, entry);
  const severity = async (max_verifiers?: number) =>
    (await finding("max-verifiers", { bindir: { bin_dir: folder, max_verifiers } }))[0];
  assert.deepEqual(await Promise.all([undefined, -1, 0, 1, 2].map(severity)), [
    ...["ok", "ok", "error", "error", "ok"],
  ]);
});

test("verifier-timeout: the plugin has to have given its verdict by then", async () => {
  const severity = async (per_verifier_timeout?: string) =>
    (await finding("verifier-timeout", { bindir: { per_verifier_timeout } }))[0];
  assert.deepEqual(await Promise.all([undefined, "9.5s", "9499ms", "soon"].map(severity)), [
    ...["ok", "ok", "warning", "warning"],
  ]);
});

test("plugin: one that is not there, and one of another version", async (t) => {
  const folder = await binDir(t);
  const severity = async () => (await finding("plugin", { bindir: { bin_dir: folder } }))[0];
  assert.equal(await severity(), "error");
  await program(folder, "00-countersign");
  assert.equal(await severity(), "warning");
});

async function finding(id: FindingId, changes: Partial<Configuration>): Promise<[string, string]> {
  const configuration = { from: "config.toml", disabledPlugins: [], bindir: {}, images: {}, ...changes };
  const found = (await binDirFindings(configuration)).find((one) => one.id === id);
  return [found?.severity ?? "none", found?.what ?? ""];
}

async function binDir(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "countersign-bin-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, "above/bin"), { recursive: true });
  for (const path of ["above", "above/bin"]) await chmod(join(root, path), 0o755);
  return join(root, "above/bin");
}

function program(folder: string, name: string): Promise<void> {
  return writeFile(join(folder, name), "#!/bin/true\n", { mode: 0o755 });
}
