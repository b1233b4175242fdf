import assert from "node:assert/strict";
import { test } from "node:test";

import type { Evidence, Request } from "#component/types";
import type { LayoutFiles } from "../../../host/layout/layout-files.js";
import { LayoutSnapshot } from "../../../host/layout/layout-reader.js";
import { digestOf } from "../../../host/oci/digest.js";
import { ImageError } from "../../../host/oci/image-error.js";
import { LayoutSource } from "../../../host/sources/layout-source.js";
import { makeImage } from "../../support/image.js";
import { contentOf, layoutWith, patience } from "../layout/setup.js";
import type { TarEntry } from "../layout/tar.js";
import { bundleEntry, layoutOf } from "../offline/setup.js";

const IMAGE = makeImage({ seed: "layouts" });
const BLOB = Buffer.from("the payload of a signature");
const DIGEST = digestOf(BLOB);
const BUNDLE = bundleEntry(IMAGE, Buffer.from('{"mediaType":"a bundle"}'));

test("a blob that is damaged in one layout is taken from the next", async () => {
  const source = new LayoutSource([layout(damaged()), layout(layoutWith([], [BLOB]))]);
  assert.deepEqual(await fetched(source, "blob", DIGEST), [`item ${BLOB}`]);
});

test("a blob that is right in one layout is not asked for in the next", async () => {
  const source = new LayoutSource([layout(layoutWith([], [BLOB])), layout(damaged())]);
  assert.deepEqual(await fetched(source, "blob", DIGEST), [`item ${BLOB}`]);
});

test("what is nowhere is absent", async () => {
  const source = new LayoutSource([layout(layoutWith([], [])), layout(layoutWith([], []))]);
  for (const kind of ["blob", "manifest", "referrers", "cosign-tag"] as const)
    assert.deepEqual(await fetched(source, kind, DIGEST), ["absent"], kind);
});

test("a layout that cannot be read is said to be so, and hides nothing that the next one has", async () => {
  const broken = layoutWith([], []).map((file) =>
    file.path === "index.json" ? { ...file, content: "{" } : file,
  );
  const source = new LayoutSource([layout(broken), layout(layoutOf(BUNDLE))]);
  const [unreadable, list] = await fetched(source, "referrers", IMAGE.digest);
  assert.equal(unreadable, "unavailable layout-invalid");
  assert.match(String(list), new RegExp(digestOf(BUNDLE.blobs[0] as Uint8Array)));
});

test("what is no file among the blobs is nothing, and hides nothing", async () => {
  const link = `blobs/sha256/${"0".repeat(64)}`;
  const source = new LayoutSource([layout([...layoutOf(BUNDLE), { path: link }], link)]);
  const [list] = await fetched(source, "referrers", IMAGE.digest);
  assert.match(String(list), new RegExp(digestOf(BUNDLE.blobs[0] as Uint8Array)));
});

test("evidence-too-large: a blob of more bytes than there is room for", async () => {
  const source = new LayoutSource([layout(layoutWith([], [BLOB]))]);
  assert.deepEqual(await fetched(source, "blob", DIGEST, BLOB.length), [`item ${BLOB}`]);
  assert.deepEqual(await fetched(source, "blob", DIGEST, BLOB.length - 1), [
    "unavailable evidence-too-large",
  ]);
});

test("a manifest that index.json does not name has the type it says", async () => {
  const source = new LayoutSource([layout(layoutWith([], contentOf(IMAGE)))]);
  assert.equal(await typeOf(source, IMAGE.digest), IMAGE.mediaType);
  const shapeless = Buffer.from("no manifest");
  const other = new LayoutSource([layout(layoutWith([], [shapeless]))]);
  assert.equal(await typeOf(other, digestOf(shapeless)), "application/octet-stream");
});

test("evidence-too-large: more blobs than are searched for referrers", async () => {
  const large = Buffer.from(`{${"x".repeat(1024 * 1024 - 1)}`);
  for (const [content, most] of [
    [large, 64],
    [Buffer.from("no manifest"), 20_000],
  ] as const) {
    const ask = (count: number) =>
      fetched(new LayoutSource([manyBlobs(count, content)]), "referrers", IMAGE.digest);
    assert.deepEqual(await ask(most), ["absent"]);
    assert.deepEqual(await ask(most + 1), ["unavailable evidence-too-large"]);
  }
});

function damaged(): TarEntry[] {
  return layoutWith([], [BLOB]).map((file) =>
    file.path.startsWith("blobs/") ? { ...file, content: "garbage" } : file,
  );
}

/** A layout of those files, in memory; what is at `link` is none. */
function layout(files: readonly TarEntry[], link?: string): LayoutSnapshot {
  const contents = new Map(files.map(({ path, content = "" }) => [path, Buffer.from(content)]));
  return new LayoutSnapshot("oci:/image", {
    names: async (folder) =>
      [...contents.keys()]
        .filter((path) => path.startsWith(folder))
        .map((path) => path.slice(folder.length + 1)),
    size: async (path) => {
      if (path === link) throw new ImageError(`${path} in the layout is a link`, "source-unreadable");
      return contents.get(path)?.length ?? null;
    },
    async *stream(path) {
      yield contents.get(path) ?? assert.fail(path);
    },
    close: async () => {},
  } satisfies LayoutFiles);
}

/** A layout that names nothing and has so many blobs of that content, whatever their digests. */
function manyBlobs(count: number, content: Uint8Array): LayoutSnapshot {
  const names = Array.from({ length: count }, (_, i) => i.toString(16).padStart(64, "0"));
  return new LayoutSnapshot("oci:/image", {
    names: async () => names,
    size: async (path) => (path === "index.json" ? 2 : content.length),
    async *stream(path) {
      yield path === "index.json" ? Buffer.from('{"schemaVersion":2,"manifests":[]}') : content;
    },
    close: async () => {},
  } satisfies LayoutFiles);
}

async function fetched(source: LayoutSource, kind: Request["kind"], reference: string, maxBytes = 1e6) {
  const evidence = await source.fetch(requestFor(kind, reference, maxBytes), patience());
  return evidence.map(described);
}

function described(evidence: Evidence): string {
  if (evidence.tag === "item") return `item ${Buffer.from(evidence.val.bytes)}`;
  return evidence.tag === "unavailable" ? `unavailable ${evidence.val.code}` : evidence.tag;
}

async function typeOf(source: LayoutSource, digest: string): Promise<string | null> {
  const [evidence] = await source.fetch(requestFor("manifest", digest, 1e6), patience());
  return evidence?.tag === "item" ? evidence.val.mediaType : null;
}

function requestFor(kind: Request["kind"], reference: string, maxBytes: number): Request {
  return { kind, registry: "ghcr.io", repository: "a/app", reference, mediaTypes: [], maxBytes };
}
