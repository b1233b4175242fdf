import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { LayoutWriter } from "../../../../host/layout/layout-writer.js";
import { digestOf } from "../../../../host/oci/digest.js";
import { ImageError } from "../../../../host/oci/image-error.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../../host/oci/media-types.js";
import { attachLegacy } from "../../../../host/signing/attach/attach-legacy.js";
import { legacySignature } from "../../../../host/signing/signatures.js";
import { sigManifest } from "../../../support/sign.js";
import { folderFor } from "../../layout/setup.js";
import { writerFor } from "../../registry/push-setup.js";
import { registryFor } from "../../registry/setup.js";
import { makeIndex } from "../copy/setup.js";
import { attachOptions, claimWith, image, NAMES, newSigner, patience, SIG_TAG, textUnder } from "./setup.js";

const signer = await newSigner();
const signatures = NAMES.map((name) => legacySignature(signer, name, claimWith()));

/** What cosign would write for the same signatures. */
function asCosign(layers: typeof signatures): string {
  const written = layers.map(({ payload, annotations }) => ({
    payload,
    signature: annotations["dev.cosignproject.cosign/signature"] ?? "",
  }));
  return Buffer.from(sigManifest(written).bytes).toString();
}

test("the first signatures are a manifest such as cosign writes", async (t) => {
  const registry = await registryFor(t);
  const attached = await attachLegacy(writerFor(t, registry, "a"), image.digest, signatures, attachOptions());
  const text = textUnder(registry, "a", SIG_TAG);
  assert.equal(text, asCosign(signatures));
  assert.deepEqual(attached, { tag: SIG_TAG, digest: digestOf(Buffer.from(text)), added: 2 });
});

test("the same signatures again add nothing, and only read", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  const first = await attachLegacy(writer, image.digest, signatures, attachOptions());
  registry.requests.length = 0;
  const again = await attachLegacy(writer, image.digest, signatures, attachOptions());
  assert.deepEqual(again, { ...first, added: 0 });
  assert.deepEqual(
    registry.requests.map(({ method }) => method),
    ["GET"],
  );
});

test("what is missing is added to what is there", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  await attachLegacy(writer, image.digest, signatures.slice(0, 1), attachOptions());
  const attached = await attachLegacy(writer, image.digest, signatures, attachOptions());
  assert.equal(attached.added, 1);
  assert.equal(textUnder(registry, "a", SIG_TAG), asCosign(signatures));
});

test("a signature of the same payload that is right counts as there, whoever made it; a wrong one does not", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  const [own = assert.fail()] = signatures;
  const other = await newSigner();
  const { payload } = own;
  const wrong = [
    { payload, signature: "" },
    { payload, signature: randomBytes(70).toString("base64") },
    { payload, signature: Buffer.from(other.sign(payload)).toString("base64") },
  ];
  const { bytes, config } = sigManifest(wrong);
  for (const blob of [config, payload]) registry.putBlob("a", blob);
  registry.putManifest("a", SIG_TAG, bytes, OCI_MANIFEST);
  assert.equal((await attachLegacy(writer, image.digest, [own], attachOptions())).added, 1);
  assert.equal((await attachLegacy(writer, image.digest, [own], attachOptions())).added, 0);
  assert.equal(JSON.parse(textUnder(registry, "a", SIG_TAG)).layers.length, 4);
});

test("what others have written stays byte for byte: members, spaces, layers of other kinds", async (t) => {
  const registry = await registryFor(t);
  const blob = randomBytes(20);
  const layer = {
    mediaType: "application/x",
    size: 20,
    digest: digestOf(blob),
    annotations: { layers: "]" },
  };
  const foreign = `{ "layers" : [ ${JSON.stringify(layer, null, 1)} ] ,"x":{"layers":[{}]},
  "schemaVersion":2, "config":${JSON.stringify({ mediaType: "application/y", size: 20, digest: digestOf(blob) })} }`;
  registry.putBlob("a", blob);
  registry.putManifest("a", SIG_TAG, Buffer.from(foreign), OCI_MANIFEST);
  await attachLegacy(writerFor(t, registry, "a"), image.digest, signatures.slice(0, 1), attachOptions());
  const text = textUnder(registry, "a", SIG_TAG);
  assert.ok(
    text.startsWith(`{ "layers" : [ ${JSON.stringify(layer, null, 1)} ,{"mediaType":"${SIMPLE_SIGNING}"`),
  );
  assert.match(text, /\}\] ,"x":\{"layers":\[\{\}\]\},\n {2}"schemaVersion":2, "config":\{/);
  const { config, layers } = JSON.parse(text);
  assert.equal(config.mediaType, "application/y");
  const written = JSON.parse(Buffer.from(registry.repository("a").blobs.get(config.digest) ?? []).toString());
  assert.deepEqual(
    written.rootfs.diff_ids,
    layers.map(({ digest }: { digest: string }) => digest),
  );
});

test("signers at the same time lose nothing", async (t) => {
  const registry = await registryFor(t);
  const signers = await Promise.all(Array.from({ length: 8 }, newSigner));
  const signal = patience();
  const all = signers.map((signer) => NAMES.map((name) => legacySignature(signer, name, claimWith())));
  const attached = await Promise.all(
    all.map((own) => attachLegacy(writerFor(t, registry, "a"), image.digest, own, { signal })),
  );
  assert.ok(attached.every(({ added }) => added === 2));
  const there = JSON.parse(textUnder(registry, "a", SIG_TAG)).layers.map(JSON.stringify);
  assert.equal(there.length, 16);
  assert.equal(new Set(there).size, 16);
});

test("whoever is overwritten after writing writes again", async (t) => {
  const other = await newSigner();
  const theirs = NAMES.map((name) => legacySignature(other, name, claimWith()));
  let overwrite = 3;
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  const writeManifest = writer.writeManifest.bind(writer);
  writer.writeManifest = async (...call) => {
    const written = await writeManifest(...call);
    if (overwrite-- > 0) {
      for (const { payload } of theirs) registry.putBlob("a", payload);
      registry.putManifest("a", SIG_TAG, Buffer.from(asCosign(theirs)), OCI_MANIFEST);
    }
    return written;
  };
  const options = attachOptions();
  const attached = await attachLegacy(writer, image.digest, signatures, options);
  assert.equal(attached.added, 2);
  assert.equal(JSON.parse(textUnder(registry, "a", SIG_TAG)).layers.length, 4);
  assert.equal(options.pauses.length, 4);
  assert.ok(options.pauses.every((pause) => pause >= 18));
});

test("what changes while the blobs are sent is seen before it is overwritten", async (t) => {
  const other = await newSigner();
  const theirs = NAMES.map((name) => legacySignature(other, name, claimWith()));
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  const writeBlob = writer.writeBlob.bind(writer);
  let changed = false;
  writer.writeBlob = async (...call) => {
    if (!changed) registry.putManifest("a", SIG_TAG, Buffer.from(asCosign(theirs)), OCI_MANIFEST);
    changed = true;
    return writeBlob(...call);
  };
  for (const { payload } of theirs) registry.putBlob("a", payload);
  await attachLegacy(writer, image.digest, signatures, attachOptions());
  assert.equal(JSON.parse(textUnder(registry, "a", SIG_TAG)).layers.length, 4);
  const puts = registry.requests.filter(
    ({ method, path }) => method === "PUT" && path.includes("/manifests/"),
  );
  assert.equal(puts.length, 1);
});

test("a writer that always loses gives up in the end", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  writer.writeManifest = async () => ({ listed: false });
  const attaching = attachLegacy(writer, image.digest, signatures, attachOptions());
  await assert.rejects(
    attaching,
    new ImageError(`others have overwritten ${writer.name}:${SIG_TAG} 64 times`),
  );
});

test("a thousand signatures are enough", async (t) => {
  const registry = await registryFor(t);
  const [{ payload } = assert.fail()] = signatures;
  const { bytes, config } = sigManifest(Array.from({ length: 999 }, () => ({ payload, signature: "AA==" })));
  for (const blob of [config, payload]) registry.putBlob("a", blob);
  registry.putManifest("a", SIG_TAG, bytes, OCI_MANIFEST);
  const attaching = attachLegacy(writerFor(t, registry, "a"), image.digest, signatures, attachOptions());
  await assert.rejects(attaching, /has no room for another signature: 999 are there$/);
});

const unusable: [string, Uint8Array, string, RegExp][] = [
  ["an index", makeIndex([]).bytes, OCI_INDEX, /is an index, not a manifest of signatures$/],
  ["no JSON", Buffer.from("<html>"), OCI_MANIFEST, /is not json$/],
  [
    "two lists of layers",
    Buffer.from(
      '{"schemaVersion":2,"config":{},"layers":[],"layers":[]}'.replace("{}", JSON.stringify(aBlob())),
    ),
    OCI_MANIFEST,
    /has the member "layers" twice$/,
  ],
];
for (const [name, bytes, mediaType, message] of unusable) {
  test(`${name} under the signature tag is not overwritten`, async (t) => {
    const registry = await registryFor(t);
    const writer = writerFor(t, registry, "a");
    writer.manifest = async () => ({ bytes, mediaType, digest: digestOf(bytes) });
    await assert.rejects(attachLegacy(writer, image.digest, signatures, attachOptions()), (error: Error) => {
      assert.ok(error instanceof ImageError, String(error));
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(registry.requests, []);
  });
}

test("a layout keeps the signatures under the same tag", async (t) => {
  const options = attachOptions();
  const layout = await LayoutWriter.open(await folderFor(t), options.signal);
  await attachLegacy(layout, image.digest, signatures, options);
  assert.equal((await attachLegacy(layout, image.digest, signatures, options)).added, 0);
  const manifest = await layout.manifest(SIG_TAG, options.signal);
  assert.equal(Buffer.from(manifest?.bytes ?? []).toString(), asCosign(signatures));
});

function aBlob(): object {
  return { mediaType: "application/x", size: 2, digest: digestOf(Buffer.from("{}")) };
}
