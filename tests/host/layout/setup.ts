import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { digestOf } from "../../../host/oci/digest.js";
import { descriptorOf, type TestImage } from "../../support/image.js";
import { makeTar, type TarEntry } from "./tar.js";

/** A folder that lives as long as the test. */
export async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-layout-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Never aborted before the test has failed anyway. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

/** The files of a layout with that image, under a tag or as the only one. */
export function layoutOf(image: TestImage, tag?: string): TarEntry[] {
  const annotations = tag === undefined ? {} : { annotations: { "org.opencontainers.image.ref.name": tag } };
  return layoutWith([{ ...descriptorOf(image), ...annotations }], contentOf(image));
}

/** The files of a layout with those entries in its index.json. */
export function layoutWith(manifests: readonly object[], contents: readonly Uint8Array[]): TarEntry[] {
  return [
    { path: "oci-layout", content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: "index.json", content: JSON.stringify({ schemaVersion: 2, manifests }) },
    ...contents.map((content) => ({ path: `blobs/sha256/${digestOf(content).slice(7)}`, content })),
  ];
}

/** Everything an image consists of, as blobs. */
export function contentOf(image: TestImage): Uint8Array[] {
  return [image.bytes, ...image.blobs, ...image.children.flatMap(contentOf)];
}

/** Writes an archive of those entries; its path. */
export async function archiveFor(t: TestContext, content: readonly TarEntry[] | Uint8Array): Promise<string> {
  const path = join(await folderFor(t), "image.tar");
  await writeFile(path, content instanceof Uint8Array ? content : makeTar(content));
  return path;
}
