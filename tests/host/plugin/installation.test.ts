import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { otherEntries, putEntry, readEntry, removeEntry } from "../../../host/plugin/installation/bin-dir.js";
import { bundle } from "../../../host/plugin/installation/bundle.js";
import { executable, isCurrent, recordedIn } from "../../../host/plugin/installation/executable.js";
import { isQuotable, script } from "../../../host/plugin/installation/script.js";
import { missing } from "./each-plugin.js";
import { privateFolder } from "./fake-daemon.js";

const INSTALLATION = { socket: "/run/countersign/verifier.sock", owner: 0, deadlineMs: 9_000 };

test("an entry is put into a new bin_dir, executable, with nothing left beside it", async (t) => {
  const folder = privateFolder(t);
  const binDir = join(folder, "image-verifier", "bin");
  await putEntry(binDir, Buffer.from("#!/bin/sh\n"));
  assert.deepEqual(readdirSync(binDir), ["00-countersign"]);
  assert.deepEqual(readdirSync(join(folder, "image-verifier")), ["bin"]);
  assert.equal(statSync(join(binDir, "00-countersign")).mode & 0o777, 0o755);
  assert.equal(String(await readEntry(binDir)), "#!/bin/sh\n");
});

test("an entry is replaced as a whole: the old file is not written to", async (t) => {
  const binDir = privateFolder(t);
  await putEntry(join(binDir, "bin"), Buffer.from("old"));
  const before = statSync(join(binDir, "bin", "00-countersign")).ino;
  await putEntry(join(binDir, "bin"), Buffer.from("new"));
  assert.notEqual(statSync(join(binDir, "bin", "00-countersign")).ino, before);
  assert.equal(String(await readEntry(join(binDir, "bin"))), "new");
});

test("a failed installation leaves neither an unfinished file nor an entry", async (t) => {
  const folder = privateFolder(t);
  mkdirSync(join(folder, "bin", "00-countersign"), { recursive: true });
  writeFileSync(join(folder, "bin", "00-countersign", "occupied"), "");
  await assert.rejects(putEntry(join(folder, "bin"), Buffer.from("text")));
  assert.deepEqual(readdirSync(folder), ["bin"]);
  assert.deepEqual(readdirSync(join(folder, "bin")), ["00-countersign"]);
});

test("removing says whether there was something", async (t) => {
  const binDir = join(privateFolder(t), "bin");
  await putEntry(binDir, Buffer.from("text"));
  assert.equal(await removeEntry(binDir), true);
  assert.equal(existsSync(join(binDir, "00-countersign")), false);
  assert.equal(await removeEntry(binDir), false);
});

test("other entries are named: containerd executes them too", async (t) => {
  const binDir = join(privateFolder(t), "bin");
  assert.deepEqual(await otherEntries(binDir), []);
  await putEntry(binDir, Buffer.from("text"));
  writeFileSync(join(binDir, "README"), "");
  mkdirSync(join(binDir, "backup"));
  assert.deepEqual(await otherEntries(binDir), ["README", "backup"]);
});

test("an installed file knows its Node.js, socket and owner, and whether it is this build's", () => {
  const runtime = { node: "/usr/bin/node" };
  const text = script("/usr/bin/node", INSTALLATION);
  assert.deepEqual(recordedIn(Buffer.from(text)), { runtime, installation: INSTALLATION });
  const isCurrentText = (changed: string) => isCurrent(Buffer.from(changed));
  assert.equal(isCurrentText(text), true);
  assert.equal(isCurrentText(text.replace("48 * 1024", "96 * 1024")), false);
  assert.equal(isCurrentText(text.replace("/usr/bin/env -i", "/usr/bin/env")), false);
  assert.equal(isCurrentText("#!/bin/sh\nexit 0\n"), false);
});

test("an installed native plugin knows its socket, owner and deadline, and whether it is this build's", {
  skip: missing("native"),
}, () => {
  for (const installation of [
    INSTALLATION,
    { socket: `/${"s".repeat(106)}`, owner: 4294967295, deadlineMs: 400 },
  ]) {
    const file = executable("native", installation);
    assert.ok(file);
    assert.deepEqual(recordedIn(file), { runtime: "native", installation });
    assert.equal(isCurrent(file), true);
    const changed = Buffer.from(file);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    assert.equal(isCurrent(changed), false);
    assert.equal(isCurrent(file.subarray(0, -1)), false);
  }
  assert.throws(() => executable("native", { ...INSTALLATION, socket: `/${"s".repeat(107)}` }), RangeError);
});

test("a path that could end the shell's quotes is not quotable", () => {
  assert.equal(isQuotable("/opt/node 20/bin/node"), true);
  for (const path of [
    "node",
    "/opt/it's/node",
    "/opt/$HOME/node",
    "/opt/*/node",
    "/opt/`id`/node",
    "/opt/\n/node",
  ]) {
    assert.equal(isQuotable(path), false, path);
  }
});

test("the bundle needs nothing but Node.js", () => {
  const text = script("/usr/bin/node", INSTALLATION);
  assert.doesNotMatch(text, /^\s*(import|export)\b|\brequire\(/m);
  assert.match(text, /^modules\["run\.js"\] = /m);
});

for (const line of [
  'import x from "node:fs";',
  'import { a } from "undici";',
  'import { a } from "../core/core.js";',
]) {
  test(`what the bundler does not understand, it refuses: ${line}`, (t) => {
    const module = join(privateFolder(t), "module.js");
    writeFileSync(module, `${line}\n`);
    assert.throws(() => bundle(pathToFileURL(module)), /cannot be bundled/);
    assert.equal(readFileSync(module, "utf8"), `${line}\n`);
  });
}
