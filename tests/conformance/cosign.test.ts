// The vectors of cosign are read whole, and so is a further folder of their shape, of which nothing is passed over.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { sharedPath } from "../support/shared.js";
import { readCosign } from "./cosign/corpus.js";
import { run, sum } from "./runner.js";
import { Subject } from "./subject.js";

const VECTORS = sharedPath("vectors/cosign");
const skip = VECTORS === null ? "no shared vectors" : false;

test("of cosign's vectors nothing is left out", { skip }, () => {
  const counts = readCosign(VECTORS ?? "", null).map(({ name, cases }) => [name, cases.length]);
  assert.deepEqual(Object.fromEntries(counts), {
    "cosign-legacy": 96,
    "cosign-bundle": 39,
    "cosign-algorithms": 10,
    "cosign-verify": 45,
    "cosign-policies": 38,
    "cosign-keys": 43,
  });
});

/** Runs a folder with these tables and files; all else is that of the vectors. */
async function runFolder(
  t: TestContext,
  tables: Record<string, string>,
  copies: Record<string, string> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-cosign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["negative-legacy", "negative-bundle", "keys"]) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(folder, name), text);
  for (const [from, to] of Object.entries(copies)) cpSync(join(VECTORS ?? "", from), join(folder, to));
  const result = await run(readCosign(folder, VECTORS), new Subject(folder));
  const { passed, failed, excepted } = sum(result.suites.values());
  return { passed, failed, excepted };
}

const LEGACY = "negative-legacy/oracle.tsv";
const LEGACY_HEAD = "variant\tcosign verify\tskopeo matchRepository\tskopeo default\n";
const BUNDLE = "negative-bundle/oracle.tsv";
const BUNDLE_HEAD = "variant\tcosign verify --key\n";

test("a variant that is as its row says passes, in each column", { skip }, async (t) => {
  const table = `${LEGACY_HEAD}new\tACCEPT\tACCEPT\tREJECT(1)\n`;
  const outcome = await runFolder(
    t,
    { [LEGACY]: table },
    { "negative-legacy/ok.json": "negative-legacy/new.json" },
  );
  assert.deepEqual(outcome, { passed: 2, failed: 0, excepted: 0 });
});

test("a variant that is not fails, accepted or refused", { skip }, async (t) => {
  const legacy = `${LEGACY_HEAD}ok\tACCEPT\tREJECT(1)\tREJECT(1)\n`;
  const bundle = `${BUNDLE_HEAD}wrong-key\tACCEPT\n`;
  const outcome = await runFolder(
    t,
    { [LEGACY]: legacy, [BUNDLE]: bundle },
    {
      "negative-legacy/ok.json": "negative-legacy/ok.json",
      "negative-bundle/wrong-key.json": "negative-bundle/wrong-key.json",
    },
  );
  assert.deepEqual(outcome, { passed: 1, failed: 2, excepted: 0 });
});

test("where we differ, upstream's verdict is a failure", { skip }, async (t) => {
  const name = "negative-bundle/predicatetype-slsa.json";
  const excepted = await runFolder(
    t,
    { [BUNDLE]: `${BUNDLE_HEAD}predicatetype-slsa\tACCEPT\n` },
    { [name]: name },
  );
  assert.deepEqual(excepted, { passed: 0, failed: 0, excepted: 1 });
  // The same as an image's signature would be accepted by both.
  const accepted = await runFolder(
    t,
    { [BUNDLE]: `${BUNDLE_HEAD}ok\tREJECT(1)\n` },
    { "negative-bundle/ok.json": "negative-bundle/ok.json" },
  );
  assert.deepEqual(accepted, { passed: 0, failed: 1, excepted: 0 });
});

test("a row without a file, a file without a row and a verdict that is none are failures", {
  skip,
}, async (t) => {
  const table = `${LEGACY_HEAD}missing\tACCEPT\tACCEPT\tACCEPT\nok\tACCEPT\tMAYBE\tREJECT(1)\n`;
  const outcome = await runFolder(
    t,
    { [LEGACY]: table },
    {
      "negative-legacy/ok.json": "negative-legacy/ok.json",
      "negative-legacy/sig-zero.json": "negative-legacy/orphan.json",
    },
  );
  assert.deepEqual(outcome, { passed: 1, failed: 4, excepted: 0 });
});

test("a key file by another cost of scrypt is refused, by cosign's own is read", { skip }, async (t) => {
  const outcome = await runFolder(
    t,
    {},
    {
      "keys/k3.pub": "keys/a.pub",
      "keys/kdf/kdf-n1024.key": "keys/b.key",
      "keys/k3.key": "keys/a.key",
    },
  );
  assert.deepEqual(outcome, { passed: 3, failed: 0, excepted: 0 });
});

test("a folder may be named from where one stands", { skip }, () => {
  const vectors = VECTORS ?? "";
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  const args = [main, "--cosign", basename(vectors), "--only", "cosign-policies", "--json"];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: dirname(vectors), encoding: "utf8" });
  assert.equal(JSON.parse(stdout).failed, 0);
  assert.equal(status, 0);
});
