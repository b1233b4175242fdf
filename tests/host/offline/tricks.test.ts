// What somebody could do to an archive or a layout so that something else is loaded than was judged: each is denied, and
// under its own code.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { digestOf } from "../../../host/oci/digest.js";
import {
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
} from "../../../host/oci/media-types.js";
import { LayoutCopy } from "../../../host/offline/layout-copy.js";
import { descriptorOf, makeImage, type TestImage } from "../../support/image.js";
import { folderFor } from "../layout/setup.js";
import { makeTar, paxRecords, type TarEntry } from "../layout/tar.js";
import {
  classic,
  IMAGE,
  INDEX,
  imageEntry,
  judge,
  judgePath,
  layoutOf,
  manifestJson,
  NAME,
  OTHER,
  REPOSITORY,
  SIGNED,
  signatureEntry,
  writeFolder,
} from "./setup.js";

const REF_NAME = "org.opencontainers.image.ref.name";
const [CONFIG = assert.fail(), LAYER = assert.fail()] = IMAGE.blobs;
const [, OTHER_LAYER = assert.fail()] = OTHER.blobs;
const pathOf = (content: Uint8Array) => `blobs/sha256/${digestOf(content).slice(7)}`;
const file = (path: string, content: Uint8Array | string): TarEntry => ({ path, content });
const blob = (content: Uint8Array): TarEntry => file(pathOf(content), content);
const without = (path: string) => SIGNED.filter((entry) => entry.path !== path);
const replaced = (path: string, content: Uint8Array | string) => [...without(path), file(path, content)];
const signedIndex = layoutOf(imageEntry(INDEX), signatureEntry(INDEX));
const pax = (...records: [string, string][]): TarEntry => ({
  path: "PaxHeaders/x",
  type: "x",
  content: paxRecords(records),
});
/** The layout's files with index.json as made of itself. */
function reindexed(files: readonly TarEntry[], change: (text: string) => string): TarEntry[] {
  return files.map((entry) =>
    entry.path === "index.json" ? { ...entry, content: change(String(entry.content)) } : entry,
  );
}
/** The image once more, as something else. */
const renamed = (change: object) => ({ entry: { ...descriptorOf(IMAGE), ...change }, blobs: [] });
/** An image that says it is something else. */
const disguised = (entry: Record<string, unknown>) =>
  layoutOf(imageEntry(IMAGE), signatureEntry(IMAGE), {
    entry: { ...descriptorOf(OTHER), ...entry },
    blobs: [OTHER.bytes, ...OTHER.blobs],
  });
const CLASSIC = classic(IMAGE);
const repositories = (content: object) => file("repositories", JSON.stringify(content));

/** Archives with a layout, by the code that they are denied with. */
const archives: Record<string, [string, readonly TarEntry[] | Uint8Array][]> = {
  "archive-path-duplicate": [
    ["a layer twice", [...SIGNED, { ...blob(LAYER), content: "evil" }]],
    [
      "a layer before itself, under a pax header",
      [pax(["path", pathOf(LAYER)]), file("x", "evil"), ...SIGNED],
    ],
    ["index.json twice, once with ./", [...SIGNED, file("./index.json", "{}")]],
  ],
  "archive-path-unsafe": [
    ["an absolute path", [...SIGNED, file("/etc/cron.d/x", "evil")]],
    ["a climbing path", [...SIGNED, file("blobs/../../x", "evil")]],
  ],
  "archive-link": [
    ["a symbolic link", [...SIGNED, { path: "x", type: "2" }]],
    ["a hard link in a layer's place", [...without(pathOf(LAYER)), { path: pathOf(LAYER), type: "1" }]],
  ],
  "archive-invalid": [
    [
      "a second archive behind its end",
      Buffer.concat([makeTar(SIGNED), makeTar([file("index.json", "{}")])]),
    ],
    ["half of itself", makeTar(SIGNED).subarray(0, 2_000)],
    ["a folder with content", [...SIGNED, { path: "x/", type: "5", content: "evil" }]],
  ],
  "archive-unreferenced": [
    ["a blob nobody names", [...SIGNED, blob(Buffer.from("evil"))]],
    ["a file beside the layout", [...SIGNED, file("run.sh", "evil")]],
    ["a manifest that nothing names", [...SIGNED, ...[OTHER.bytes, ...OTHER.blobs].map(blob)]],
    ["another image that calls itself one about the judged", [...SIGNED, ...referringImage().map(blob)]],
    [
      "signatures of another image",
      layoutOf(imageEntry(IMAGE), signatureEntry(IMAGE), signatureEntry(OTHER)),
    ],
    [
      "a blob of another digest algorithm",
      [...SIGNED, pax(["path", `blobs/sha512/${"a".repeat(128)}`]), file("x", "evil")],
    ],
  ],
  "image-ambiguous": [
    ["two images", layoutOf(imageEntry(IMAGE), imageEntry(OTHER), signatureEntry(IMAGE))],
    [
      "an image under the name of a signature",
      disguised({ annotations: { [REF_NAME]: `sha256-${"a".repeat(64)}.sig` } }),
    ],
    [
      "an image that calls itself cosign's",
      disguised({ annotations: { kind: "dev.cosignproject.cosign/sigs" } }),
    ],
    [
      "an image with an artifactType",
      disguised({ artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json" }),
    ],
    [
      "an index of images under the tag for referrers",
      layoutOf(imageEntry(IMAGE), signatureEntry(IMAGE), {
        ...imageEntry(makeImage({ seed: "evil", platforms: ["linux/amd64"] }), {
          [REF_NAME]: IMAGE.digest.replace(":", "-"),
        }),
      }),
    ],
  ],
  "manifest-missing": [["no image, only signatures", layoutOf(signatureEntry(IMAGE))]],
  "archive-manifest-mismatch": [
    [
      "a manifest.json with another configuration",
      [...SIGNED, manifestJson(IMAGE, { Config: pathOf(LAYER) })],
    ],
    [
      "a manifest.json with other layers",
      [...SIGNED, manifestJson(IMAGE, { Layers: [pathOf(LAYER), pathOf(LAYER)] })],
    ],
    ["a manifest.json without layers", [...SIGNED, manifestJson(IMAGE, { Layers: [] })]],
    [
      "a manifest.json that writes a path in another way",
      [...SIGNED, manifestJson(IMAGE, { Config: `./${pathOf(CONFIG)}` })],
    ],
    ["a manifest.json with two images", [...SIGNED, doubled(manifestJson(IMAGE))]],
    ["a manifest.json with a member twice", [...SIGNED, inserted(manifestJson(IMAGE), '"Config":"x",')]],
    [
      "a manifest.json with a member in another case",
      [...SIGNED, inserted(manifestJson(IMAGE), '"layers":[],')],
    ],
    ["a manifest.json that is not json", [...SIGNED, file("manifest.json", "[")]],
    [
      "a repositories with another layer",
      [...SIGNED, manifestJson(IMAGE), repositories({ [REPOSITORY]: { v1: "x" } })],
    ],
    [
      "a repositories without manifest.json",
      [...SIGNED, repositories({ [REPOSITORY]: { v1: digestOf(LAYER).slice(7) } })],
    ],
    ["a repositories that is a list", [...SIGNED, repositories([])]],
  ],
  "archive-name-mismatch": [
    [
      "another name in manifest.json",
      [...SIGNED, manifestJson(IMAGE, { RepoTags: [NAME, "docker.io/library/nginx:1"] })],
    ],
    [
      "the same name of another registry in manifest.json",
      [...SIGNED, manifestJson(IMAGE, { RepoTags: [NAME.replace("registry.example", "other.example")] })],
    ],
    ["another tag in manifest.json", [...SIGNED, manifestJson(IMAGE, { RepoTags: [`${REPOSITORY}:v2`] })]],
    ["no name at all in manifest.json", [...SIGNED, manifestJson(IMAGE, { RepoTags: ["Not A Name"] })]],
    [
      "another name in repositories",
      [
        ...SIGNED,
        manifestJson(IMAGE),
        repositories({ "registry.example/b": { v1: digestOf(LAYER).slice(7) } }),
      ],
    ],
    [
      "another name in index.json",
      layoutOf(
        imageEntry(IMAGE, { "io.containerd.image.name": "docker.io/library/nginx:1" }),
        signatureEntry(IMAGE),
      ),
    ],
    [
      "another whole name as the tag",
      layoutOf(imageEntry(IMAGE, { [REF_NAME]: "b.example/c:v1" }), signatureEntry(IMAGE)),
    ],
    [
      "another name for one of its platforms",
      layoutOf(
        imageEntry(INDEX),
        imageEntry(INDEX.children[0] ?? OTHER, { "io.containerd.image.name": "docker.io/library/nginx:1" }),
        signatureEntry(INDEX),
      ),
    ],
  ],
};
for (const [code, cases] of Object.entries(archives)) {
  for (const [name, files] of cases) {
    test(`${code}: an archive with ${name}`, async (t) => {
      for (const kind of ["oci-archive", "docker-archive"] as const) {
        const verdict = await judge(t, kind, files);
        assert.equal(verdict.code, code, verdict.reason);
        assert.equal(verdict.ok, false);
      }
    });
  }
}

/** Layouts in folders and archives. */
const layouts: Record<string, [string, readonly TarEntry[]][]> = {
  "blob-mismatch": [
    ["a layer of other bytes", replaced(pathOf(LAYER), Buffer.from(LAYER).fill(0, 20, 21))],
    [
      "a layer with something behind it",
      replaced(pathOf(LAYER), Buffer.concat([LAYER, Buffer.from("evil")])),
    ],
    ["half a layer", replaced(pathOf(LAYER), LAYER.subarray(0, 10))],
    ["another configuration", replaced(pathOf(CONFIG), Buffer.from(CONFIG).fill(0x20, 2, 3))],
  ],
  "blob-missing": [
    ["no layer", without(pathOf(LAYER))],
    ["no configuration", without(pathOf(CONFIG))],
    ["an index without one of its platforms", lacking(signedIndex, INDEX.children[1]?.bytes)],
    ["an index without a layer of one of its platforms", lacking(signedIndex, INDEX.children[1]?.blobs[1])],
    ["no manifest", without(pathOf(IMAGE.bytes))],
  ],
  "layout-invalid": [
    ["no oci-layout", without("oci-layout")],
    ["no index.json", without("index.json")],
    [
      "an index.json with the manifests twice",
      reindexed(SIGNED, (text) => text.replace("{", '{"manifests":[],')),
    ],
    [
      "an index.json with the manifests in another case",
      reindexed(SIGNED, (text) => text.replace("{", '{"Manifests":[],')),
    ],
    [
      "an entry with a digest in another case",
      reindexed(SIGNED, (text) => text.replace('"digest"', '"digeſt":"","digest"')),
    ],
    [
      "an entry with urls",
      reindexed(SIGNED, (text) => text.replace('"digest"', '"urls":["http://evil"],"digest"')),
    ],
    [
      "more entries than are looked at",
      layoutOf(...Array.from({ length: 1_024 }, () => imageEntry(IMAGE)), signatureEntry(IMAGE)),
    ],
    ["an index of more platforms than are looked at", layoutOf(imageEntry(indexOf(1_025)))],
    [
      "an image that is there twice, as of two types",
      layoutOf(imageEntry(IMAGE), signatureEntry(IMAGE), renamed({ mediaType: DOCKER_MANIFEST })),
    ],
    [
      "an image that is there twice, as of two sizes",
      layoutOf(imageEntry(IMAGE), signatureEntry(IMAGE), renamed({ size: IMAGE.bytes.length + 1 })),
    ],
    ["an entry with data", reindexed(SIGNED, (text) => text.replace('"digest"', '"data":"e30=","digest"'))],
  ],
  "image-ambiguous": [
    ["two images", layoutOf(imageEntry(IMAGE), imageEntry(OTHER), signatureEntry(IMAGE))],
    [
      "an image that calls itself a signature",
      disguised({ annotations: { kind: "dev.cosignproject.cosign/sigs" } }),
    ],
  ],
  "manifest-missing": [["no image", layoutOf(signatureEntry(IMAGE))]],
  "payload-digest-mismatch": [
    [
      "a signature of another image under this one's tag",
      layoutOf(
        imageEntry(IMAGE),
        signatureEntry(OTHER, { annotations: { [REF_NAME]: `${IMAGE.digest.replace(":", "-")}.sig` } }),
      ),
    ],
  ],
};
for (const [code, cases] of Object.entries(layouts)) {
  for (const [name, files] of cases) {
    test(`${code}: a layout with ${name}`, async (t) => {
      for (const kind of ["oci", "oci-archive"] as const) {
        const verdict = await judge(t, kind, files);
        if (code === "blob-missing" && name === "no manifest") assert.match(verdict.code, /-missing$/);
        else assert.equal(verdict.code, code, verdict.reason);
        assert.equal(verdict.ok, false);
      }
    });
  }
}

/** Archives without a layout, with the manifest and the signatures of the image in a layout beside them. */
const classics: Record<string, [string, readonly TarEntry[]][]> = {
  "archive-unreferenced": [
    ["a file nobody names", [...CLASSIC.packed, file("run.sh", "evil")]],
    ["a legacy json without its layer", [...CLASSIC.packed, file("id/json", '{"id":"id"}')]],
  ],
  "archive-manifest-mismatch": [
    ["another number of layers", edited(CLASSIC.packed, { Layers: ["a.tar.gz", "a.tar.gz"] })],
    [
      "two images",
      [...CLASSIC.packed.filter(({ path }) => path !== "manifest.json"), doubled(CLASSIC.packed.at(-1))],
    ],
    ["a legacy layer with another id", swapped(CLASSIC.unpacked, "id/json", '{"id":"other"}')],
    [
      "a legacy layer below which is another",
      swapped(CLASSIC.unpacked, "id/json", '{"id":"id","parent":"evil"}'),
    ],
    [
      "repositories with another layer",
      swapped(CLASSIC.unpacked, "repositories", `{"${REPOSITORY}":{"v1":"x"}}`),
    ],
  ],
  "archive-name-mismatch": [
    ["another name", edited(CLASSIC.packed, { RepoTags: ["docker.io/library/nginx:1"] })],
    ["another name in repositories", swapped(CLASSIC.unpacked, "repositories", '{"nginx":{"v1":"id"}}')],
  ],
  "blob-missing": [
    ["no layer", CLASSIC.packed.filter(({ path }) => path !== "a.tar.gz")],
    ["no configuration", CLASSIC.packed.slice(1)],
  ],
  "blob-mismatch": [
    [
      "a packed layer of other bytes",
      swapped(CLASSIC.packed, "a.tar.gz", Buffer.from(LAYER).fill(0, 20, 21)),
    ],
    ["an unpacked layer of other bytes", swapped(CLASSIC.unpacked, "id/layer.tar", Buffer.alloc(1_024))],
  ],
  "manifest-missing": [["another configuration", swapped(CLASSIC.packed, configOf(CLASSIC.packed), "{}")]],
  "layout-invalid": [
    ["no manifest.json", CLASSIC.packed.slice(0, -1)],
    [
      "a manifest.json larger than any",
      [...CLASSIC.packed.slice(0, -1), file("manifest.json", " ".repeat(4 * 1024 * 1024 + 1))],
    ],
  ],
};
for (const [code, cases] of Object.entries(classics)) {
  for (const [name, files] of cases) {
    test(`${code}: an archive without a layout, with ${name}`, async (t) => {
      const verdict = await judge(t, "docker-archive", files, { signatures: SIGNED });
      assert.equal(verdict.code, code, verdict.reason);
      assert.equal(verdict.ok, false);
    });
  }
}

test("archive-name-mismatch: a copy takes no names along, so that it may be written", async (t) => {
  const files = [...SIGNED, manifestJson(IMAGE, { RepoTags: ["docker.io/library/nginx:1"] })];
  const target = join(await folderFor(t), "copy");
  assert.equal((await judge(t, "oci-archive", files, { copyTo: target })).code, "accepted");
  assert.doesNotMatch(await readFile(join(target, "index.json"), "utf8"), /nginx/);
});

const DIFF_IDS = [LAYER, OTHER_LAYER].map((layer) => digestOf(gunzipSync(layer)));
const twoLayers: [code: string, what: string, layers: string[], diffIds: string[]][] = [
  ["accepted", "each in its place", ["a", "b"], DIFF_IDS],
  ["blob-mismatch", "in another order", ["b", "a"], DIFF_IDS],
  ["archive-manifest-mismatch", "of which one is there in both places", ["b", "b"], DIFF_IDS],
  ["archive-manifest-mismatch", "of which the configuration knows one", ["a", "b"], DIFF_IDS.slice(0, 1)],
  ["manifest-invalid", "that the configuration calls by no digest", ["a", "b"], ["x", "y"]],
];
for (const [code, what, layers, diffIds] of twoLayers) {
  test(`${code}: an archive without a layout, with two layers, ${what}`, async (t) => {
    const image = twoLayered(diffIds);
    const [config = assert.fail()] = image.blobs;
    const contents: Record<string, Uint8Array> = { a: LAYER, b: OTHER_LAYER };
    const files = [
      file("config", config),
      ...[...new Set(layers)].map((path) => file(path, contents[path] ?? "")),
      manifestJson(image, { Config: "config", Layers: layers }),
    ];
    const signatures = layoutOf(imageEntry(image), signatureEntry(image));
    const verdict = await judge(t, "docker-archive", files, { signatures });
    assert.equal(verdict.code, code, verdict.reason);
  });
}

test("image-ambiguous: a manifest that is signed by two configurations' manifests", async (t) => {
  const document = JSON.parse(Buffer.from(IMAGE.bytes).toString());
  const bytes = Buffer.from(JSON.stringify({ ...document, annotations: { a: "b" } }));
  const twin = { ...IMAGE, bytes, digest: digestOf(bytes) };
  const signatures = layoutOf(imageEntry(IMAGE), imageEntry(twin), signatureEntry(IMAGE));
  assert.equal((await judge(t, "docker-archive", CLASSIC.packed, { signatures })).code, "image-ambiguous");
});

const manifests: [string, (text: string) => string][] = [
  ["layers twice", (text) => text.replace("{", '{"layers":[],')],
  ["a subject in another case", (text) => text.replace("{", '{"Subject":null,')],
  ["layers in another case beside them", (text) => text.replace("{", '{"Layers":[],')],
  ["a descriptor with its digest twice", (text) => text.replace('"digest"', '"digest":"","digest"')],
  ["a descriptor with its size in another case", (text) => text.replace('"size"', '"SIZE":0,"size"')],
];
for (const [name, change] of manifests) {
  test(`manifest-invalid: a platform's manifest with ${name}`, async (t) => {
    const [first = assert.fail()] = INDEX.children;
    const bytes = Buffer.from(change(Buffer.from(first.bytes).toString()));
    const child = { ...first, bytes, digest: digestOf(bytes) };
    const manifests = [{ ...descriptorOf(child), platform: { os: "linux", architecture: "amd64" } }];
    const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
    const index = Buffer.from(JSON.stringify(document));
    const image = {
      bytes: index,
      mediaType: OCI_INDEX,
      digest: digestOf(index),
      blobs: [],
      children: [child],
    };
    const verdict = await judge(t, "oci", layoutOf(imageEntry(image), signatureEntry(image)));
    assert.equal(verdict.code, "manifest-invalid", verdict.reason);
  });
}

test("source-unreadable: what is not there, not what it is called, or a pipe", async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, "file"), "");
  makeFifo(join(folder, "pipe"));
  const cases = [`oci:${folder}/nothing`, `oci-archive:${folder}/nothing`, `oci-archive:${folder}`];
  cases.push(`oci-archive:${folder}/pipe`);
  for (const source of cases) assert.equal((await judgePath(t, source)).code, "source-unreadable");
  assert.equal((await judgePath(t, `oci:${folder}/file`)).code, "layout-invalid");
});

test("source-unreadable: a link or a pipe in the place of a folder's files", async (t) => {
  const folder = await writeFolder(t, SIGNED);
  const layer = join(folder, pathOf(LAYER));
  await rename(layer, join(folder, "elsewhere"));
  await symlink(join(folder, "elsewhere"), layer);
  assert.equal((await judgePath(t, `oci:${folder}`)).code, "source-unreadable");
  await rm(layer);
  makeFifo(layer);
  assert.equal((await judgePath(t, `oci:${folder}`)).code, "source-unreadable");
});

function makeFifo(path: string): void {
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
}

test("copy-failed: a folder that is gone when the copy is to be written", async (t) => {
  const parent = await folderFor(t);
  await mkdir(join(parent, "gone"));
  const copyTo = await LayoutCopy.prepare(join(parent, "gone/copy"));
  await rename(join(parent, "gone"), join(parent, "moved"));
  const verdict = await judge(t, "oci", SIGNED, { copyTo });
  assert.equal(verdict.code, "copy-failed", verdict.reason);
  assert.deepEqual(await readdir(join(parent, "moved")), []);
});

test("image-ambiguous: an archive of which something else than its image is named", async (t) => {
  assert.equal((await judge(t, "oci-archive", SIGNED, { tag: "v1" })).code, "accepted");
  const tag = `${IMAGE.digest.replace(":", "-")}.sig`;
  assert.equal((await judge(t, "oci-archive", SIGNED, { tag })).code, "image-ambiguous");
});

test("archive-invalid: an archive that is cut while it is read", async (t) => {
  const big = Buffer.alloc(3 * 1024 * 1024, "a");
  const path = join(await folderFor(t), "cut.tar");
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(CONFIG),
    layers: [descriptor(big)],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const image = {
    bytes,
    mediaType: OCI_MANIFEST,
    digest: digestOf(bytes),
    blobs: [CONFIG, big],
    children: [],
  };
  await writeFile(path, makeTar(layoutOf(imageEntry(image), signatureEntry(image))));
  assert.equal((await judgePath(t, `oci-archive:${path}`)).code, "accepted");
  const judging = judgePath(t, `oci-archive:${path}`, { requirements: [{ type: "insecureAcceptAnything" }] });
  await truncate(path, 1024 * 1024);
  assert.equal((await judging).code, "archive-invalid");
});

function descriptor(content: Uint8Array): Record<string, unknown> {
  return {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: digestOf(content),
    size: content.length,
  };
}

/** An image that could be run, with the judged one as its subject. */
function referringImage(): Uint8Array[] {
  const document = JSON.parse(Buffer.from(OTHER.bytes).toString());
  return [Buffer.from(JSON.stringify({ ...document, subject: descriptorOf(IMAGE) })), ...OTHER.blobs];
}

function lacking(files: readonly TarEntry[], content: Uint8Array | undefined): readonly TarEntry[] {
  const path = pathOf(content ?? assert.fail());
  return files.filter((entry) => entry.path !== path);
}

function doubled(entry: TarEntry | undefined): TarEntry {
  const [image] = JSON.parse(String(entry?.content));
  return file("manifest.json", JSON.stringify([image, image]));
}

function inserted({ content }: TarEntry, text: string): TarEntry {
  return file("manifest.json", String(content).replace("{", `{${text}`));
}

function edited(files: readonly TarEntry[], change: Record<string, unknown>): TarEntry[] {
  const [image] = JSON.parse(String(files.find(({ path }) => path === "manifest.json")?.content));
  return swapped(files, "manifest.json", JSON.stringify([{ ...image, ...change }]));
}

/** An index of so many manifests that are not there. */
function indexOf(count: number): TestImage {
  const manifests = Array.from({ length: count }, (_, i) => ({
    ...{ mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(`${i}`)), size: 1 },
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes), blobs: [], children: [] };
}

/** An image of this one's layer and another's, with a configuration that says so of its layers. */
function twoLayered(diffIds: readonly string[]): TestImage {
  const config = Buffer.from(JSON.stringify({ os: "linux", rootfs: { type: "layers", diff_ids: diffIds } }));
  const described = (mediaType: string, content: Uint8Array) => ({
    ...{ mediaType, digest: digestOf(content), size: content.length },
  });
  const layers = [LAYER, OTHER_LAYER].map((layer) => described(OCI_LAYER_GZIP, layer));
  const document = {
    ...{ schemaVersion: 2, mediaType: OCI_MANIFEST },
    ...{ config: described(OCI_CONFIG, config), layers },
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return { ...IMAGE, bytes, digest: digestOf(bytes), blobs: [config, LAYER, OTHER_LAYER] };
}

function swapped(files: readonly TarEntry[], path: string, content: Uint8Array | string): TarEntry[] {
  return files.map((entry) => (entry.path === path ? { ...entry, content } : entry));
}

function configOf(files: readonly TarEntry[]): string {
  return files.find(({ path }) => path.endsWith(".json") && path !== "manifest.json")?.path ?? assert.fail();
}
