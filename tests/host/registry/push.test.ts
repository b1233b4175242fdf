import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { digestOf } from "../../../host/oci/digest.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { verified } from "../../../host/oci/verified.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import type { SeenRequest } from "../../support/registry/registry.js";
import type { UploadManner } from "../../support/registry/uploads.js";
import { blobDescriptor, collect, patience, pieces, readerFor, writerFor } from "./push-setup.js";
import { failureOf, registryFor } from "./setup.js";

const bytes = randomBytes(10_000);
const blob = blobDescriptor(bytes);
const image = makeImage();
const nowhere = { from: null, signal: patience() };

const manners: [string, UploadManner, string[]][] = [
  ["in one body", {}, ["POST", "PUT"]],
  ["to an absolute location", { absolute: true }, ["POST", "PUT"]],
  [
    "in chunks where one body is refused, and from then on at once",
    { chunksOnly: true },
    ["POST", "PUT", "POST", "PATCH", "PUT", "POST", "PATCH", "PUT"],
  ],
];
for (const [name, uploads, methods] of manners) {
  test(`a blob is uploaded ${name}`, async (t) => {
    const registry = await registryFor(t, { uploads });
    const writer = writerFor(t, registry, "a/b");
    assert.equal(await writer.writeBlob(blob, pieces(bytes), nowhere), "written");
    if (uploads.chunksOnly) {
      const other = randomBytes(10);
      await writer.writeBlob(blobDescriptor(other), pieces(other), nowhere);
    }
    assert.deepEqual(Buffer.from(registry.repository("a/b").blobs.get(blob.digest) ?? []), bytes);
    assert.deepEqual(
      registry.requests.map(({ method }) => method),
      methods,
    );
  });
}

test("an empty blob is uploaded either way", async (t) => {
  const empty = new Uint8Array();
  for (const chunksOnly of [false, true]) {
    const registry = await registryFor(t, { uploads: { chunksOnly } });
    const writer = writerFor(t, registry, "a");
    await writer.writeBlob(blob, pieces(bytes), nowhere);
    await writer.writeBlob(blobDescriptor(empty), pieces(empty), nowhere);
    assert.equal(registry.repository("a").blobs.get(digestOf(empty))?.length, 0);
  }
});

test("chunks follow one another in the registry's own length", async (t) => {
  const length = 33 * 1024 * 1024;
  const large = Buffer.alloc(2 * length + 5, "x");
  const registry = await registryFor(t, { uploads: { chunksOnly: true, chunkMinLength: length } });
  await writerFor(t, registry, "a").writeBlob(blobDescriptor(large), pieces(large, 300_000), nowhere);
  assert.equal(registry.repository("a").blobs.get(digestOf(large))?.length, large.length);
  assert.deepEqual(
    registry.requests
      .filter(({ method }) => method === "PATCH")
      .map(({ headers }) => headers["content-range"]),
    [`0-${length - 1}`, `${length}-${2 * length - 1}`, `${2 * length}-${2 * length + 4}`],
  );
});

test("whether a blob or manifest is there is asked without fetching it", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  pushImage(registry, "a", image);
  registry.putBlob("a", bytes);
  const manifest = { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length };
  assert.equal(await writer.hasBlob(blob, patience()), true);
  assert.equal(await writer.hasBlob(blobDescriptor(randomBytes(3)), patience()), false);
  assert.equal(await writer.hasManifest(manifest, patience()), true);
  assert.equal(await writer.hasManifest({ ...manifest, digest: blob.digest }, patience()), false);
  assert.deepEqual([...new Set(registry.requests.map(({ method }) => method))], ["HEAD"]);
});

test("a blob is mounted from another repository of the registry where that is allowed", async (t) => {
  const registry = await registryFor(t, { mounts: true });
  registry.putBlob("library/base", bytes);
  const from = { registry: registry.host, repository: "library/base" };
  const options = { from, signal: patience() };
  assert.equal(await writerFor(t, registry, "a").writeBlob(blob, pieces(bytes), options), "mounted");
  assert.equal(registry.repository("a").blobs.has(blob.digest), true);
  assert.equal(registry.bytesReceived, 0);
});

const notMounted: [string, Fault | undefined, string[]][] = [
  ["the registry begins an upload instead", undefined, ["POST", "PUT"]],
  ["mounting is refused", { status: 403 }, ["POST", "POST", "PUT"]],
  ["mounting is not known", { status: 400 }, ["POST", "POST", "PUT"]],
];
for (const [name, fault, methods] of notMounted) {
  test(`a blob is uploaded when ${name}`, async (t) => {
    const registry = await registryFor(t, {
      onRequest: ({ path }) => (path.includes("mount=") ? fault : undefined),
    });
    const options = { from: { registry: registry.host, repository: "b" }, signal: patience() };
    assert.equal(await writerFor(t, registry, "a").writeBlob(blob, pieces(bytes), options), "written");
    assert.deepEqual(
      registry.requests.map(({ method }) => method),
      methods,
    );
  });
}

test("a blob is uploaded when there is a token for its own repository only", async (t) => {
  const registry = await registryFor(t, {
    authentication: { kind: "bearer" },
    mounts: true,
    onRequest: ({ path }) =>
      path.startsWith("/token") && path.includes(encodeURIComponent("repository:b:"))
        ? { status: 403 }
        : undefined,
  });
  registry.putBlob("b", bytes);
  const options = { from: { registry: registry.host, repository: "b" }, signal: patience() };
  assert.equal(await writerFor(t, registry, "a").writeBlob(blob, pieces(bytes), options), "written");
  assert.equal(registry.repository("a").blobs.has(blob.digest), true);
});

test("a blob is not mounted from a repository of another registry", async (t) => {
  const registry = await registryFor(t, { mounts: true });
  const options = { from: { registry: "elsewhere.test", repository: "b" }, signal: patience() };
  await writerFor(t, registry, "a").writeBlob(blob, pieces(bytes), options);
  assert.ok(registry.requests.every(({ path }) => !path.includes("mount")));
});

test("a manifest is stored by digest, or under a tag, with its bytes as they are", async (t) => {
  const registry = await registryFor(t);
  for (const blob of image.blobs) registry.putBlob("a", blob);
  const writer = writerFor(t, registry, "a");
  assert.deepEqual(await writer.writeManifest(image, null, patience()), { listed: false });
  assert.equal(registry.repository("a").tags.size, 0);
  await writer.writeManifest(image, "v1", patience());
  assert.deepEqual(registry.repository("a").manifest("v1"), {
    bytes: Buffer.from(image.bytes),
    mediaType: OCI_MANIFEST,
    digest: image.digest,
  });
  assert.deepEqual((await writer.manifest("v1", patience()))?.bytes, new Uint8Array(image.bytes));
});

test("a registry with referrers says that it lists a manifest under its subject", async (t) => {
  for (const referrers of [true, false]) {
    const registry = await registryFor(t, { referrers });
    const writer = writerFor(t, registry, "a");
    const artifact = artifactAbout(image.digest);
    registry.putBlob("a", Buffer.from("{}"));
    assert.deepEqual(await writer.writeManifest(artifact, null, patience()), { listed: referrers });
    const listed = await writer.referrers(image.digest, patience());
    assert.deepEqual(listed?.map(({ digest }) => digest) ?? null, referrers ? [artifact.digest] : null);
  }
});

test("a list of referrers is read page by page, at its own host only", async (t) => {
  const page = (digest: string, next: string): Fault => ({
    headers: { "content-type": "application/vnd.oci.image.index.v1+json", link: `<${next}>; rel="next"` },
    body: JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: OCI_MANIFEST, digest, size: 1 }] }),
  });
  const registry = await registryFor(t, {
    onRequest: ({ path }) => {
      if (path.includes("last=2"))
        return { ...page(digestOf(bytes), ""), headers: page("", "").headers ?? {} };
      return path.includes(blob.digest)
        ? page(image.digest, "http://localhost:1/")
        : page(blob.digest, "?last=2");
    },
  });
  const reader = readerFor(t, registry, "a");
  const failure = await failureOf(reader.referrers(blob.digest, patience()));
  assert.equal(failure.detail, "the list of referrers goes on at another host");
  const listed = await reader.referrers(image.digest, patience());
  // The last page leads to itself for ever; eight are read.
  assert.equal(listed?.length, 8);
  assert.equal(listed[0]?.digest, blob.digest);
});

test("content that turns out wrong never arrives whole", async (t) => {
  for (const uploads of [{}, { chunksOnly: true }]) {
    const registry = await registryFor(t, { uploads });
    const writer = writerFor(t, registry, "a");
    const altered = Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])]);
    const open = () => verified(blob, pieces(altered)(), "the source");
    await assert.rejects(writer.writeBlob(blob, open, nowhere), (error: Error) => {
      assert.ok(error instanceof ImageError);
      assert.match(error.message, /from the source: the bytes do not have that digest$/);
      return true;
    });
    assert.ok(registry.bytesReceived < bytes.length);
    assert.equal(registry.repository("a").blobs.size, 0);
  }
});

test("content that is found wrong at its very end is not committed", async (t) => {
  for (const uploads of [{}, { chunksOnly: true }]) {
    const registry = await registryFor(t, { uploads });
    const writer = writerFor(t, registry, "a");
    // After this one it is known whether they go in chunks.
    const first = Buffer.from("first");
    await writer.writeBlob(blobDescriptor(first), pieces(first), nowhere);
    const open = async function* () {
      yield* pieces(bytes)();
      throw new ImageError("there is more of it");
    };
    await assert.rejects(writer.writeBlob(blob, open, nowhere), ImageError);
    assert.equal(registry.repository("a").blobs.has(blob.digest), false);
  }
});

test("a stream is read as it is, not compressed, and whole", async (t) => {
  const registry = await registryFor(t);
  registry.putBlob("a", bytes);
  const reader = readerFor(t, registry, "a");
  assert.deepEqual(await collect(reader.blob(blob, patience())), bytes);
  await assert.rejects(
    collect(reader.blob(blobDescriptor(randomBytes(4)), patience())),
    /has no blob sha256:/,
  );

  const faulty = async (fault: Fault) =>
    failureOf(
      collect(readerFor(t, await registryFor(t, { onRequest: () => fault }), "a").blob(blob, patience())),
    );
  assert.match((await faulty({ body: bytes, headers: { "content-encoding": "gzip" } })).detail, /compressed/);
  assert.equal((await faulty({ body: bytes, manner: "reset-in-body" })).transient, true);
});

test("a location on another host is written to without credentials, one by http instead of https not at all", async (t) => {
  const store = await registryFor(t, { onRequest: () => ({ status: 201 }) });
  const registry = await registryFor(t, {
    authentication: { kind: "basic", username: "u", password: "p" },
    onRequest: ({ method, authorization }) =>
      method === "POST" && authorization === "basic"
        ? { status: 202, headers: { location: `http://${store.host}/up?token=1&x=%2F` } }
        : undefined,
  });
  const credentials = { lookup: async () => ({ username: "u", password: "p" }) };
  await writerFor(t, registry, "a", { credentials }).writeBlob(blob, pieces(bytes), nowhere);
  const [put] = store.requests as [SeenRequest];
  assert.equal(put.authorization, "none");
  assert.equal(put.path, `/up?token=1&x=%2F&digest=${encodeURIComponent(blob.digest)}`);

  const downward = await registryFor(t, {
    onRequest: () => ({ status: 202, headers: { location: "http://insecure.test/up" } }),
  });
  const failure = await failureOf(writerFor(t, downward, "a").writeBlob(blob, pieces(bytes), nowhere));
  assert.equal(failure.code, "registry-protocol");
  assert.match(failure.detail, /^the upload's location leads to a host that is not to be asked over http$/);
});

test("a redirected write is refused", async (t) => {
  const registry = await registryFor(t, {
    onRequest: () => ({ status: 307, headers: { location: "/v2/b/blobs/uploads/" } }),
  });
  const failure = await failureOf(writerFor(t, registry, "a").writeBlob(blob, pieces(bytes), nowhere));
  assert.equal(failure.detail, "a POST request was redirected");
});

function artifactAbout(subject: string) {
  const config = {
    mediaType: "application/vnd.oci.empty.v1+json",
    digest: digestOf(Buffer.from("{}")),
    size: 2,
  };
  const about = { mediaType: OCI_MANIFEST, digest: subject, size: image.bytes.length };
  const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [config], subject: about };
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
}
