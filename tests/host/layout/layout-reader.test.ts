import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type LayoutName, parseLayoutName } from "../../../host/layout/layout-name.js";
import type { LayoutReader } from "../../../host/layout/layout-reader.js";
import { openLayout } from "../../../host/layout/open-layout.js";
import { digestOf } from "../../../host/oci/digest.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { OCI_INDEX, OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { readVerified } from "../../../host/oci/verified.js";
import { descriptorOf, makeImage } from "../../support/image.js";
import { archiveFor, contentOf, folderFor, layoutOf, layoutWith, patience } from "./setup.js";
import type { TarEntry } from "./tar.js";

const image = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });
const other = makeImage({ seed: "other" });

const names: [string, LayoutName | null][] = [
  ["oci:image", { transport: "oci", path: "image", tag: null }],
  ["oci:/srv/image:v1", { transport: "oci", path: "/srv/image", tag: "v1" }],
  ["oci:a:docker.io/library/x:1", { transport: "oci", path: "a", tag: "docker.io/library/x:1" }],
  ["oci-archive:a.tar", { transport: "oci-archive", path: "a.tar", tag: null }],
  ["docker-archive:a.tar:v1", { transport: "docker-archive", path: "a.tar", tag: "v1" }],
  ["ghcr.io/a/b:v1", null],
  ["docker://ghcr.io/a/b", null],
  ["ocidir:a", null],
];
for (const [text, name] of names) {
  test(`${text} is ${name === null ? "no layout" : `a layout in ${name.path}`}`, () => {
    assert.deepEqual(parseLayoutName(text), name);
  });
}

for (const text of ["oci:", "oci::v1", "oci:a:", "oci:a:v 1", "oci-archive:a:-v1"]) {
  test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => parseLayoutName(text), ImageError));
}

for (const kind of ["oci", "oci-archive", "docker-archive"] as const) {
  test(`an image in ${kind} is found by tag and as the only one, with all it leads to`, async (t) => {
    const reader = await layoutFor(t, kind, layoutOf(image, "v1"));
    for (const tag of ["v1", null]) assert.equal(await reader.resolve(tag, patience()), image.digest);
    const root = await reader.manifest("v1", patience());
    assert.deepEqual([root?.mediaType, root?.digest], [OCI_INDEX, image.digest]);
    const [child = assert.fail()] = image.children;
    assert.equal((await reader.manifest(child.digest, patience()))?.mediaType, OCI_MANIFEST);
    assert.equal(await reader.manifest("v2", patience()), null);
    assert.equal(await reader.manifest(other.digest, patience()), null);
    assert.match(reader.name, new RegExp(`^${kind}:/`));
  });
}

test("what containerd calls an image is a name of it too", async (t) => {
  const annotations = { "io.containerd.image.name": "docker.io/library/x:1" };
  const entries = layoutWith([{ ...descriptorOf(other), annotations }], contentOf(other));
  const reader = await layoutFor(t, "docker-archive", entries);
  assert.equal(await reader.resolve("docker.io/library/x:1", patience()), other.digest);
});

const signatures = { "org.opencontainers.image.ref.name": `${image.digest.replace(":", "-")}.sig` };
const beside: [string, object][] = [
  ["signatures under cosign's tag", { annotations: signatures }],
  ["signatures as cosign saves them", { annotations: { kind: "dev.cosignproject.cosign/sigs" } }],
  ["a bundle", { artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json" }],
];
for (const [name, mark] of beside) {
  test(`${name} beside an image do not make it ambiguous`, async (t) => {
    const entries = [descriptorOf(image), { ...descriptorOf(other), ...mark }];
    const reader = await layoutFor(t, "oci", layoutWith(entries, []));
    assert.equal(await reader.resolve(null, patience()), image.digest);
  });
}

test("of two images one has to be named", async (t) => {
  const reader = await layoutFor(t, "oci", layoutWith([descriptorOf(image), descriptorOf(other)], []));
  await assert.rejects(reader.resolve(null, patience()), /has 2 images, name one of them: "sha256:/);
  const none = await layoutFor(t, "oci", layoutWith([], []));
  await assert.rejects(none.resolve(null, patience()), /the layout has no image$/);
});

test("one name for two images is refused", async (t) => {
  const annotations = { "org.opencontainers.image.ref.name": "v1" };
  const entries = [image, other].map((image) => ({ ...descriptorOf(image), annotations }));
  const reader = await layoutFor(t, "oci", layoutWith(entries, []));
  await assert.rejects(reader.resolve("v1", patience()), /two images called "v1"$/);
});

test("referrers are the manifests of index.json that have the subject", async (t) => {
  const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: other.digest, size: 2 };
  const document = { schemaVersion: 2, config, layers: [], subject: descriptorOf(image) };
  const bytes = Buffer.from(JSON.stringify(document));
  const about = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
  const entries = layoutWith([descriptorOf(other), descriptorOf(image), about], [other.bytes, bytes]);
  const reader = await layoutFor(t, "oci", entries);
  const found = await reader.referrers(image.digest, patience());
  assert.deepEqual(
    found.map(({ digest }) => digest),
    [about.digest],
  );
  assert.deepEqual(await reader.referrers(other.digest, patience()), []);
});

const damaged: [string, TarEntry[], RegExp][] = [
  ["no oci-layout", layoutOf(image).slice(1), /holds no oci layout: it has no file oci-layout$/],
  ["another version", [{ path: "oci-layout", content: '{"imageLayoutVersion":"2.0.0"}' }], /version 1$/],
  ["an oci-layout that is not json", [{ path: "oci-layout", content: "{" }], /oci-layout is not json$/],
  ["a huge oci-layout", [{ path: "oci-layout", content: " ".repeat(5_000) }], /larger than 4096 bytes$/],
];
for (const [name, entries, message] of damaged) {
  test(`a layout with ${name} is not opened`, async (t) => {
    await assert.rejects(layoutFor(t, "oci-archive", entries), message);
    await assert.rejects(layoutFor(t, "oci", entries), message);
  });
}

const indexes: [string, unknown, RegExp][] = [
  ["nothing", undefined, /index.json is missing/],
  ["a list", [], /index.json is not an object$/],
  ["no schema version", { manifests: [] }, /no schema version 2$/],
  ["no manifests", { schemaVersion: 2 }, /manifests of index.json is not a list$/],
  ["an entry without digest", entry({ digest: "sha256:abc" }), /entry 0 of index.json has no sha256 digest$/],
  ["an entry with a sha512 digest", entry({ digest: `sha512:${"a".repeat(128)}` }), /no sha256 digest$/],
  ["an entry without size", entry({ size: -1 }), /has no size$/],
  ["an entry without media type", entry({ mediaType: "" }), /has no media type$/],
  [
    "an annotation that is a number",
    entry({ annotations: { a: 1 } }),
    /annotation "a" of .* is not a string$/,
  ],
];
for (const [name, document, message] of indexes) {
  test(`an index.json with ${name} is refused`, async (t) => {
    const [version = assert.fail()] = layoutOf(image);
    const index = { path: "index.json", content: JSON.stringify(document) ?? "" };
    const reader = await layoutFor(t, "oci", document === undefined ? [version] : [version, index]);
    await assert.rejects(reader.resolve(null, patience()), message);
  });
}

test("bytes that are not those of their digest or size are refused", async (t) => {
  const entries = layoutOf(other, "v1");
  const altered = entries.map((entry) =>
    entry.path.endsWith(other.digest.slice(7))
      ? { ...entry, content: Buffer.from(other.bytes).fill(0x20, 9, 10) }
      : entry,
  );
  const reader = await layoutFor(t, "oci", altered);
  await assert.rejects(reader.manifest("v1", patience()), /the bytes do not have that digest$/);
  await assert.rejects(reader.manifest(other.digest, patience()), /the bytes do not have that digest$/);
  const longer = entries.map((entry) =>
    entry.path.endsWith(other.digest.slice(7)) ? { ...entry, content: `${entry.content} ` } : entry,
  );
  const second = await layoutFor(t, "oci-archive", longer);
  await assert.rejects(second.manifest("v1", patience()), /is larger than its \d+ bytes$/);
});

test("a manifest that is larger than any is not read", async () => {
  const content = async function* () {
    yield assert.fail("it is read");
  };
  const { digest } = image;
  await assert.rejects(readVerified({ digest, size: 5 }, content(), "oci:/image", 4), ImageError);
});

test("links and folders in place of files are refused", async (t) => {
  const folder = await writeFolder(t, layoutOf(other).slice(0, 2));
  await mkdir(join(folder, "blobs/sha256"), { recursive: true });
  await symlink("/etc/passwd", join(folder, "blobs/sha256", other.digest.slice(7)));
  const reader = await openLayout({ transport: "oci", path: folder, tag: null }, patience());
  await assert.rejects(reader.manifest(other.digest, patience()), /is a link$/);
  await mkdir(join(folder, "blobs/sha256", image.digest.slice(7)));
  await assert.rejects(reader.manifest(image.digest, patience()), /is not a file$/);
});

test("a layout that is not there says so", async (t) => {
  const path = join(await folderFor(t), "nothing");
  const opening = openLayout({ transport: "oci", path, tag: null }, patience());
  await assert.rejects(opening, /^ImageError: oci:.*nothing cannot be read \(ENOENT\)$/);
});

async function layoutFor(
  t: TestContext,
  transport: LayoutName["transport"],
  entries: readonly TarEntry[],
): Promise<LayoutReader> {
  const path = transport === "oci" ? await writeFolder(t, entries) : await archiveFor(t, entries);
  const reader = await openLayout({ transport, path, tag: null }, patience());
  t.after(() => reader.close());
  return reader;
}

async function writeFolder(t: TestContext, entries: readonly TarEntry[]): Promise<string> {
  const folder = await folderFor(t);
  for (const { path, content = "" } of entries) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function entry(changes: object): object {
  return { schemaVersion: 2, manifests: [{ ...descriptorOf(image), ...changes }] };
}
