import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { PolicyCore } from "../../../host/core/core.js";
import { LayoutWriter } from "../../../host/layout/layout-writer.js";
import { openLayout } from "../../../host/layout/open-layout.js";
import type { ImageWriter } from "../../../host/oci/image-place.js";
import { descriptorOf as manifestDescriptor } from "../../../host/oci/manifest.js";
import {
  deniesAnyway,
  judgeSigned,
  keyPolicy,
  type LoadedPolicy,
} from "../../../host/signing/judge-signed.js";
import { generatePrivateKey } from "../../../host/signing/keys/private-key.js";
import { createSigner } from "../../../host/signing/signer.js";
import { ImageSource } from "../../../host/sources/image-source.js";
import { makeImage, pushImage } from "../../support/image.js";
import { folderFor, patience } from "../layout/setup.js";
import { readerFor, writerFor } from "../registry/push-setup.js";
import { registryFor } from "../registry/setup.js";
import { assertWhole, makeNested } from "./copy/setup.js";
import { assertInOrder, assertSigned, sign, signaturesIn, signer } from "./job.js";

const image = makeImage();
const index = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });
const nested = makeNested();
const both = new Set(["legacy", "bundle"] as const);

function policyOf(text: object): LoadedPolicy {
  const core = PolicyCore.load(Buffer.from(JSON.stringify(text)), () => null);
  return { kind: "loaded", core, path: "policy.json", loadedAt: new Date() };
}

/** A place that says of every manifest but images that it has been written, and does not. */
function forgetful(target: ImageWriter, forgets: (tag: string | null) => boolean): ImageWriter {
  const writeManifest = target.writeManifest.bind(target);
  target.writeManifest = async (manifest, tag, signal) => {
    const { listed } = await writeManifest(manifest, tag, signal);
    return { listed: listed || forgets(tag) };
  };
  return target;
}

test("an index is signed, its images are not, unless all are to be", async (t) => {
  for (const recursive of [false, true]) {
    const source = await registryFor(t);
    const target = await registryFor(t, { referrers: true });
    pushImage(source, "a", nested, "v1");
    const identity = { repository: `${target.host}/b`, tag: "v1" };
    const writer = writerFor(t, target, "b");
    const { signed } = await sign(readerFor(t, source, "a"), "v1", writer, identity, { recursive });
    const digests = signed.map(({ subject }) => subject.digest);
    assert.equal(digests.length, recursive ? 5 : 1);
    assert.equal(digests.at(-1), nested.digest);
    const signedDigests = new Set(signaturesIn(target, "b").map(({ of }) => of));
    assert.deepEqual(signedDigests, new Set(digests));
    assertWhole(target, "b", nested);
    assertInOrder(target, "b");
  }
});

test("an image is signed where it is: nothing but signatures is written, and the tag is not touched", async (t) => {
  const registry = await registryFor(t, { referrers: true });
  pushImage(registry, "a", index, "v1");
  const writer = writerFor(t, registry, "a");
  const identity = { repository: `${registry.host}/a`, tag: "v1" };
  await sign(writer, "v1", writer, identity, { tag: null });
  assertSigned(registry, "a", index, "v1");
  const written = registry.requests.filter(
    ({ method, path }) => method === "PUT" && path.includes("/manifests/"),
  );
  assert.equal(written.length, 2);
  assert.ok(
    registry.requests.every(({ path }) => !index.children.some(({ digest }) => path.includes(digest))),
  );
});

test("an index that lacks images is signed where it is, and not copied", async (t) => {
  const registry = await registryFor(t);
  registry.putManifest("a", "v1", index.bytes, index.mediaType);
  const writer = writerFor(t, registry, "a");
  const identity = { repository: `${registry.host}/a`, tag: "v1" };
  assert.equal((await sign(writer, "v1", writer, identity, { tag: null })).signed.length, 1);
  const target = await registryFor(t);
  await assert.rejects(sign(writer, "v1", writerFor(t, target, "b"), identity), /lacks sha256:/);
  assert.ok(target.requests.every(({ method }) => method === "GET" || method === "HEAD"));
});

test("without a tag it is signed by its repository's name alone, and found by digest", async (t) => {
  const registry = await registryFor(t);
  pushImage(registry, "a", image);
  const writer = writerFor(t, registry, "a");
  const identity = { repository: `${registry.host}/a`, tag: null };
  const { verdicts } = await sign(writer, image.digest, writer, identity);
  assert.deepEqual(
    verdicts.map(({ by, verdict }) => [by, verdict.name]),
    [
      ["legacy", `${registry.host}/a@${image.digest}`],
      ["bundle", `${registry.host}/a@${image.digest}`],
    ],
  );
  assert.deepEqual([...registry.repository("a").tags.keys()].sort(), [
    image.digest.replace(":", "-"),
    `${image.digest.replace(":", "-")}.sig`,
  ]);
});

test("signatures may go to a repository of their own", async (t) => {
  const registry = await registryFor(t, { referrers: true });
  pushImage(registry, "a", image, "v1");
  const writer = writerFor(t, registry, "a");
  const identity = { repository: `${registry.host}/a`, tag: "v1" };
  await sign(writer, "v1", writer, identity, { tag: null, signatures: writerFor(t, registry, "signatures") });
  assert.deepEqual(signaturesIn(registry, "a"), []);
  assert.deepEqual(
    signaturesIn(registry, "signatures").map(({ of }) => of),
    [image.digest, image.digest],
  );
});

test("a layout is a target, and its signatures go with it into a registry", async (t) => {
  const source = await registryFor(t);
  pushImage(source, "a", index, "v1");
  const folder = join(await folderFor(t), "layout");
  const signal = patience();
  const layout = await LayoutWriter.open(folder, signal);
  const identity = { repository: "registry.test/team/app", tag: "v1" };
  await sign(readerFor(t, source, "a"), "v1", layout, identity, { recursive: true });
  const reader = await openLayout({ transport: "oci", path: folder, tag: "v1" }, signal);
  t.after(() => reader.close());
  assert.equal(await reader.resolve("v1", signal), index.digest);
  const core = keyPolicy(Buffer.from(signer.publicKey.pem), true);
  const subjects = [index, ...index.children].map((manifest) => manifestDescriptor(manifest));
  const judging = { core, formats: both, policy: null, identity, signal };
  const verdicts = await judgeSigned(subjects, new ImageSource(reader), judging);
  assert.equal(verdicts.length, 6);
  for (const { verdict } of verdicts) assert.equal(verdict.code, "accepted", verdict.reason);
});

test("what the key's own policy would deny is not given its tag", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", image, "v1");
  const other = await createSigner(generatePrivateKey());
  const core = keyPolicy(Buffer.from(other.publicKey.pem), true);
  const identity = { repository: `${target.host}/b`, tag: "v1" };
  const signing = sign(readerFor(t, source, "a"), "v1", writerFor(t, target, "b"), identity, { core });
  await assert.rejects(signing, /^Error: denied: signature-invalid: /);
  assert.equal(target.repository("b").tags.get("v1"), undefined);
});

test("a bundle that nobody could find is noticed, whatever the other signatures say", async (t) => {
  const target = await registryFor(t);
  pushImage(target, "a", image, "v1");
  const writer = forgetful(writerFor(t, target, "a"), (tag) => tag === null);
  const identity = { repository: `${target.host}/a`, tag: "v1" };
  await assert.rejects(sign(writer, "v1", writer, identity), /^Error: denied: no-signature: /);
});

test("the user's own policy is asked, too: what it denies is not given its tag", async (t) => {
  const source = await registryFor(t);
  const target = await registryFor(t);
  pushImage(source, "a", image, "v1");
  const identity = { repository: `${target.host}/b`, tag: "v1" };
  const keyData = Buffer.from(signer.publicKey.pem).toString("base64");
  for (const [dockerReference, accepts] of [
    ["registry.test/another", false],
    [`${target.host}/b`, true],
  ] as const) {
    const signedIdentity = { type: "exactRepository", dockerRepository: dockerReference };
    const policy = policyOf({ default: [{ type: "sigstoreSigned", keyData, signedIdentity }] });
    const signing = sign(readerFor(t, source, "a"), "v1", writerFor(t, target, "b"), identity, { policy });
    if (accepts) assert.ok((await signing).verdicts.some(({ by, verdict }) => by === "policy" && verdict.ok));
    else await assert.rejects(signing, /^Error: denied: identity-mismatch: /);
    assert.equal(target.repository("b").tags.has("v1"), accepts);
  }
});

test("a policy that denies whatever is found says so before anything is done", () => {
  const subject = manifestDescriptor(image);
  const identity = { repository: "registry.test/a", tag: "v1" };
  const reject = [{ type: "reject" }];
  const denial = deniesAnyway(policyOf({ default: reject }), subject, identity);
  assert.equal(denial?.code, "rejected-by-policy");
  const keyData = Buffer.from(signer.publicKey.pem).toString("base64");
  const signed = policyOf({ default: [{ type: "sigstoreSigned", keyData }] });
  assert.equal(deniesAnyway(signed, subject, identity), null);
});
