import assert from "node:assert/strict";
import { test } from "node:test";

import { status } from "@grpc/grpc-js";
import type { Image } from "#component/types";
import { CoreFault, PolicyCore } from "../../../host/core/core.js";
import type { VerifyImageRequest } from "../../../host/server/generated/countersign/v1/verifier.js";
import { captureInstances, corrupt } from "../core/instances.js";
import { evidenceFor, KEY, POLICY, SIGNED_IMAGE } from "../core/signed-image.js";
import { coreDouble, DIGEST, decided } from "../service/core-double.js";
import { deafSource, SourceDouble } from "../service/source-double.js";
import { daemonUnderTest, verifierClient, verifyImage, verifyRequest } from "./daemon-under-test.js";

test("a verdict comes back whole, with the echo of name, digest and nonce", async (t) => {
  const judgement = decided().val;
  const { daemon } = await daemonUnderTest(t);
  const request = verifyRequest({ nonce: Buffer.from("0123456789abcdef") });
  const response = await verifyImage(verifierClient(t, daemon), request);
  assert.equal(response.ok, true);
  assert.equal(response.code, "accepted");
  assert.equal(response.reason, judgement.reason);
  assert.equal(response.name, request.name);
  assert.equal(response.digest, request.digest);
  assert.deepEqual(response.nonce, request.nonce);
  const { ok, code, reason, ...rest } = judgement;
  assert.deepEqual(response.judgement, rest);
});

test("the real core accepts what is signed and denies the rest, over the wire", async (t) => {
  const core = PolicyCore.load(POLICY, () => KEY);
  const source = new SourceDouble(evidenceFor);
  const { daemon } = await daemonUnderTest(t, { core, source });
  const client = verifierClient(t, daemon);
  const { name, digest, descriptor } = SIGNED_IMAGE;
  const signed = verifyRequest({ name, digest, descriptor: Buffer.from(descriptor) });
  const accepted = await verifyImage(client, signed);
  assert.equal(accepted.ok, true, accepted.reason);
  assert.equal(accepted.judgement?.signer, core.summary.keys[0]?.fingerprint);
  const elsewhere = await verifyImage(client, { ...signed, name: "docker.io/library/app:1" });
  assert.equal(elsewhere.ok, false);
  assert.equal(elsewhere.code, "rejected-by-policy");
});

test("the image is judged as containerd presents it, the digest unread", async (t) => {
  const images: Image[] = [];
  const core = coreDouble({
    plan: (image) => {
      images.push(image);
      return decided({ ok: false, code: "digest-mismatch" });
    },
  });
  const { daemon } = await daemonUnderTest(t, { core });
  const request = verifyRequest({ digest: "sha256:other" });
  assert.equal((await verifyImage(verifierClient(t, daemon), request)).code, "digest-mismatch");
  assert.deepEqual(
    images.map((image) => ({ ...image, descriptor: Buffer.from(image.descriptor) })),
    [
      {
        transport: "docker",
        name: request.name,
        mode: "containerd",
        digest: "sha256:other",
        descriptor: request.descriptor,
      },
    ],
  );
});

const MALFORMED: [what: string, request: Partial<VerifyImageRequest>][] = [
  ["no nonce", { nonce: Buffer.alloc(0) }],
  ["a nonce of 15 bytes", { nonce: Buffer.alloc(15) }],
  ["a nonce of 17 bytes", { nonce: Buffer.alloc(17) }],
  ["a name of more than 1 KiB", { name: "a".repeat(1025) }],
  ["a name of more than 1 KiB in UTF-8", { name: "é".repeat(513) }],
  ["a digest of more than 256 bytes", { digest: "a".repeat(257) }],
  ["a descriptor of more than 48 KiB", { descriptor: Buffer.alloc(48 * 1024 + 1) }],
  ["another media type", { descriptorMediaType: "application/vnd.oci.image.manifest.v1+json" }],
  ["a media type with a parameter", { descriptorMediaType: "application/vnd.oci.descriptor.v1+json; a=b" }],
];
for (const [what, part] of MALFORMED) {
  test(`request-malformed: ${what} is denied in band, with the echo, and recorded`, async (t) => {
    const core = coreDouble({ plan: () => assert.fail("it must not be judged") });
    const { daemon, audit } = await daemonUnderTest(t, { core });
    const request = verifyRequest(part);
    const response = await verifyImage(verifierClient(t, daemon), request);
    assert.equal(response.ok, false);
    assert.equal(response.code, "request-malformed");
    assert.notEqual(response.reason, "");
    assert.equal(response.name, request.name);
    assert.equal(response.digest, request.digest);
    assert.deepEqual(response.nonce, request.nonce);
    assert.equal(audit.records[0]?.code, "request-malformed");
  });
}

test("a name and a descriptor of just the permitted size are judged", async (t) => {
  const { daemon } = await daemonUnderTest(t);
  const request = verifyRequest({ name: "a".repeat(1024), descriptor: Buffer.alloc(48 * 1024) });
  assert.equal((await verifyImage(verifierClient(t, daemon), request)).code, "accepted");
});

test("a message above 64 KiB is refused before it is read, and the next one is answered", async (t) => {
  const { daemon } = await daemonUnderTest(t);
  const client = verifierClient(t, daemon);
  await assert.rejects(verifyImage(client, verifyRequest({ descriptor: Buffer.alloc(65 * 1024) })), {
    code: status.RESOURCE_EXHAUSTED,
  });
  assert.equal((await verifyImage(client)).ok, true);
});

for (const state of [
  { kind: "none", code: "no-policy", reason: "no policy at /etc/countersign/policy.json" } as const,
  {
    kind: "invalid",
    code: "policy-invalid",
    reason: "broken",
    path: "/etc/countersign/policy.json",
  } as const,
]) {
  test(`${state.code}: the daemon serves, and denies`, async (t) => {
    const { daemon } = await daemonUnderTest(t, { state });
    const response = await verifyImage(verifierClient(t, daemon));
    assert.equal(response.ok, false);
    assert.equal(response.code, state.code);
    assert.equal(response.reason, state.reason);
  });
}

test("core-fault: a trap in the core denies its request in band, and the next one is judged", async (t) => {
  const instances = captureInstances(t);
  const core = PolicyCore.load(POLICY, () => KEY);
  const { daemon } = await daemonUnderTest(t, {
    core,
    source: new SourceDouble(evidenceFor),
  });
  const client = verifierClient(t, daemon);
  const { name, digest, descriptor } = SIGNED_IMAGE;
  const request = verifyRequest({ name, digest, descriptor: Buffer.from(descriptor) });
  corrupt(instances[0]);
  const denied = await verifyImage(client, request);
  assert.equal(denied.ok, false);
  assert.equal(denied.code, "core-fault");
  assert.deepEqual(denied.nonce, request.nonce);
  assert.equal((await verifyImage(client, request)).ok, true);
});

test("core-fault: an exception in a handler is answered in band, and nothing of it leaves", async (t) => {
  const verifier = {
    verify: async () => {
      throw new CoreFault("secret detail at host/service/verifier.ts:1");
    },
    refuse: () => assert.fail("it is not malformed"),
  };
  const { daemon, log } = await daemonUnderTest(t, { options: { verifier } });
  const request = verifyRequest();
  const response = await verifyImage(verifierClient(t, daemon), request);
  assert.equal(response.ok, false);
  assert.equal(response.code, "core-fault");
  assert.doesNotMatch(response.reason, /secret|verifier\.ts/);
  assert.deepEqual(response.nonce, request.nonce);
  assert.match(String(log.lines.at(-1)?.fields["error"]), /secret detail/);
});

test("registry-timeout: a caller's deadline shortens the judgement's, so that it still hears the reason", async (t) => {
  const core = coreDouble({ judge: () => decided({ ok: false, code: "registry-timeout" }) });
  const { daemon } = await daemonUnderTest(t, { core, source: deafSource() });
  const response = await verifyImage(verifierClient(t, daemon), verifyRequest(), Date.now() + 1000);
  assert.equal(response.code, "registry-timeout");
});

test("a caller that goes away ends the requests made for it", async (t) => {
  const ended = new Promise<void>((resolve) => {
    const source = new SourceDouble((_, signal) => {
      signal.addEventListener("abort", () => resolve());
      call.cancel();
      return new Promise(() => {});
    });
    const call = { cancel: () => {} };
    void daemonUnderTest(t, { source }).then(({ daemon }) => {
      const started = verifierClient(t, daemon).verifyImage(verifyRequest(), () => {});
      call.cancel = () => started.cancel();
    });
  });
  await ended;
});

test("64 images at once each get their own answer", async (t) => {
  const core = coreDouble({
    judge: ({ name }) => decided({ reason: `judged ${name}` }),
  });
  const { daemon, audit } = await daemonUnderTest(t, { core });
  const client = verifierClient(t, daemon);
  const requests = Array.from({ length: 64 }, (_, i) =>
    verifyRequest({ name: `ghcr.io/automata/app:${i}`, nonce: Buffer.alloc(16, i) }),
  );
  const responses = await Promise.all(requests.map((request) => verifyImage(client, request)));
  assert.deepEqual(
    responses.map(({ name, digest, nonce, reason }) => ({ name, digest, nonce, reason })),
    requests.map(({ name, nonce }) => ({ name, digest: DIGEST, nonce, reason: `judged ${name}` })),
  );
  assert.equal(audit.records.length, 64);
});
