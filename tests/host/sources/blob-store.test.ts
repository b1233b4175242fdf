import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { digestOf } from "../../../host/oci/digest.js";
import { BlobStore, StoreRefused } from "../../../host/sources/blob-store.js";

const BLOB = Buffer.from("the payload of a signature");
const MIB = 1024 * 1024;

test("what is kept is read again, by another process too", async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore(folder);
  store.keep(digestOf(BLOB), BLOB);
  await store.close();
  assert.deepEqual(await store.read(digestOf(BLOB), MIB), BLOB);
  assert.deepEqual(await (await openStore(folder)).read(digestOf(BLOB), MIB), BLOB);
  assert.equal(statSync(fileOf(folder, BLOB)).mode & 0o777, 0o600);
  assert.equal(await store.read(digestOf(Buffer.from("another")), MIB), null);
});

const DAMAGES: [what: string, damage: (file: string) => void][] = [
  ["other bytes of the same length", (file) => writeFileSync(file, Buffer.alloc(BLOB.length, 1))],
  ["half of it, as after a power cut", (file) => truncateSync(file, BLOB.length / 2)],
  ["nothing of it", (file) => truncateSync(file, 0)],
  ["more than there was", (file) => writeFileSync(file, Buffer.concat([BLOB, BLOB]))],
  ["no file", (file) => rmSync(file)],
  [
    "a folder",
    (file) => {
      rmSync(file, { recursive: true });
      mkdirSync(file);
    },
  ],
  [
    "a link to the right bytes",
    (file) => {
      writeFileSync(`${file}.elsewhere`, BLOB);
      rmSync(file, { force: true });
      symlinkSync(`${file}.elsewhere`, file);
    },
  ],
];
for (const [what, damage] of DAMAGES) {
  test(`${what} where a blob was: it is not there, and can be kept anew`, async (t) => {
    const folder = temporaryFolder(t);
    for (const _ of ["once", "and by the next process"]) {
      const store = await openStore(folder);
      store.keep(digestOf(BLOB), BLOB);
      await store.close();
      damage(fileOf(folder, BLOB));
      assert.equal(await store.read(digestOf(BLOB), MIB), null);
    }
  });
}

test("the folder may be deleted at any time", async (t) => {
  const folder = join(temporaryFolder(t), "cache");
  const warnings: string[] = [];
  const store = await openStore(folder, MIB, warnings);
  store.keep(digestOf(BLOB), BLOB);
  await store.close();
  rmSync(folder, { recursive: true });
  assert.equal(await store.read(digestOf(BLOB), MIB), null);
  for (const other of ["a", "b"].map((text) => Buffer.from(text))) store.keep(digestOf(other), other);
  await store.close();
  assert.deepEqual(warnings, [`blobs cannot be kept in ${folder}: ENOENT`]);
});

test("a blob larger than asked for is not read", async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore(folder);
  store.keep(digestOf(BLOB), BLOB);
  await store.close();
  assert.equal(await store.read(digestOf(BLOB), BLOB.length - 1), null);
  assert.deepEqual(await store.read(digestOf(BLOB), BLOB.length), BLOB);
});

test("it is bounded: what was not used for longest goes, in this process and after a restart", async (t) => {
  const folder = temporaryFolder(t);
  const blobs = [0, 1, 2, 3].map((value) => Buffer.alloc(5000, value)) as [Buffer, Buffer, Buffer, Buffer];
  const [first, second, third, fourth] = blobs;
  const store = await openStore(folder, 3 * 8192);
  for (const blob of [first, second, third]) {
    store.keep(digestOf(blob), blob);
    await store.close();
  }
  await store.read(digestOf(first), MIB);
  store.keep(digestOf(fourth), fourth);
  await store.close();
  await until(() => !existsSync(fileOf(folder, second)));
  assert.deepEqual(new Set(readdirSync(folder)), new Set([first, third, fourth].map(nameOf)));

  for (const [age, blob] of [third, first, fourth].entries()) utimesSync(fileOf(folder, blob), age, age);
  const smaller = await openStore(folder, 2 * 8192);
  await smaller.close();
  await until(() => !existsSync(fileOf(folder, third)));
  assert.deepEqual(new Set(readdirSync(folder)), new Set([first, fourth].map(nameOf)));
  const huge = Buffer.alloc(3 * 8192);
  smaller.keep(digestOf(huge), huge);
  await smaller.close();
  assert.equal(readdirSync(folder).length, 2);

  await (await openStore(folder, 8191)).close();
  assert.deepEqual(readdirSync(folder), []);
});

test("what a process left unfinished is removed at the next start; files of others are left alone", async (t) => {
  const folder = temporaryFolder(t);
  const partial = `.${nameOf(BLOB)}.0123456789abcdef`;
  for (const name of [partial, "README", ".hidden"]) writeFileSync(join(folder, name), "x");
  await (await openStore(folder)).close();
  assert.deepEqual(readdirSync(folder).sort(), [".hidden", "README"]);
});

test("a process that is killed while it keeps blobs leaves whole ones only", async (t) => {
  const folder = temporaryFolder(t);
  const script = `
    import { BlobStore } from ${JSON.stringify(new URL("../../../host/sources/blob-store.js", import.meta.url).href)};
    import { digestOf } from ${JSON.stringify(new URL("../../../host/oci/digest.js", import.meta.url).href)};
    const store = await BlobStore.open(${JSON.stringify(folder)}, 1e9, () => {});
    console.log("keeping");
    for (let i = 0; ; i++) {
      const blob = Buffer.alloc(200_000, String(i));
      store.keep(digestOf(blob), blob);
      if (i % 8 === 0) await store.close();
    }`;
  for (const patience of [5, 20, 60]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, patience));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  await (await openStore(folder, 1e9)).close();
  const names = readdirSync(folder);
  assert.ok(names.every((name) => digestOf(readFileSync(join(folder, name))) === `sha256:${name}`));
});

test("a folder that others may write to, or that is none, is refused", async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  await assert.rejects(
    openStore(folder),
    new StoreRefused(`${folder} may be written to by others: chmod go-w it`),
  );
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  await assert.rejects(openStore(file), StoreRefused);
});

const isRoot = process.geteuid?.() === 0;
test("a folder of somebody else is refused", {
  skip: !isRoot && "only root can give a folder away",
}, async (t) => {
  const folder = temporaryFolder(t);
  chownSync(folder, 12345, 12345);
  await assert.rejects(openStore(folder), new StoreRefused(`${folder} belongs to user 12345`));
});

test("a blob that cannot be kept leaves nothing unfinished behind", async (t) => {
  const folder = temporaryFolder(t);
  const warnings: string[] = [];
  const store = await openStore(folder, MIB, warnings);
  mkdirSync(fileOf(folder, BLOB));
  store.keep(digestOf(BLOB), BLOB);
  await store.close();
  assert.deepEqual(warnings, [`blobs cannot be kept in ${folder}: EISDIR`]);
  assert.deepEqual(readdirSync(folder), [nameOf(BLOB)]);
});

test("what is no digest is not made a path of", async (t) => {
  const store = await openStore(temporaryFolder(t));
  for (const digest of ["sha256:../../etc/passwd", `sha512:${"a".repeat(64)}`, ""]) {
    await assert.rejects(store.read(digest, MIB), TypeError);
    assert.throws(() => store.keep(digest, BLOB), TypeError);
  }
});

function openStore(folder: string, maxBytes = MIB, warnings: string[] = []): Promise<BlobStore> {
  return BlobStore.open(folder, maxBytes, (message) => warnings.push(message));
}

function nameOf(blob: Buffer): string {
  return digestOf(blob).slice("sha256:".length);
}

function fileOf(folder: string, blob: Buffer): string {
  return join(folder, nameOf(blob));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
