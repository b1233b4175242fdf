// Images in layouts and archives, where the tools leave them, judged as if they were in a registry.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX } from "../../../host/oci/media-types.js";
import type { AuditRecord } from "../../../host/service/audit.js";
import { bundle, OTHER_KEY } from "../judge/judging.js";
import { folderFor } from "../layout/setup.js";
import type { TarEntry } from "../layout/tar.js";
import {
  bundleEntry,
  classic,
  IMAGE,
  INDEX,
  imageEntry,
  judge,
  KEY,
  layoutOf,
  NAME,
  OTHER,
  REPOSITORY,
  SIGNED,
  signatureEntry,
} from "./setup.js";

const BUNDLE = bundle({ key: KEY, manifestDigest: IMAGE.digest, names: [REPOSITORY] });
const kinds = ["oci", "oci-archive", "docker-archive"] as const;

for (const kind of kinds) {
  test(`a signed image in ${kind} is allowed under the name it is given`, async (t) => {
    const records: AuditRecord[] = [];
    const verdict = await judge(t, kind, SIGNED, { records });
    assert.equal(verdict.code, "accepted", verdict.reason);
    assert.equal(verdict.ok, true);
    assert.deepEqual([verdict.name, verdict.digest, verdict.transport], [NAME, IMAGE.digest, "docker"]);
    assert.deepEqual(
      records.map(({ ok, digest }) => [ok, digest]),
      [[true, IMAGE.digest]],
    );
    const elsewhere = await judge(t, kind, SIGNED, { name: "elsewhere.example/team/app:v1" });
    assert.equal(elsewhere.code, "rejected-by-policy");
    assert.equal((await judge(t, kind, SIGNED, { name: "registry.example/b:v1" })).code, "identity-mismatch");
  });
}

const wheres: [string, TarEntry[]][] = [
  [
    "as cosign saves it",
    layoutOf(
      imageEntry(IMAGE, { kind: "dev.cosignproject.cosign/image" }),
      signatureEntry(IMAGE, { annotations: { kind: "dev.cosignproject.cosign/sigs" } }),
    ),
  ],
  [
    "as oras copies it: a bundle among the manifests of index.json",
    layoutOf(imageEntry(IMAGE), bundleEntry(IMAGE, BUNDLE)),
  ],
  [
    "a bundle that only its subject leads to, as cosign saves it",
    withBlobs(layoutOf(imageEntry(IMAGE)), bundleEntry(IMAGE, BUNDLE).blobs),
  ],
  ["a bundle below the fallback tag", layoutOf(imageEntry(IMAGE), fallback(bundleEntry(IMAGE, BUNDLE)))],
  ["a bundle under the fallback tag itself", layoutOf(imageEntry(IMAGE), tagged(bundleEntry(IMAGE, BUNDLE)))],
  [
    "beside a foreign bundle and a foreign signature",
    layoutOf(
      imageEntry(IMAGE),
      bundleEntry(IMAGE, bundle({ manifestDigest: IMAGE.digest })),
      signatureEntry(IMAGE, { annotations: { kind: "dev.cosignproject.cosign/sigs" }, key: OTHER_KEY }),
      signatureEntry(IMAGE),
    ),
  ],
];
for (const [name, files] of wheres) {
  for (const kind of ["oci", "oci-archive"] as const) {
    test(`a signature is found in ${kind}: ${name}`, async (t) => {
      const verdict = await judge(t, kind, files);
      assert.equal(verdict.code, "accepted", verdict.reason);
    });
  }
}

test("no-signature: an image alone in a layout", async (t) => {
  for (const kind of kinds)
    assert.equal((await judge(t, kind, layoutOf(imageEntry(IMAGE)))).code, "no-signature");
});

test("signatures in a layout of their own are found first, those beside the image too", async (t) => {
  const alone = layoutOf(imageEntry(IMAGE));
  const signatures = layoutOf(signatureEntry(IMAGE));
  const foreign = layoutOf(signatureEntry(IMAGE, { key: OTHER_KEY }));
  for (const kind of kinds) {
    assert.equal((await judge(t, kind, alone, { signatures })).code, "accepted");
    assert.equal((await judge(t, kind, alone, { signatures: foreign })).code, "signature-invalid");
    assert.equal((await judge(t, kind, SIGNED, { signatures: foreign })).code, "accepted");
  }
});

test("a broken signature beside a good one hides nothing in a folder, and has no place in an archive", async (t) => {
  const broken = signatureEntry(IMAGE, { key: OTHER_KEY });
  const [manifest = new Uint8Array()] = broken.blobs;
  const files = layoutOf(imageEntry(IMAGE), broken, signatureEntry(IMAGE)).map((file) =>
    file.content === manifest ? { ...file, content: Buffer.from(manifest).fill(0x20, 20, 30) } : file,
  );
  assert.equal((await judge(t, "oci", files)).code, "accepted");
  assert.equal((await judge(t, "oci-archive", files)).code, "blob-mismatch");
});

test("a signature that is damaged in one layout is taken from the other", async (t) => {
  const signatures = layoutOf(signatureEntry(IMAGE));
  const damaged = signatures.map((file, i) =>
    i === signatures.length - 1 ? { ...file, content: "{}" } : file,
  );
  assert.equal((await judge(t, "oci", SIGNED, { signatures: damaged })).code, "accepted");
  assert.equal((await judge(t, "oci", damaged, { signatures: SIGNED })).code, "manifest-missing");
  assert.equal((await judge(t, "oci", layoutOf(imageEntry(IMAGE)), { signatures: damaged })).ok, false);
});

test("of a folder with several images one is judged by its tag", async (t) => {
  const files = layoutOf(
    imageEntry(IMAGE, { "org.opencontainers.image.ref.name": "v1" }),
    imageEntry(OTHER, { "org.opencontainers.image.ref.name": "v2" }),
    signatureEntry(IMAGE),
  );
  assert.equal((await judge(t, "oci", files, { tag: "v1" })).code, "accepted");
  assert.equal((await judge(t, "oci", files, { tag: "v2" })).code, "no-signature");
  assert.equal((await judge(t, "oci", files, { tag: "v3" })).code, "manifest-missing");
  assert.equal((await judge(t, "oci", files)).code, "image-ambiguous");
});

test("an index is judged with all of its platforms, also where index.json names those too", async (t) => {
  const children = INDEX.children.map((child) => imageEntry(child));
  for (const kind of kinds) {
    const files = layoutOf(...children, imageEntry(INDEX), signatureEntry(INDEX));
    const verdict = await judge(t, kind, files);
    assert.deepEqual([verdict.code, verdict.digest], ["accepted", INDEX.digest]);
  }
});

test("an index that is signed by its platforms alone", async (t) => {
  const files = layoutOf(imageEntry(INDEX), ...INDEX.children.map((child) => signatureEntry(child)));
  assert.equal((await judge(t, "oci", files)).code, "accepted");
  const half = layoutOf(imageEntry(INDEX), signatureEntry(INDEX.children[0] ?? OTHER));
  assert.equal((await judge(t, "oci", half)).ok, false);
});

test("a name with a digest is that of the layout's image, or denied", async (t) => {
  assert.equal((await judge(t, "oci", SIGNED, { name: `${REPOSITORY}@${IMAGE.digest}` })).code, "accepted");
  const other = await judge(t, "oci", SIGNED, { name: `${REPOSITORY}@${OTHER.digest}` });
  assert.equal(other.code, "digest-mismatch");
  const child = INDEX.children[0] ?? OTHER;
  const files = layoutOf(imageEntry(INDEX), signatureEntry(INDEX), signatureEntry(child));
  assert.equal(
    (await judge(t, "oci", files, { name: `${REPOSITORY}@${child.digest}` })).code,
    "digest-mismatch",
  );
});

test("without a requirement of signatures blobs are still checked", async (t) => {
  const requirements = [{ type: "insecureAcceptAnything" }];
  const files = layoutOf(imageEntry(IMAGE));
  assert.equal((await judge(t, "oci", files, { requirements })).code, "accepted-anything");
  assert.equal((await judge(t, "oci", files.slice(0, -1), { requirements })).code, "blob-missing");
});

const CLASSIC = classic(IMAGE);
const layouts = { signatures: SIGNED };

test("an archive without a layout is judged by the manifest that came with its signatures", async (t) => {
  for (const files of [CLASSIC.packed, CLASSIC.unpacked]) {
    const verdict = await judge(t, "docker-archive", files, layouts);
    assert.deepEqual([verdict.code, verdict.digest], ["accepted", IMAGE.digest], verdict.reason);
    assert.equal((await judge(t, "docker-archive", files)).code, "manifest-missing");
    const others = { signatures: layoutOf(imageEntry(OTHER), signatureEntry(OTHER)) };
    assert.equal((await judge(t, "docker-archive", files, others)).code, "manifest-missing");
    assert.equal((await judge(t, "oci-archive", files, layouts)).code, "layout-invalid");
  }
  assert.equal(
    (await judge(t, "docker-archive", CLASSIC.packed, { ...layouts, tag: NAME })).code,
    "accepted",
  );
  assert.equal(
    (await judge(t, "docker-archive", CLASSIC.packed, { ...layouts, tag: "b" })).code,
    "manifest-missing",
  );
});

test("an image of an index is judged by its own signature where it is alone in an archive", async (t) => {
  const child = INDEX.children[1] ?? OTHER;
  const files = classic(child).packed;
  const unsigned = { signatures: layoutOf(imageEntry(INDEX), signatureEntry(INDEX)) };
  assert.equal((await judge(t, "docker-archive", files, unsigned)).code, "no-signature");
  const signed = { signatures: layoutOf(imageEntry(INDEX), signatureEntry(INDEX), signatureEntry(child)) };
  assert.equal((await judge(t, "docker-archive", files, signed)).code, "accepted");
});

test("a copy holds what was judged, and nothing else, under the name it was judged by", async (t) => {
  for (const kind of kinds) {
    const target = join(await folderFor(t), "copy");
    assert.equal((await judge(t, kind, SIGNED, { copyTo: target })).code, "accepted");
    const index = JSON.parse(await readFile(join(target, "index.json"), "utf8"));
    assert.deepEqual(
      index.manifests.map(({ digest, annotations }: { digest: string; annotations: object }) => [
        digest,
        annotations,
      ]),
      [[IMAGE.digest, { "io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": "v1" }]],
    );
    const blobs = await readdir(join(target, "blobs/sha256"));
    assert.deepEqual(
      blobs.sort(),
      [IMAGE.bytes, ...IMAGE.blobs].map((blob) => digestOf(blob).slice(7)).sort(),
    );
    for (const name of blobs) {
      assert.equal(digestOf(await readFile(join(target, "blobs/sha256", name))), `sha256:${name}`);
    }
    assert.deepEqual((await readdir(target)).sort(), ["blobs", "index.json", "oci-layout"]);
    const again = await judge(t, "oci", await filesOf(target), layouts);
    assert.equal(again.code, "accepted");
  }
});

test("a copy of an index has all of its platforms; one by digest has no name", async (t) => {
  const target = join(await folderFor(t), "copy");
  const files = layoutOf(imageEntry(INDEX), signatureEntry(INDEX));
  const name = `${REPOSITORY}@${INDEX.digest}`;
  assert.equal((await judge(t, "oci", files, { copyTo: target, name })).code, "accepted");
  const index = JSON.parse(await readFile(join(target, "index.json"), "utf8"));
  assert.deepEqual(index.manifests, [
    { mediaType: OCI_INDEX, digest: INDEX.digest, size: INDEX.bytes.length },
  ]);
  assert.equal((await readdir(join(target, "blobs/sha256"))).length, 3 + 4);
});

test("a copy of unpacked layers has the same configuration", async (t) => {
  const target = join(await folderFor(t), "copy");
  assert.equal(
    (await judge(t, "docker-archive", CLASSIC.unpacked, { ...layouts, copyTo: target })).code,
    "accepted",
  );
  const index = JSON.parse(await readFile(join(target, "index.json"), "utf8"));
  const path = join(target, "blobs/sha256", index.manifests[0].digest.slice(7));
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const judged = JSON.parse(Buffer.from(IMAGE.bytes).toString());
  assert.equal(manifest.config.digest, judged.config.digest);
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    assert.equal(digestOf(await readFile(join(target, "blobs/sha256", digest.slice(7)))), digest);
  }
});

test("copy-failed: what is there already is left alone, and an empty folder is replaced", async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, "full"), "");
  await assert.rejects(judge(t, "oci", SIGNED, { copyTo: join(folder, "full") }), /is there already/);
  await assert.rejects(judge(t, "oci", SIGNED, { copyTo: folder }), /is there already/);
  await mkdir(join(folder, "empty"));
  assert.equal((await judge(t, "oci", SIGNED, { copyTo: join(folder, "empty") })).code, "accepted");
  await assert.rejects(
    judge(t, "oci", SIGNED, { copyTo: join(folder, "a/b") }),
    /cannot be written \(ENOENT\)/,
  );
});

test("of what is denied, or turns out wrong, there is no copy, nor a part of one", async (t) => {
  const folder = await folderFor(t);
  const copyTo = join(folder, "copy");
  assert.equal((await judge(t, "oci", layoutOf(imageEntry(IMAGE)), { copyTo })).code, "no-signature");
  const damaged = SIGNED.map((file, i) => (i === 4 ? { ...file, content: Buffer.from("x") } : file));
  assert.equal((await judge(t, "oci", damaged, { copyTo })).code, "blob-mismatch");
  assert.deepEqual(await readdir(folder), []);
});

function withBlobs(files: TarEntry[], blobs: readonly Uint8Array[]): TarEntry[] {
  return [
    ...files,
    ...blobs.map((content) => ({ path: `blobs/sha256/${digestOf(content).slice(7)}`, content })),
  ];
}

/** An index of referrers under the tag for them. */
function fallback({ entry, blobs }: ReturnType<typeof bundleEntry>): ReturnType<typeof bundleEntry> {
  const listed = { ...entry, artifactType: "application/vnd.oci.empty.v1+json" };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [listed] }));
  const descriptor = { mediaType: OCI_INDEX, digest: digestOf(index), size: index.length };
  return tagged({ entry: descriptor, blobs: [index, ...blobs] });
}

function tagged({ entry, blobs }: ReturnType<typeof bundleEntry>): ReturnType<typeof bundleEntry> {
  const name = IMAGE.digest.replace(":", "-");
  return { entry: { ...entry, annotations: { "org.opencontainers.image.ref.name": name } }, blobs };
}

async function filesOf(folder: string): Promise<TarEntry[]> {
  const paths = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (path) => ({ path: path.slice(folder.length + 1), content: await readFile(path) })),
  );
}
