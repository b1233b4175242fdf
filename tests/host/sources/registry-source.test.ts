import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence, Item, Request } from "#component/types";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { RegistryClient } from "../../../host/registry/client.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { RegistrySource } from "../../../host/sources/registry-source.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import { startRegistry, type TestRegistryOptions } from "../../support/registry/registry.js";
import { generateKey, pushSignatures, signLegacy } from "../../support/sign.js";

const image = makeImage();
const { privateKey } = generateKey();
const signature = signLegacy({ privateKey, dockerReference: "r.test/a", manifestDigest: image.digest });
const tag = image.digest.replace(":", "-").concat(".sig");

async function sourceFor(
  t: { after(done: () => Promise<void>): void },
  onRequest?: () => Fault | undefined,
  options: TestRegistryOptions = {},
) {
  const registry = await startRegistry(onRequest === undefined ? options : { ...options, onRequest });
  const source = new RegistrySource(new RegistryClient({ plainHttp: [], credentials: anonymous }));
  t.after(async () => {
    await source.close();
    await registry.close();
  });
  const request = (options: Partial<Request>): Request => ({
    kind: "manifest",
    registry: registry.host,
    repository: "a",
    reference: image.digest,
    mediaTypes: [OCI_MANIFEST],
    maxBytes: 4 * 1024 * 1024,
    ...options,
  });
  return { registry, source, request, signal: AbortSignal.timeout(20_000) };
}

test("referrers: the registry's list, or what stands under the fallback tag, or nothing", async (t) => {
  const reference = image.digest;
  for (const referrers of [true, false]) {
    const { registry, source, request, signal } = await sourceFor(t, undefined, { referrers });
    pushImage(registry, "a", image, "v1");
    const wish = request({ kind: "referrers", reference, mediaTypes: [OCI_INDEX, OCI_MANIFEST] });
    const none = only(await source.fetch(wish, signal));
    assert.equal(none.tag, referrers ? "item" : "absent");
    const { bytes, digest } = referrerOf(image);
    registry.putManifest("a", digest, bytes, OCI_MANIFEST);
    if (!referrers) registry.putManifest("a", reference.replace(":", "-"), indexOf(bytes, digest), OCI_INDEX);
    const found = only(await source.fetch(wish, signal));
    assert.equal(found.tag, "item");
    assert.match(Buffer.from((found.val as Item).bytes).toString(), new RegExp(digest));
    assert.equal((found.val as Item).mediaType, OCI_INDEX);
  }
});

function referrerOf({ mediaType, digest, bytes }: typeof image): { bytes: Uint8Array; digest: string } {
  const subject = { mediaType, digest, size: bytes.length };
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [], subject }),
  );
  return { bytes: manifest, digest: digestOf(manifest) };
}

function indexOf(bytes: Uint8Array, digest: string): Uint8Array {
  const manifests = [{ mediaType: OCI_MANIFEST, digest, size: bytes.length }];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}

/** The one item of evidence an answer has. */
function only(evidence: readonly Evidence[]): Evidence {
  assert.equal(evidence.length, 1);
  return evidence[0] as Evidence;
}

test("manifest, cosign tag and blob become items", async (t) => {
  const { registry, source, request, signal } = await sourceFor(t);
  pushImage(registry, "a", image, "v1");
  assert.equal(pushSignatures(registry, "a", image.digest, [signature]), tag);

  const manifest = only(await source.fetch(request({}), signal));
  assert.equal(manifest.tag, "item");
  assert.deepEqual(
    { ...manifest.val, bytes: Buffer.from((manifest.val as { bytes: Uint8Array }).bytes).toString() },
    {
      kind: "manifest",
      reference: image.digest,
      mediaType: OCI_MANIFEST,
      annotations: [],
      bytes: Buffer.from(image.bytes).toString(),
      origin: `${registry.host}/a@${image.digest}`,
    },
  );

  const signatures = only(await source.fetch(request({ kind: "cosign-tag", reference: tag }), signal));
  assert.equal(signatures.tag, "item");
  const { layers } = JSON.parse(Buffer.from((signatures.val as { bytes: Uint8Array }).bytes).toString());
  assert.equal(layers[0].mediaType, SIMPLE_SIGNING);

  const blob = only(
    await source.fetch(request({ kind: "blob", reference: layers[0].digest, mediaTypes: [] }), signal),
  );
  assert.equal(blob.tag, "item");
  assert.deepEqual(Buffer.from((blob.val as { bytes: Uint8Array }).bytes), Buffer.from(signature.payload));
});

test("what the registry does not have is absent", async (t) => {
  const { registry, source, request, signal } = await sourceFor(t);
  pushImage(registry, "a", image, "v1");
  for (const wish of [
    { kind: "manifest" as const, reference: "v2" },
    { kind: "cosign-tag" as const, reference: tag },
    { kind: "blob" as const, reference: `sha256:${"0".repeat(64)}` },
  ]) {
    assert.deepEqual(await source.fetch(request(wish), signal), [{ tag: "absent", val: wish }]);
  }
});

const unavailable: [string, Fault, string, string][] = [
  ["a refusal", { status: 403 }, "registry-unauthorized", "the registry answered 403"],
  ["a failure", { status: 500 }, "registry-unavailable", "the registry answered 500"],
  [
    "too much",
    { ...manifestFault(), manner: "endless" },
    "evidence-too-large",
    "the answer is larger than 4194304 bytes",
  ],
];
for (const [name, fault, code, detail] of unavailable) {
  test(`${name} is unavailable, not absent`, async (t) => {
    const { source, request, signal } = await sourceFor(t, () => fault);
    const val = { kind: "cosign-tag" as const, reference: tag, code, detail };
    assert.deepEqual(await source.fetch(request({ kind: "cosign-tag", reference: tag }), signal), [
      { tag: "unavailable", val },
    ]);
  });
}

test("a deadline that has passed is unavailable", async (t) => {
  const { source, request } = await sourceFor(t);
  const evidence = only(await source.fetch(request({}), AbortSignal.abort()));
  assert.deepEqual(evidence, {
    tag: "unavailable",
    val: { kind: "manifest", reference: image.digest, code: "registry-timeout", detail: "no answer in time" },
  });
});

test("a registry host that no URL means is unavailable", async (t) => {
  const { source, request, signal } = await sourceFor(t);
  const evidence = only(await source.fetch(request({ registry: "0x7f.1:5000" }), signal));
  assert.equal(evidence.tag, "unavailable");
});

test("a mistake of ours is thrown", async (t) => {
  const { registry, source, request, signal } = await sourceFor(t);
  const mistakes: Partial<Request>[] = [
    { kind: "cosign-tag", reference: "latest" },
    { kind: "cosign-tag", reference: `${tag}/../v1` },
    { kind: "blob", reference: "v1" },
    { kind: "manifest", repository: "../a" },
  ];
  for (const mistake of mistakes) await assert.rejects(source.fetch(request(mistake), signal), TypeError);
  assert.equal(registry.requests.length, 0);
});

function manifestFault(): Fault {
  return { headers: { "content-type": OCI_MANIFEST } };
}
