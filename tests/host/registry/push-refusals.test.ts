import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credentials } from "../../../host/registry/credentials/source.js";
import type { RegistryCode } from "../../../host/registry/error.js";
import { makeImage } from "../../support/image.js";
import type { Authentication } from "../../support/registry/authentication.js";
import type { Fault } from "../../support/registry/fault.js";
import { blobDescriptor, patience, pieces, writerFor } from "./push-setup.js";
import { credentialsFor, failureOf, registryFor, SECRETS } from "./setup.js";

const { username, password, identityToken } = SECRETS;
const user = { username, password };
const bytes = Buffer.from("some content");
const blob = blobDescriptor(bytes);
const image = makeImage();
const options = { from: null, signal: patience() };

const convincing: [string, Authentication, Credentials][] = [
  ["basic", { kind: "basic", ...user }, user],
  ["a user's token", { kind: "bearer", user }, user],
  ["an identity token", { kind: "bearer", identityToken }, { identityToken }],
];
for (const [name, authentication, credentials] of convincing) {
  test(`${name} opens the registry for writing, with one token for everything`, async (t) => {
    const registry = await registryFor(t, { authentication, mounts: true });
    for (const blob of image.blobs) registry.putBlob("a", blob);
    const writer = writerFor(t, registry, "a", { credentials: credentialsFor(registry.host, credentials) });
    assert.equal(await writer.manifest("v1", patience()), null);
    await writer.writeBlob(blob, pieces(bytes), options);
    await writer.writeManifest(image, "v1", patience());
    assert.equal((await writer.manifest("v1", patience()))?.digest, image.digest);
    assert.equal(registry.gate?.tokens.length, authentication.kind === "bearer" ? 1 : 0);
  });
}

test("to mount, the token allows reading the other repository too", async (t) => {
  for (const authentication of [
    { kind: "bearer", user },
    { kind: "bearer", identityToken },
  ] as const) {
    const registry = await registryFor(t, { authentication, mounts: true });
    registry.putBlob("b", bytes);
    const credentials = credentialsFor(registry.host, "user" in authentication ? user : { identityToken });
    const writer = writerFor(t, registry, "a", { credentials });
    const from = { registry: registry.host, repository: "b" };
    assert.equal(await writer.writeBlob(blob, pieces(bytes), { ...options, from }), "mounted");
  }
});

test("a token that expires during a blob's upload is replaced, and the blob begun again", async (t) => {
  for (const chunksOnly of [false, true]) {
    let revoked = false;
    const registry = await registryFor(t, {
      authentication: { kind: "bearer", user },
      uploads: { chunksOnly },
      onRequest: ({ method }) => {
        if (revoked || method !== (chunksOnly ? "PATCH" : "PUT")) return undefined;
        revoked = true;
        registry.gate?.revokeTokens();
        return undefined;
      },
    });
    const writer = writerFor(t, registry, "a", { credentials: credentialsFor(registry.host, user) });
    const writing = () => writer.writeBlob(blob, pieces(bytes), options);
    if (chunksOnly) assert.equal((await failureOf(writing())).transient, true);
    await writing();
    assert.equal(registry.repository("a").blobs.size, 1);
  }
});

test("a user who may only read is told so", async (t) => {
  const authentication = { kind: "bearer", user, grants: "pull" } as const;
  const registry = await registryFor(t, { authentication });
  const writer = writerFor(t, registry, "a", { credentials: credentialsFor(registry.host, user) });
  for (const writing of [
    writer.writeBlob(blob, pieces(bytes), options),
    writer.writeManifest(image, "v1", patience()),
  ]) {
    const failure = await failureOf(writing);
    assert.equal(failure.code, "registry-unauthorized");
    assert.equal(
      failure.detail,
      `no right to push to ${registry.host}/a: the registry answered 401 UNAUTHORIZED`,
    );
  }
});

type Request = "POST" | "PUT blob" | "PATCH" | "PUT manifest" | "HEAD";
const refusals: [Request, string, Fault, RegistryCode, RegExp][] = [
  ["POST", "403", oci(403, "DENIED"), "registry-unauthorized", /^no right to push to .*403 DENIED$/],
  ["POST", "404", oci(404, "NAME_UNKNOWN"), "registry-protocol", /answered 404 NAME_UNKNOWN$/],
  ["POST", "429", wait("60"), "registry-rate-limited", /answered 429$/],
  ["POST", "500", { status: 500 }, "registry-unavailable", /answered 500$/],
  ["POST", "200", { status: 200 }, "registry-protocol", /answered 200$/],
  ["POST", "no location", { status: 202 }, "registry-protocol", /location leads nowhere$/],
  ["POST", "a cut", { manner: "reset" }, "registry-unavailable", /^connection broken off$/],
  ["PUT blob", "403", oci(403, "DENIED"), "registry-unauthorized", /^no right to push to .*403 DENIED$/],
  ["PUT blob", "404", oci(404, "BLOB_UPLOAD_UNKNOWN"), "registry-unavailable", /lost an upload$/],
  ["PUT blob", "a wrong digest", stored(image.digest), "registry-protocol", /stored other bytes/],
  ["PUT blob", "DIGEST_INVALID", oci(400, "DIGEST_INVALID"), "registry-protocol", /400 DIGEST_INVALID$/],
  ["PUT blob", "503", { status: 503 }, "registry-unavailable", /answered 503$/],
  ["PUT blob", "a cut", { manner: "reset" }, "registry-unavailable", /^connection broken off$/],
  ["PATCH", "a cut", { manner: "reset" }, "registry-unavailable", /^connection broken off$/],
  ["PATCH", "404", oci(404, "BLOB_UPLOAD_UNKNOWN"), "registry-unavailable", /lost an upload$/],
  ["PATCH", "413", { status: 413 }, "registry-protocol", /answered 413$/],
  ["PUT manifest", "403", oci(403, "DENIED"), "registry-unauthorized", /^no right to push to/],
  ["PUT manifest", "a wrong digest", stored(blob.digest), "registry-protocol", /stored other bytes/],
  [
    "PUT manifest",
    "404",
    oci(404, "MANIFEST_BLOB_UNKNOWN"),
    "registry-protocol",
    /404 MANIFEST_BLOB_UNKNOWN$/,
  ],
  ["PUT manifest", "429", wait("60"), "registry-rate-limited", /answered 429$/],
  ["HEAD", "a wrong digest", { ...stored(image.digest), status: 200 }, "registry-protocol", /other bytes/],
  ["HEAD", "a wrong length", { status: 200, body: "x" }, "registry-protocol", /the registry has another$/],
  ["HEAD", "401", { status: 401 }, "registry-unauthorized", /answered 401$/],
];
for (const [request, name, fault, code, detail] of refusals) {
  test(`${request}: ${name} is ${code}`, async (t) => {
    const registry = await registryFor(t, {
      uploads: { chunksOnly: request === "PATCH" },
      onRequest: ({ method, path }) => (requestOf(method, path) === request ? fault : undefined),
    });
    for (const blob of image.blobs) registry.putBlob("a", blob);
    const writer = writerFor(t, registry, "a");
    const failure = await failureOf(
      request === "PUT manifest"
        ? writer.writeManifest(image, "v1", patience())
        : request === "HEAD"
          ? writer.hasBlob(blob, patience())
          : writer.writeBlob(blob, pieces(bytes), options),
    );
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
  });
}

test("a manifest is written again after what passes, for as long as the registry asks", async (t) => {
  let faults = 0;
  const registry = await registryFor(t, {
    onRequest: ({ method }) => (method === "PUT" && faults++ < 2 ? wait("1") : undefined),
  });
  for (const blob of image.blobs) registry.putBlob("a", blob);
  await writerFor(t, registry, "a").writeManifest(image, "v1", patience());
  assert.equal(registry.requests.length, 3);
});

test("a manifest is written again where one of its blobs is being written by somebody else", async (t) => {
  let faults = 0;
  const registry = await registryFor(t, {
    onRequest: ({ method }) =>
      method === "PUT" && faults++ < 2 ? oci(400, "MANIFEST_BLOB_UNKNOWN") : undefined,
  });
  for (const blob of image.blobs) registry.putBlob("a", blob);
  await writerFor(t, registry, "a").writeManifest(image, "v1", patience());
  assert.equal(registry.requests.length, 3);
});

test("a tag that is none is a mistake of ours", async (t) => {
  const writer = writerFor(t, await registryFor(t), "a");
  await assert.rejects(writer.writeManifest(image, "../v1", patience()), TypeError);
});

function requestOf(method: string, path: string): string {
  return method === "PUT" ? `PUT ${path.includes("/manifests/") ? "manifest" : "blob"}` : method;
}

function oci(status: number, code: string): Fault {
  return { status, body: JSON.stringify({ errors: [{ code, message: "text that nobody should repeat" }] }) };
}

function wait(seconds: string): Fault {
  return { status: 429, headers: { "retry-after": seconds } };
}

function stored(digest: string): Fault {
  return { status: 201, headers: { "docker-content-digest": digest } };
}
