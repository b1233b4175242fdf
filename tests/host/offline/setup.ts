import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { verifyOffline } from "../../../host/cli/verify-offline.js";
import { PolicyCore } from "../../../host/core/core.js";
import { parseLayoutName } from "../../../host/layout/layout-name.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_EMPTY, OCI_MANIFEST, SIGSTORE_BUNDLE } from "../../../host/oci/media-types.js";
import { LayoutCopy } from "../../../host/offline/layout-copy.js";
import type { AuditRecord } from "../../../host/service/audit.js";
import type { Verdict } from "../../../host/service/verifier.js";
import {
  descriptorOf,
  generateKey,
  makeImage,
  sigManifest,
  signLegacy,
  type TestImage,
} from "../../support/sign.js";
import { archiveFor, contentOf, folderFor, layoutWith, patience } from "../layout/setup.js";
import type { TarEntry } from "../layout/tar.js";

export const KEY = generateKey();
export const NAME = "registry.example/team/app:v1";
export const REPOSITORY = "registry.example/team/app";

export const IMAGE = makeImage({ seed: "offline" });
export const INDEX = makeImage({ seed: "offline", platforms: ["linux/amd64", "linux/arm64"] });
export const OTHER = makeImage({ seed: "somebody else's" });

const REF_NAME = "org.opencontainers.image.ref.name";

/** Something named in index.json, and all it consists of. */
export interface Named {
  readonly entry: Record<string, unknown>;
  readonly blobs: readonly Uint8Array[];
}

export function imageEntry(image: TestImage, annotations?: Record<string, string>): Named {
  const entry = annotations === undefined ? descriptorOf(image) : { ...descriptorOf(image), annotations };
  return { entry, blobs: contentOf(image) };
}

/** cosign's signatures of an image, named as sign-image names them, or as `annotations` say. */
export function signatureEntry(
  image: TestImage,
  { key = KEY, annotations }: { key?: typeof KEY; annotations?: Record<string, string> } = {},
): Named {
  const wish = { privateKey: key.privateKey, dockerReference: REPOSITORY, manifestDigest: image.digest };
  const signature = signLegacy(wish);
  const { bytes, config } = sigManifest([signature]);
  const entry = {
    mediaType: OCI_MANIFEST,
    digest: digestOf(bytes),
    size: bytes.length,
    annotations: annotations ?? { [REF_NAME]: `${image.digest.replace(":", "-")}.sig` },
  };
  return { entry, blobs: [bytes, config, signature.payload] };
}

/** A bundle's manifest, about the image. */
export function bundleEntry(
  image: Pick<TestImage, "bytes" | "mediaType" | "digest">,
  bundle: Uint8Array,
): Named {
  const config = Buffer.from("{}");
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: SIGSTORE_BUNDLE,
    config: { mediaType: OCI_EMPTY, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: SIGSTORE_BUNDLE, digest: digestOf(bundle), size: bundle.length }],
    subject: descriptorOf(image),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const entry = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
  return { entry, blobs: [bytes, config, bundle] };
}

/** The files of a layout that names those; each blob once. */
export function layoutOf(...named: readonly Named[]): TarEntry[] {
  const blobs = new Map(named.flatMap(({ blobs }) => blobs).map((blob) => [digestOf(blob), blob]));
  return layoutWith(
    named.map(({ entry }) => entry),
    [...blobs.values()],
  );
}

/** A signed image, as sign-image leaves it in a layout. */
export const SIGNED = layoutOf(imageEntry(IMAGE, { [REF_NAME]: "v1" }), signatureEntry(IMAGE));

/** manifest.json for an image in a layout, with something changed. */
export function manifestJson(image: TestImage, change: Record<string, unknown> = {}): TarEntry {
  const { config, layers } = JSON.parse(Buffer.from(image.bytes).toString());
  const path = ({ digest }: { digest: string }) => `blobs/sha256/${digest.slice(7)}`;
  const entry = { Config: path(config), RepoTags: [NAME], Layers: layers.map(path), ...change };
  return { path: "manifest.json", content: JSON.stringify([entry]) };
}

/** An archive of an image as `docker save` before 25 and `crane pull` make it: without a layout. */
export function classic(image: TestImage): { packed: TarEntry[]; unpacked: TarEntry[] } {
  const [config = fail("no blob"), layer = fail("no blob")] = image.blobs;
  const file = (path: string, content: Uint8Array): TarEntry => ({ path, content });
  const json = `${digestOf(config).slice(7)}.json`;
  const names = (layer: string) => manifestJson(image, { Config: json, Layers: [layer] });
  return {
    packed: [file(json, config), file("a.tar.gz", layer), names("a.tar.gz")],
    unpacked: [
      file(json, config),
      file("id/layer.tar", gunzipSync(layer)),
      { path: "id/json", content: JSON.stringify({ id: "id", config: { Labels: { a: "1", A: "2" } } }) },
      { path: "id/VERSION", content: "1.0" },
      names("id/layer.tar"),
      { path: "repositories", content: JSON.stringify({ [REPOSITORY]: { v1: "id" } }) },
    ],
  };
}

export const REQUIREMENT = {
  type: "sigstoreSigned",
  keyData: Buffer.from(KEY.publicPem).toString("base64"),
  signedIdentity: { type: "matchRepository" },
};

export interface Options {
  readonly name?: string;
  /** Files of the layout with the signatures. */
  readonly signatures?: readonly TarEntry[];
  readonly tag?: string;
  readonly copyTo?: string | LayoutCopy | null;
  readonly requirements?: readonly object[];
  readonly records?: AuditRecord[];
}

/** Judges what is in those files, in a folder (`oci`) or an archive of that kind. */
export async function judge(
  t: TestContext,
  transport: "oci" | "oci-archive" | "docker-archive",
  files: readonly TarEntry[] | Uint8Array,
  options: Options = {},
): Promise<Verdict> {
  const isFolder = transport === "oci" && !(files instanceof Uint8Array);
  const path = isFolder ? await writeFolder(t, files) : await archiveFor(t, files);
  return await judgePath(
    t,
    `${transport}:${path}${options.tag === undefined ? "" : `:${options.tag}`}`,
    options,
  );
}

export async function judgePath(t: TestContext, source: string, options: Options = {}): Promise<Verdict> {
  const { name = NAME, signatures, copyTo = null, requirements = [REQUIREMENT], records = [] } = options;
  const policy = {
    default: [{ type: "reject" }],
    transports: { docker: { "registry.example": requirements } },
  };
  const core = coreOf(JSON.stringify(policy));
  const wish = {
    source: parseLayoutName(source) ?? fail(source),
    signatures: signatures === undefined ? null : parseLayoutName(`oci:${await writeFolder(t, signatures)}`),
    copy: typeof copyTo === "string" ? await LayoutCopy.prepare(copyTo) : copyTo,
  };
  const state = { kind: "loaded", core, path: "policy.json", loadedAt: new Date() } as const;
  const audit = { write: (record: AuditRecord) => void records.push(record) };
  return await verifyOffline(wish, name, state, audit, { deadlineMs: 8_500, signal: patience() });
}

const cores = new Map<string, PolicyCore>();

function coreOf(policy: string): PolicyCore {
  const core = cores.get(policy) ?? PolicyCore.load(Buffer.from(policy), () => null);
  cores.set(policy, core);
  return core;
}

/** Writes files into a new folder; its path. */
export async function writeFolder(t: TestContext, files: readonly TarEntry[]): Promise<string> {
  const folder = await folderFor(t);
  for (const { path, content = "" } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function fail(text: string): never {
  throw new Error(text);
}
