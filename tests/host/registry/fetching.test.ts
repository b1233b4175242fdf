import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { endpointOf } from "../../../host/registry/endpoint.js";
import type { RegistryCode } from "../../../host/registry/error.js";
import { ALL_CAPABILITIES } from "../../../host/registry/hosts/host-settings.js";
import { DEFAULT_TLS, TlsProfile } from "../../../host/registry/tls-profile.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import { startRegistry } from "../../support/registry/registry.js";
import { clientFor, failureOf, registryFor, want } from "./setup.js";

const image = makeImage();

test("a manifest comes by tag and by digest, a blob by digest", async (t) => {
  const registry = await registryFor(t);
  const client = clientFor(t);
  pushImage(registry, "a/b", image, "v1");
  const at = { registry: registry.host, repository: "a/b" };

  const byTag = await client.manifest({ ...at, reference: "v1" }, want());
  assert.deepEqual(Buffer.from(byTag?.bytes ?? []), Buffer.from(image.bytes));
  assert.equal(byTag?.digest, image.digest);
  assert.equal(byTag?.mediaType, OCI_MANIFEST);
  assert.equal(byTag?.origin, `${registry.host}/a/b:v1`);

  const byDigest = await client.manifest({ ...at, reference: image.digest }, want());
  assert.equal(byDigest?.origin, `${registry.host}/a/b@${image.digest}`);

  const [config] = image.blobs as [Uint8Array];
  const blob = await client.blob({ ...at, reference: digestOf(config) }, want({ accept: [] }));
  assert.deepEqual(Buffer.from(blob?.bytes ?? []), Buffer.from(config));
});

test("a request says what it accepts and asks for nothing compressed", async (t) => {
  const registry = await registryFor(t);
  const client = clientFor(t, { userAgent: "countersign/0.1.0" });
  await client.manifest(
    { registry: registry.host, repository: "a", reference: "v1" },
    want({ accept: ["application/one", "application/two"] }),
  );
  const { headers } = registry.requests[0] ?? assert.fail();
  assert.equal(headers["accept"], "application/one, application/two");
  assert.equal(headers["accept-encoding"], "identity");
  assert.equal(headers["user-agent"], "countersign/0.1.0");
});

const notThere: [string, Fault][] = [
  ["404 MANIFEST_UNKNOWN", oci(404, "MANIFEST_UNKNOWN")],
  ["404 NAME_UNKNOWN", oci(404, "NAME_UNKNOWN")],
  ["404 BLOB_UNKNOWN", oci(404, "BLOB_UNKNOWN")],
  ["404 NOT_FOUND, as Harbor says", oci(404, "NOT_FOUND")],
  ["404 with a page", { status: 404, headers: { "content-type": "text/html" }, body: "<h1>no</h1>" }],
  ["404 with an endless body", { status: 404, manner: "endless" }],
  ["400 MANIFEST_UNKNOWN", oci(400, "MANIFEST_UNKNOWN")],
  ["403 NAME_UNKNOWN", oci(403, "NAME_UNKNOWN")],
];
for (const [name, fault] of notThere) {
  test(`not there: ${name}`, async (t) => {
    const registry = await registryFor(t, { onRequest: () => fault });
    const at = { registry: registry.host, repository: "a", reference: "v1" };
    assert.equal(await clientFor(t).manifest(at, want()), null);
  });
}

const manifest = { headers: { "content-type": OCI_MANIFEST }, body: image.bytes };
const couldNotAsk: [string, Fault, RegistryCode, RegExp][] = [
  [
    "401 without a challenge",
    oci(401, "UNAUTHORIZED"),
    "registry-unauthorized",
    /answered 401 UNAUTHORIZED$/,
  ],
  ["403", oci(403, "DENIED"), "registry-unauthorized", /answered 403 DENIED$/],
  ["429", oci(429, "TOOMANYREQUESTS"), "registry-rate-limited", /answered 429 TOOMANYREQUESTS$/],
  ["400", oci(400, "NAME_INVALID"), "registry-protocol", /answered 400 NAME_INVALID$/],
  ["an error code that is a text", oci(500, "Password is hunter2"), "registry-unavailable", /answered 500$/],
  ["500", { status: 500 }, "registry-unavailable", /answered 500$/],
  ["503", { status: 503 }, "registry-unavailable", /answered 503$/],
  ["part of the content", { ...manifest, status: 206 }, "registry-protocol", /answered 206$/],
  ["a reset before the answer", { manner: "reset" }, "registry-unavailable", /^connection broken off$/],
  [
    "a reset in the body",
    { ...manifest, manner: "reset-in-body" },
    "registry-unavailable",
    /^connection broken off$/,
  ],
  [
    "a body shorter than announced",
    { ...manifest, manner: "short" },
    "registry-unavailable",
    /^connection broken off$/,
  ],
  ["an endless body", { ...manifest, manner: "endless" }, "evidence-too-large", /larger than 65536 bytes$/],
  [
    "an announcement of too much",
    { ...manifest, body: Buffer.alloc(65_537), manner: "stall" },
    "evidence-too-large",
    /larger than 65536 bytes$/,
  ],
  ["not http", { manner: "garbage" }, "registry-protocol", /not valid http$/],
  ["a status of zero", { manner: "zero" }, "registry-protocol", /not valid http$/],
  [
    "headers without end",
    { ...manifest, headers: { "x-padding": "x".repeat(100_000) } },
    "registry-protocol",
    /not valid http$/,
  ],
  [
    "a compressed body",
    { headers: { ...manifest.headers, "content-encoding": "gzip" }, body: gzipSync(image.bytes) },
    "registry-protocol",
    /compressed/,
  ],
  ["other bytes", { ...manifest, body: "{}" }, "registry-protocol", /do not have the digest/],
  ["a page", { ...manifest, headers: { "content-type": "text/html" } }, "registry-protocol", /content type/],
  ["no content type", { body: image.bytes }, "registry-protocol", /content type/],
];
for (const [name, fault, code, detail] of couldNotAsk) {
  test(`${code}: ${name}`, async (t) => {
    const registry = await registryFor(t, { onRequest: () => fault });
    const at = { registry: registry.host, repository: "a", reference: image.digest };
    const failure = await failureOf(clientFor(t).manifest(at, want()));
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
  });
}

test("a body of exactly the limit is read whole", async (t) => {
  const registry = await registryFor(t);
  const bytes = Buffer.alloc(65_536, "x");
  const reference = registry.putBlob("a", bytes);
  const blob = await clientFor(t).blob({ registry: registry.host, repository: "a", reference }, want());
  assert.deepEqual(Buffer.from(blob?.bytes ?? []), bytes);
});

test("registry-timeout: no answer before the deadline", async (t) => {
  const controller = new AbortController();
  const registry = await registryFor(t, {
    onRequest: () => {
      controller.abort();
      return { manner: "silence" };
    },
  });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const failure = await failureOf(clientFor(t).manifest(at, want({ signal: controller.signal })));
  assert.equal(failure.code, "registry-timeout");
});

test("registry-timeout: a body that stalls", async (t) => {
  const controller = new AbortController();
  const registry = await registryFor(t, {
    onRequest: () => {
      setImmediate(() => controller.abort());
      return { ...manifest, manner: "stall" };
    },
  });
  const at = { registry: registry.host, repository: "a", reference: image.digest };
  const failure = await failureOf(clientFor(t).manifest(at, want({ signal: controller.signal })));
  assert.equal(failure.code, "registry-timeout");
});

test("registry-unavailable: connection refused", async (t) => {
  const registry = await startRegistry();
  const { host } = registry;
  await registry.close();
  const failure = await failureOf(
    clientFor(t).manifest({ registry: host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-unavailable");
  assert.equal(failure.detail, "connection refused");
});

test("registry-unavailable: a host that does not exist", async (t) => {
  const client = clientFor(t, {
    lookup: (_host, _options, callback) =>
      callback(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), "", 0),
  });
  const failure = await failureOf(
    client.manifest({ registry: "nowhere.test", repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-unavailable");
  assert.equal(failure.detail, "host not found");
});

test("registry-unavailable: http where tls was expected", async (t) => {
  const registry = await registryFor(t);
  const client = clientFor(t, {
    lookup: (_host, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const at = { registry: `registry.test:${registry.port}`, repository: "a", reference: "v1" };
  const failure = await failureOf(client.manifest(at, want()));
  assert.equal(failure.code, "registry-unavailable");
  assert.equal(failure.detail, "no tls is spoken there, but perhaps http");
  assert.equal(registry.requests.length, 0);
});

test("unvalidated digests in URLs and paths: what does not belong there is a mistake of ours", async (t) => {
  const registry = await registryFor(t);
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  for (const repository of ["../a", "a/../b", "a//b", "/a", "a/", "A", "", "a?b", "a%2fb", "a\n"]) {
    await assert.rejects(client.manifest({ ...at, repository }, want()), TypeError, repository);
  }
  for (const reference of [
    "",
    "..",
    "v/1",
    "v1?x",
    "sha256:00",
    `sha512:${"0".repeat(128)}`,
    `sha256:${"A".repeat(64)}`,
  ]) {
    await assert.rejects(client.manifest({ ...at, reference }, want()), TypeError, reference);
  }
  await assert.rejects(client.blob(at, want()), TypeError);
  await assert.rejects(client.referrers(at, want()), TypeError);
  assert.equal(registry.requests.length, 0);
});

test("a closed client asks nobody", async (t) => {
  const registry = await registryFor(t);
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  await client.manifest(at, want());
  await client.close();
  assert.equal((await failureOf(client.manifest(at, want()))).code, "registry-unavailable");
  assert.equal(registry.requests.length, 1);
});

function oci(status: number, code: string): Fault {
  const errors = [
    { code, message: "text that nobody should repeat", detail: { token: "nobody should repeat" } },
  ];
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ errors }) };
}

test("diagnostic body reaching a tenant: of a refusal's body nothing but OCI's own codes is repeated", async (t) => {
  const secret = "hunter2";
  const bodies = [
    secret,
    `<h1>${secret}</h1>`,
    JSON.stringify({ errors: [{ code: "DENIED", message: secret, detail: { secret } }] }),
    JSON.stringify({ errors: [{ code: secret }, { code: `X ${secret}` }] }),
  ];
  for (const status of [400, 401, 403, 429, 500, 503]) {
    for (const body of bodies) {
      const headers = { "x-secret": secret, "retry-after": "60" };
      const registry = await registryFor(t, { onRequest: () => ({ status, headers, body }) });
      const at = { registry: registry.host, repository: "a", reference: "v1" };
      const failure = await failureOf(clientFor(t).manifest(at, want()));
      assert.match(failure.detail, /^the registry answered \d{3}(?: DENIED)?$/);
      assert.ok(!failure.message.includes(secret));
    }
  }
});

test("of many codes in a refusal four are told", async (t) => {
  const errors = ["DENIED", "UNKNOWN", "A", "B", "C"].map((code) => ({ code }));
  const registry = await registryFor(t, {
    onRequest: () => ({ status: 403, body: JSON.stringify({ errors }) }),
  });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const failure = await failureOf(clientFor(t).manifest(at, want()));
  assert.equal(failure.detail, "the registry answered 403 DENIED UNKNOWN A B");
});

test("registry-timeout: nobody waits longer for a host that lets itself be waited for than for an answer", async (t) => {
  const abandoned = new AbortController();
  const tls = new TlsProfile({ ...DEFAULT_TLS, connectTimeoutMs: 3_600_000 });
  const endpoint = { ...endpointOf("slow.test", []), tls };
  const client = clientFor(t, {
    hosts: { hosts: async () => [{ endpoint, capabilities: ALL_CAPABILITIES }] },
    lookup: () => abandoned.abort(),
  });
  const at = { registry: "slow.test", repository: "a", reference: "v1" };
  const failure = await failureOf(client.manifest(at, want({ signal: abandoned.signal })));
  assert.equal(failure.code, "registry-timeout");
});
