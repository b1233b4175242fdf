import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import type { Evidence, Request } from "#component/types";
import { digestOf } from "../../../host/oci/digest.js";
import { BlobStore } from "../../../host/sources/blob-store.js";
import type { EvidencePlace } from "../../../host/sources/source.js";
import { SourceWithStore } from "../../../host/sources/source-with-store.js";
import { itemFor, SourceDouble } from "../service/source-double.js";

const BLOB = Buffer.from("the payload of a signature");
const DIGEST = digestOf(BLOB);
const signal = new AbortController().signal;

test("a blob is fetched once, whatever repository it is asked for in, and after a restart not at all", async (t) => {
  const folder = temporaryFolder(t);
  const first = await sourceAt(folder);
  const [fetched] = await first.source.fetch(requestFor("blob"), signal);
  await first.source.close();
  const [kept] = await first.source.fetch({ ...requestFor("blob"), repository: "other/app" }, signal);
  assert.equal(first.inner.asked.length, 1);
  assert.deepEqual(bytesOf(fetched), BLOB);
  assert.deepEqual(bytesOf(kept), BLOB);
  assert.equal(kept?.tag === "item" && kept.val.origin, `ghcr.io/other/app@${DIGEST}`);

  const second = await sourceAt(folder);
  assert.deepEqual(bytesOf((await second.source.fetch(requestFor("blob"), signal))[0]), BLOB);
  assert.equal(second.inner.asked.length, 0);
});

test("a blob that was damaged on disk is fetched anew", async (t) => {
  const folder = temporaryFolder(t);
  const { source, inner } = await sourceAt(folder);
  await source.fetch(requestFor("blob"), signal);
  await source.close();
  writeFileSync(join(folder, DIGEST.slice(7)), "garbage");
  assert.deepEqual(bytesOf((await source.fetch(requestFor("blob"), signal))[0]), BLOB);
  assert.equal(inner.asked.length, 2);
  await source.close();
});

for (const kind of ["manifest", "cosign-tag", "referrers"] as const) {
  test(`what may change is asked for each time: ${kind}`, async (t) => {
    const folder = temporaryFolder(t);
    const { source, inner } = await sourceAt(folder);
    for (const _ of [1, 2]) await source.fetch(requestFor(kind), signal);
    await source.close();
    assert.equal(inner.asked.length, 2);
    assert.deepEqual(readdirSync(folder), []);
  });
}

test("what is absent or could not be asked is not kept", async (t) => {
  const folder = temporaryFolder(t);
  const answers: Evidence[] = [
    { tag: "absent", val: { kind: "blob", reference: DIGEST } },
    { tag: "unavailable", val: { kind: "blob", reference: DIGEST, code: "registry-timeout", detail: "" } },
  ];
  const inner = new SourceDouble(() => answers.shift() ?? itemFor(requestFor("blob"), { bytes: BLOB }));
  const source = new SourceWithStore(inner, await BlobStore.open(folder, 1e6, assert.fail));
  const tags = [];
  for (const _ of [1, 2, 3]) tags.push((await source.fetch(requestFor("blob"), signal))[0]?.tag);
  assert.deepEqual(tags, ["absent", "unavailable", "item"]);
  await source.close();
});

test("places beyond the first have the store too", async (t) => {
  const folder = temporaryFolder(t);
  const far = new SourceDouble((request) => itemFor(request, { bytes: BLOB }));
  const near: EvidencePlace = { fetch: async () => [], beyond: () => far };
  const inner = { begin: () => near, fetch: near.fetch, close: async () => {} };
  const source = new SourceWithStore(inner, await BlobStore.open(folder, 1e6, assert.fail));
  for (const _ of [1, 2]) {
    await source.begin().beyond?.()?.fetch(requestFor("blob"), signal);
    await source.close();
  }
  assert.equal(far.asked.length, 1);
});

async function sourceAt(folder: string) {
  const inner = new SourceDouble((request) => itemFor(request, { bytes: BLOB }));
  const store = await BlobStore.open(folder, 1e6, assert.fail);
  return { inner, source: new SourceWithStore(inner, store) };
}

function requestFor(kind: Request["kind"]): Request {
  return {
    kind,
    registry: "ghcr.io",
    repository: "a/app",
    reference: DIGEST,
    mediaTypes: [],
    maxBytes: 1000,
  };
}

function bytesOf(evidence: Evidence | undefined): Uint8Array | null {
  return evidence?.tag === "item" ? Buffer.from(evidence.val.bytes) : null;
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
