import assert from "node:assert/strict";
import { test } from "node:test";
import { LayoutWriter } from "../../../../host/layout/layout-writer.js";
import { digestOf } from "../../../../host/oci/digest.js";
import { ImageError } from "../../../../host/oci/image-error.js";
import { OCI_INDEX, SIGSTORE_BUNDLE } from "../../../../host/oci/media-types.js";
import { attachBundle } from "../../../../host/signing/attach/attach-bundle.js";
import { bundleSignature } from "../../../../host/signing/signatures.js";
import { descriptorOf, makeImage, pushImage } from "../../../support/image.js";
import { folderFor } from "../../layout/setup.js";
import { writerFor } from "../../registry/push-setup.js";
import { registryFor } from "../../registry/setup.js";
import {
  attachOptions,
  claimWith,
  FALLBACK_TAG,
  image,
  NAMES,
  newSigner,
  patience,
  subject,
  textUnder,
} from "./setup.js";

const signer = await newSigner();
const bundle = bundleSignature(signer, NAMES, claimWith());

test("a bundle is a referrer such as cosign writes, but for the time", async (t) => {
  const registry = await registryFor(t, { referrers: true });
  const attached = await attachBundle(writerFor(t, registry, "a"), subject, bundle, attachOptions());
  const { manifests, blobs, tags } = registry.repository("a");
  assert.deepEqual(attached, { digest: attached.digest, added: true, fallbackTag: null });
  assert.equal(tags.size, 0);
  assert.equal(
    Buffer.from(manifests.get(attached.digest)?.bytes ?? []).toString(),
    `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
      `"config":{"mediaType":"application/vnd.oci.empty.v1+json","size":2,` +
      `"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","artifactType":"${SIGSTORE_BUNDLE}"},` +
      `"layers":[{"mediaType":"${SIGSTORE_BUNDLE}","size":${bundle.bytes.length},"digest":"${digestOf(bundle.bytes)}"}],` +
      `"annotations":{"dev.sigstore.bundle.content":"dsse-envelope",` +
      `"dev.sigstore.bundle.predicateType":"https://sigstore.dev/cosign/sign/v1"},` +
      `"subject":{"mediaType":"${subject.mediaType}","size":${subject.size},"digest":"${subject.digest}"},` +
      `"artifactType":"${SIGSTORE_BUNDLE}"}`,
  );
  assert.deepEqual(Buffer.from(blobs.get(digestOf(bundle.bytes)) ?? []), Buffer.from(bundle.bytes));
});

for (const referrers of [false, true]) {
  test(`the same bundle again adds nothing; ${referrers ? "with" : "without"} referrers API`, async (t) => {
    const registry = await registryFor(t, { referrers });
    const writer = writerFor(t, registry, "a");
    const first = await attachBundle(writer, subject, bundle, attachOptions());
    registry.requests.length = 0;
    const again = await attachBundle(writer, subject, bundle, attachOptions());
    assert.deepEqual(again, { ...first, added: false });
    assert.ok(registry.requests.every(({ method }) => method === "GET"));
  });

  test(`signers at the same time lose nothing; ${referrers ? "with" : "without"} referrers API`, async (t) => {
    const registry = await registryFor(t, { referrers });
    const signers = await Promise.all(Array.from({ length: 8 }, newSigner));
    const signal = patience();
    const attached = await Promise.all(
      [...signers, ...signers].map((signer) =>
        attachBundle(writerFor(t, registry, "a"), subject, bundleSignature(signer, NAMES, claimWith()), {
          signal,
        }),
      ),
    );
    const digests = new Set(attached.map(({ digest }) => digest));
    assert.equal(digests.size, 8);
    const listed = await writerFor(t, registry, "a").referrers(image.digest, signal);
    const found = listed ?? JSON.parse(textUnder(registry, "a", FALLBACK_TAG)).manifests;
    assert.deepEqual(new Set(found.map(({ digest }: { digest: string }) => digest)), digests);
    assert.equal(found.length, 8);
  });
}

test("without referrers API it is in the fallback tag's index, in order, and what is there stays as it is", async (t) => {
  const registry = await registryFor(t);
  const others = ["x", "y"].map((seed) => makeImage({ seed }));
  for (const other of others) pushImage(registry, "a", other);
  const entries = others.map((other) => JSON.stringify({ x: "]", ...descriptorOf(other) }, null, 1));
  const foreign = `{"schemaVersion": 2, "manifests" : [ ${entries.join(" ,\n")}], "annotations":{"manifests":"[]"}}`;
  registry.putManifest("a", FALLBACK_TAG, Buffer.from(foreign), OCI_INDEX);
  const attached = await attachBundle(writerFor(t, registry, "a"), subject, bundle, attachOptions());
  assert.equal(attached.fallbackTag, FALLBACK_TAG);
  const text = textUnder(registry, "a", FALLBACK_TAG);
  for (const entry of entries) assert.ok(text.includes(entry));
  const { manifests, annotations } = JSON.parse(text);
  assert.deepEqual(annotations, { manifests: "[]" });
  const digests = manifests.map(({ digest }: { digest: string }) => digest);
  assert.deepEqual(digests, [...others.map(({ digest }) => digest), attached.digest].sort());
  const own = manifests.find(({ digest }: { digest: string }) => digest === attached.digest);
  assert.equal(own.artifactType, SIGSTORE_BUNDLE);
  assert.equal(own.annotations["dev.sigstore.bundle.content"], "dsse-envelope");
});

test("a registry that has the API and yet does not take note of the subject gets the fallback tag", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  writer.referrers = async () => [];
  const attached = await attachBundle(writer, subject, bundle, attachOptions());
  assert.equal(attached.fallbackTag, FALLBACK_TAG);
  assert.equal(JSON.parse(textUnder(registry, "a", FALLBACK_TAG)).manifests.length, 1);
});

test("a bundle whose listing was cut off by a kill is listed by the next run", async (t) => {
  const registry = await registryFor(t);
  const writer = writerFor(t, registry, "a");
  await attachBundle(writer, subject, bundle, attachOptions());
  registry.repository("a").tags.clear();
  const attached = await attachBundle(writer, subject, bundle, attachOptions());
  assert.equal(attached.added, true);
  assert.equal(JSON.parse(textUnder(registry, "a", FALLBACK_TAG)).manifests.length, 1);
});

test("something else under the fallback tag is not overwritten", async (t) => {
  const registry = await registryFor(t);
  pushImage(registry, "a", image, FALLBACK_TAG);
  const attaching = attachBundle(writerFor(t, registry, "a"), subject, bundle, attachOptions());
  await assert.rejects(
    attaching,
    new ImageError(`${registry.host}/a:${FALLBACK_TAG} is a manifest, not a list of referrers`),
  );
  assert.ok(registry.requests.every(({ method }) => method === "GET"));
});

test("in a layout it is found by what it is about", async (t) => {
  const options = attachOptions();
  const layout = await LayoutWriter.open(await folderFor(t), options.signal);
  const attached = await attachBundle(layout, subject, bundle, options);
  assert.deepEqual(await attachBundle(layout, subject, bundle, options), { ...attached, added: false });
  const [referrer, ...others] = await layout.referrers(image.digest, options.signal);
  assert.equal(referrer?.digest, attached.digest);
  assert.deepEqual(others, []);
});
