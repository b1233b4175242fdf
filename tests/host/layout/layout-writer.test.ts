import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LayoutWriter } from "../../../host/layout/layout-writer.js";
import { digestOf } from "../../../host/oci/digest.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { makeImage } from "../../support/image.js";
import { blobDescriptor, collect, pieces } from "../registry/push-setup.js";
import { folderFor, patience } from "./setup.js";

const REF_NAME = "org.opencontainers.image.ref.name";
const image = makeImage();
const other = makeImage({ seed: "other" });
const bytes = randomBytes(5_000);
const blob = blobDescriptor(bytes);
const options = { from: null, signal: patience() };

test("a layout is made of a folder that is not there, and of an empty one", async (t) => {
  const folder = await folderFor(t);
  for (const path of [folder, join(folder, "a/b")]) {
    const writer = await LayoutWriter.open(path, patience());
    assert.equal(await readFile(join(path, "oci-layout"), "utf8"), '{"imageLayoutVersion":"1.0.0"}');
    assert.deepEqual(await writer.entries(patience()), []);
    await rm(join(path, "oci-layout")); // as after a kill at the beginning
    await LayoutWriter.open(path, patience());
  }
});

test("blobs and manifests can be read back", async (t) => {
  const writer = await LayoutWriter.open(await folderFor(t), patience());
  assert.equal(await writer.hasBlob(blob, patience()), false);
  assert.equal(await writer.writeBlob(blob, pieces(bytes), options), "written");
  assert.equal(await writer.hasBlob(blob, patience()), true);
  assert.deepEqual(await collect(writer.blob(blob, patience())), bytes);
  await writer.writeManifest(image, null, patience());
  assert.deepEqual(await writer.entries(patience()), []);
  await writer.writeManifest(image, "v1", patience());
  const read = await writer.manifest("v1", patience());
  assert.deepEqual([read?.digest, read?.mediaType], [image.digest, image.mediaType]);
});

test("a tag moves, and what else is in index.json stays as it is", async (t) => {
  const folder = await folderFor(t);
  const writer = await LayoutWriter.open(folder, patience());
  const foreign = { mediaType: "application/x", digest: blob.digest, size: 1, "x-unknown": [1, null] };
  const index = { schemaVersion: 2, manifests: [foreign], annotations: { a: "b" } };
  await writeFile(join(folder, "index.json"), JSON.stringify(index));
  await writer.writeManifest(image, "v1", patience());
  await writer.writeManifest(image, "v2", patience());
  await writer.writeManifest(other, "v1", patience());
  const entry = ({ digest, bytes }: typeof image, tag: string) => {
    return { mediaType: OCI_MANIFEST, digest, size: bytes.length, annotations: { [REF_NAME]: tag } };
  };
  assert.deepEqual(JSON.parse(await readFile(join(folder, "index.json"), "utf8")), {
    ...index,
    manifests: [foreign, entry(image, "v2"), entry(other, "v1")],
  });
  const before = await readFile(join(folder, "index.json"));
  await writer.writeManifest(other, "v1", patience());
  assert.deepEqual(await readFile(join(folder, "index.json")), before);
});

test("a manifest about another is named in index.json without a tag", async (t) => {
  const writer = await LayoutWriter.open(await folderFor(t), patience());
  const { config, layers } = JSON.parse(Buffer.from(image.bytes).toString());
  const subject = { mediaType: OCI_MANIFEST, digest: other.digest, size: other.bytes.length };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers, subject }));
  const referrer = { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
  for (let times = 0; times < 2; times++) {
    assert.deepEqual(await writer.writeManifest(referrer, null, patience()), { listed: true });
  }
  assert.equal((await writer.entries(patience())).length, 1);
  const [found] = await writer.referrers(other.digest, patience());
  assert.equal(found?.digest, referrer.digest);
});

test("a blob that was damaged is written again", async (t) => {
  const folder = await folderFor(t);
  const writer = await LayoutWriter.open(folder, patience());
  await writeFile(join(folder, "blobs/sha256", blob.digest.slice(7)), Buffer.alloc(bytes.length));
  assert.equal(await writer.hasBlob(blob, patience()), false);
  await writer.writeBlob(blob, pieces(bytes), options);
  assert.equal(await writer.hasBlob(blob, patience()), true);
});

test("content that fails in the middle leaves nothing", async (t) => {
  const folder = await folderFor(t);
  const writer = await LayoutWriter.open(folder, patience());
  const failing = async function* () {
    yield bytes;
    throw new ImageError("the source has failed");
  };
  await assert.rejects(writer.writeBlob(blob, failing, options), /the source has failed$/);
  assert.deepEqual((await readdir(folder)).sort(), ["blobs", "index.json", "oci-layout"]);
  assert.deepEqual(await readdir(join(folder, "blobs/sha256")), []);
});

test("what killed processes have left is removed, what others are writing is not", async (t) => {
  const folder = await folderFor(t);
  await LayoutWriter.open(folder, patience());
  const left = ".partial-4194305-x"; // above Linux's largest process id
  const busy = `.partial-${process.pid}-x`;
  for (const name of [left, busy]) await writeFile(join(folder, name), "half");
  await LayoutWriter.open(folder, patience());
  assert.deepEqual((await readdir(folder)).includes(left), false);
  assert.deepEqual((await readdir(folder)).includes(busy), true);
});

test("many writers at a time lose no tag", async (t) => {
  const folder = await folderFor(t);
  const tags = Array.from({ length: 20 }, (_, i) => `v${i}`);
  await Promise.all(
    tags.map(async (tag) =>
      (await LayoutWriter.open(folder, patience())).writeManifest(image, tag, patience()),
    ),
  );
  const entries = await (await LayoutWriter.open(folder, patience())).entries(patience());
  assert.deepEqual(entries.map(({ annotations }) => annotations?.[REF_NAME]).sort(), tags.sort());
});

test("a folder with something else in it is left alone", async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, "letter.txt"), "dear sir");
  await assert.rejects(
    LayoutWriter.open(folder, patience()),
    /is neither an oci layout nor an empty folder$/,
  );
  assert.deepEqual(await readdir(folder), ["letter.txt"]);
});

test("a place that cannot be written says so", async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, "file"), "");
  await assert.rejects(LayoutWriter.open(join(folder, "file"), patience()), /cannot be written \(EEXIST\)$/);
  const writer = await LayoutWriter.open(join(folder, "layout"), patience());
  await rm(join(folder, "layout"), { recursive: true });
  await assert.rejects(writer.writeBlob(blob, pieces(bytes), options), /cannot be written \(ENOENT\)$/);
});
