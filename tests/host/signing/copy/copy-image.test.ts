import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LayoutWriter } from "../../../../host/layout/layout-writer.js";
import { openLayout } from "../../../../host/layout/open-layout.js";
import { digestOf } from "../../../../host/oci/digest.js";
import { ImageError } from "../../../../host/oci/image-error.js";
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../../host/oci/media-types.js";
import { tagImage } from "../../../../host/signing/copy/copy-image.js";
import { descriptorOf, makeImage, pushImage, type TestImage } from "../../../support/image.js";
import type { TestRegistryOptions } from "../../../support/registry/registry.js";
import { layoutOf } from "../../layout/setup.js";
import { makeTar } from "../../layout/tar.js";
import { blobDescriptor, readerFor, writerFor } from "../../registry/push-setup.js";
import { failureOf, registryFor } from "../../registry/setup.js";
import {
  assertWhole,
  copyOptions,
  findAndCopy,
  folderFor,
  makeIndex,
  makeManifest,
  makeNested,
} from "./setup.js";

const nested = makeNested();
const image = makeImage();

test("an index of indexes goes from registry to registry, byte for byte, the tag last", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", nested, "v1");
  const options = copyOptions();
  const writer = writerFor(t, target, "b/c");
  const copied = await findAndCopy(readerFor(t, source, "a"), writer, "v1", options);
  assertWhole(target, "b/c", nested);
  assert.equal(target.repository("b/c").tags.size, 0);
  assert.equal(copied.root.digest, nested.digest);
  assert.deepEqual(copied.indexes.at(-1), copied.root);
  assert.equal(copied.images.length + copied.indexes.length, 5);
  assert.equal(await tagImage(writer, copied.root, "v2", options.signal), true);
  assert.equal(await tagImage(writer, copied.root, "v2", options.signal), false);
  assert.deepEqual([...target.repository("b/c").tags], [["v2", nested.digest]]);
});

test("what is there already is not sent again", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", nested, "v1");
  const writer = writerFor(t, target, "b");
  await findAndCopy(readerFor(t, source, "a"), writer, "v1", copyOptions());
  const sent = target.bytesReceived;
  target.requests.length = 0;
  source.requests.length = 0;
  const options = copyOptions();
  await findAndCopy(readerFor(t, source, "a"), writer, "v1", options);
  assert.equal(target.bytesReceived, sent);
  assert.ok(target.requests.every(({ method }) => method === "HEAD"));
  assert.ok(source.requests.every(({ path }) => path.includes("/manifests/")));
  assert.ok(options.progress.every(({ ended, bytes, total }) => ended === "present" && bytes === total));
});

test("blobs are mounted from a repository of the same registry", async (t) => {
  const registry = await registryFor(t, { mounts: true });
  pushImage(registry, "a", nested, "v1");
  const options = copyOptions();
  await findAndCopy(readerFor(t, registry, "a"), writerFor(t, registry, "b"), "v1", options);
  assertWhole(registry, "b", nested);
  assert.ok(registry.requests.every(({ path, method }) => method !== "GET" || !path.includes("/blobs/")));
  assert.ok(options.progress.every(({ ended }) => ended === "mounted"));
});

test("a layout is a target, and a layout or an archive of it a source", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", nested, "v1");
  const folder = await folderFor(t);
  const options = copyOptions();
  const layout = await LayoutWriter.open(join(folder, "layout"), options.signal);
  const { root } = await findAndCopy(readerFor(t, source, "a"), layout, "v1", options);
  assert.deepEqual(await layout.entries(options.signal), []);
  await tagImage(layout, root, "v1", options.signal);

  const archive = join(folder, "image.tar");
  await writeFile(archive, makeTar(layoutOf(nested, "v1")));
  for (const [transport, path] of [
    ["oci", join(folder, "layout")],
    ["oci-archive", archive],
    ["docker-archive", archive],
  ] as const) {
    const reader = await openLayout({ transport, path, tag: "v1" }, options.signal);
    const digest = (await reader.resolve("v1", options.signal)) ?? assert.fail();
    await findAndCopy(reader, writerFor(t, target, transport), digest, options);
    assertWhole(target, transport, nested);
    await reader.close();
  }
});

test("progress is told of every blob, from its first byte to its last", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", image, "v1");
  const options = copyOptions();
  await findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", options);
  for (const blob of image.blobs) {
    const reports = options.progress.filter((report) => report.blob === digestOf(blob));
    assert.deepEqual(reports.at(0), { blob: digestOf(blob), bytes: 0, total: blob.length, ended: null });
    assert.deepEqual(reports.at(-1), {
      blob: digestOf(blob),
      bytes: blob.length,
      total: blob.length,
      ended: "written",
    });
  }
});

test("four blobs are under way at a time, and no more", async (t) => {
  const contents = Array.from({ length: 12 }, () => randomBytes(2_000));
  const layers = contents.map((bytes) => ({ ...blobDescriptor(bytes) }));
  const many = makeManifest(OCI_MANIFEST, { config: layers[0], layers }, [], contents);
  const source = await registryFor(t);
  pushImage(source, "a", many, "v1");
  const target = await registryFor(t);
  const writer = writerFor(t, target, "b");
  let most = 0;
  let now = 0;
  const writeBlob = writer.writeBlob.bind(writer);
  writer.writeBlob = async (...call) => {
    most = Math.max(most, ++now);
    return writeBlob(...call).finally(() => now--);
  };
  await findAndCopy(readerFor(t, source, "a"), writer, "v1", copyOptions());
  assert.equal(most, 4);
  assertWhole(target, "b", many);
});

test("layers that are elsewhere by their nature are left there", async (t) => {
  const mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const foreign = { ...blobDescriptor(randomBytes(10)), mediaType, urls: ["http://127.0.0.1:1/layer"] };
  const { config, layers } = JSON.parse(Buffer.from(image.bytes).toString());
  const windows = makeManifest(DOCKER_MANIFEST, { config, layers: [foreign, ...layers] }, [], image.blobs);
  const source = await registryFor(t);
  pushImage(source, "a", windows, "v1");
  const folder = await folderFor(t);
  const options = copyOptions();
  const layout = await LayoutWriter.open(folder, options.signal);
  const copied = await findAndCopy(readerFor(t, source, "a"), layout, "v1", options);
  assert.deepEqual(
    copied.foreign.map(({ digest }) => digest),
    [foreign.digest],
  );
  assert.deepEqual(Buffer.from(copied.root.bytes), Buffer.from(windows.bytes));
});

test("an image that names one manifest twice, and by two ways, is copied once", async (t) => {
  const twice = makeIndex([image, makeIndex([image]), image]);
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", twice, "v1");
  const copied = await findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", copyOptions());
  assert.equal(copied.images.length + copied.indexes.length, 3);
  assertWhole(target, "b", twice);
});

const child = descriptorOf(image);
const schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const refused: [string, TestImage, RegExp][] = [
  ["docker schema 1", makeManifest(schema1, {}), /is a docker schema 1 manifest$/],
  [
    "another media type",
    makeManifest("application/x", {}),
    /media type "application\/x", which is not an image's$/,
  ],
  ["an index without manifests", makeManifest(OCI_INDEX, {}), /manifests of sha256:.* is not a list$/],
  ["an index with layers", makeIndex([], { layers: [] }), /is an index with layers$/],
  [
    "a manifest with manifests",
    makeManifest(OCI_MANIFEST, { manifests: [] }),
    /is a manifest with manifests$/,
  ],
  ["a manifest without config", makeManifest(OCI_MANIFEST, { layers: [] }), /config of .* is not an object$/],
  ["no schema version", makeIndex([], { schemaVersion: 1 }), /has no schema version 2$/],
  [
    "an entry that may be anything",
    makeIndex([], { manifests: [{ ...child, mediaType: "text/plain" }] }),
    /names something of media type "text\/plain"$/,
  ],
  [
    "an entry with sha512",
    makeIndex([], { manifests: [{ ...child, digest: "sha512:00" }] }),
    /no sha256 digest$/,
  ],
  ["an entry of wrong size", makeIndex([], { manifests: [{ ...child, size: 1 }] }), /has not the 1 bytes/],
  [
    "an entry of wrong media type",
    makeIndex([], { manifests: [{ ...child, mediaType: OCI_INDEX }] }),
    /calls itself something else$/,
  ],
  [
    "an entry that is not there",
    makeIndex([], { manifests: [{ ...child, digest: digestOf(randomBytes(8)) }] }),
    /lacks sha256:.*, which its index names$/,
  ],
  [
    "one blob in two sizes",
    makeManifest(OCI_MANIFEST, { config: child, layers: [{ ...child, size: 1 }] }),
    /has two sizes, \d+ and 1 bytes$/,
  ],
  ["indexes without end", deep(10), /nested more than 8 deep$/],
  [
    "more manifests than anybody needs",
    makeIndex([], {
      manifests: Array.from({ length: 1_024 }, (_, i) => ({
        ...child,
        digest: digestOf(Buffer.from(`${i}`)),
      })),
    }),
    /has more manifests than 1024/,
  ],
];
for (const [name, wrong, message] of refused) {
  test(`an image with ${name} is refused before anything is written`, async (t) => {
    const source = await registryFor(t);
    pushImage(source, "a", image);
    pushImage(source, "a", wrong, "v1");
    const target = await registryFor(t);
    const copying = findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", copyOptions());
    await assert.rejects(copying, (error: Error) => {
      assert.ok(error instanceof ImageError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.deepEqual(target.requests, []);
  });
}

const incomplete: [string, TestRegistryOptions["onRequest"], RegExp][] = [
  [
    "a blob is missing",
    ({ path }) => (path.includes("/blobs/") ? { status: 404 } : undefined),
    /has no blob/,
  ],
  [
    "a blob has other bytes",
    ({ path }) =>
      path.includes("/blobs/") ? { body: Buffer.alloc(image.blobs[0]?.length ?? 0) } : undefined,
    /from .*\/a( has \d+ bytes, not \d+|: the bytes do not have that digest| is larger than its \d+ bytes)$/,
  ],
  [
    "a blob does not end",
    ({ path }) => (path.includes("/blobs/") ? { manner: "endless" } : undefined),
    /is larger than its \d+ bytes$/,
  ],
];
for (const [name, onRequest, message] of incomplete) {
  test(`where ${name} at the source, no manifest is written`, async (t) => {
    const source = await registryFor(t, { ...(onRequest === undefined ? {} : { onRequest }) });
    pushImage(source, "a", image, "v1");
    const target = await registryFor(t);
    const copying = findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", copyOptions());
    await assert.rejects(copying, (error: Error) => {
      assert.ok(error instanceof ImageError, String(error));
      assert.match(error.message, message);
      return true;
    });
    assert.ok(target.requests.every(({ path }) => !path.includes("/manifests/")));
  });
}

test("an image that is not there says so", async (t) => {
  const source = await registryFor(t);
  const copying = findAndCopy(readerFor(t, source, "a"), writerFor(t, source, "b"), "v1", copyOptions());
  await assert.rejects(copying, new ImageError(`${source.host}/a has no image "v1"`));
});

test("a copy that is aborted ends", async (t) => {
  const source = await registryFor(t);
  pushImage(source, "a", image, "v1");
  const stopping = new AbortController();
  const target = await registryFor(t, {
    onRequest: () => {
      stopping.abort();
      return undefined;
    },
  });
  const options = { ...copyOptions(), signal: stopping.signal };
  const failure = await failureOf(
    findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", options),
  );
  assert.equal(failure.code, "registry-timeout");
});

function deep(levels: number): TestImage {
  return levels === 0 ? image : makeIndex([deep(levels - 1)]);
}
