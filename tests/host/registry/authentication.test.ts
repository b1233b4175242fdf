import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credentials } from "../../../host/registry/credentials/source.js";
import { CredentialError } from "../../../host/registry/credentials/source.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Authentication } from "../../support/registry/authentication.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { clientFor, credentialsFor, failureOf, registryFor, SECRETS, stoppedClock, want } from "./setup.js";

const { username, password, identityToken } = SECRETS;
const user = { username, password };
const image = makeImage();

const convincing: [string, Authentication, Credentials | null, string[]][] = [
  ["basic", { kind: "basic", ...user }, user, ["none /v2/", "basic /v2/"]],
  ["an anonymous token", { kind: "bearer" }, null, ["none /v2/", "none /token", "bearer /v2/"]],
  ["a user's token", { kind: "bearer", user }, user, ["none /v2/", "basic /token", "bearer /v2/"]],
  [
    "an identity token",
    { kind: "bearer", identityToken },
    { identityToken },
    ["none /v2/", "none /token", "bearer /v2/"],
  ],
];
for (const [name, authentication, credentials, exchange] of convincing) {
  test(`${name} opens the registry, and the next request needs no challenge`, async (t) => {
    const registry = await registryFor(t, { authentication });
    pushImage(registry, "a/b", image, "v1");
    const client = clientFor(
      t,
      credentials === null ? {} : { credentials: credentialsFor(registry.host, credentials) },
    );
    const at = { registry: registry.host, repository: "a/b", reference: "v1" };
    assert.equal((await client.manifest(at, want()))?.digest, image.digest);
    assert.deepEqual(seen(registry), exchange);
    assert.equal((await client.manifest(at, want()))?.digest, image.digest);
    assert.deepEqual(seen(registry), [...exchange, exchange.at(-1)]);
  });
}

test("a registry's own token is sent as it is", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer" } });
  pushImage(registry, "a", image, "v1");
  const answer = await fetch(`http://${registry.host}/token?scope=repository:a:pull`);
  const { token: registryToken } = (await answer.json()) as { token: string };
  const client = clientFor(t, { credentials: credentialsFor(registry.host, { registryToken }) });
  assert.ok(await client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()));
  assert.deepEqual(seen(registry).slice(1), ["none /v2/", "bearer /v2/"]);
});

test("a token is asked for with service and scope, once for several requests at a time", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer" } });
  pushImage(registry, "a/b", image, "v1");
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a/b", reference: "v1" };
  await Promise.all([1, 2, 3].map(() => client.manifest(at, want())));
  const tokens = registry.requests.filter(({ path }) => path.startsWith("/token"));
  assert.deepEqual(
    tokens.map(({ path }) => path),
    ["/token?scope=repository%3Aa%2Fb%3Apull&service=test+registry"],
  );
});

test("a token is for one repository", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer" } });
  pushImage(registry, "a", image, "v1");
  pushImage(registry, "b", image, "v1");
  const client = clientFor(t);
  for (const repository of ["a", "b"]) {
    assert.ok(await client.manifest({ registry: registry.host, repository, reference: "v1" }, want()));
  }
  assert.equal(registry.gate?.tokens.length, 2);
  // The one challenge was the first's.
  assert.equal(registry.requests.length, 5);
});

test("a token is used until shortly before it expires", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer", expiresIn: 300 } });
  pushImage(registry, "a", image, "v1");
  const clock = stoppedClock();
  const client = clientFor(t, { clock });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  await client.manifest(at, want());
  clock.advance(289_000);
  await client.manifest(at, want());
  assert.equal(registry.gate?.tokens.length, 1);
  clock.advance(2_000);
  await client.manifest(at, want());
  assert.equal(registry.gate?.tokens.length, 2);
});

test("a token is used for an hour at most, and for the user who got it", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer", expiresIn: 1e9 } });
  pushImage(registry, "a", image, "v1");
  const clock = stoppedClock();
  let name = "first";
  const credentials = { lookup: async () => ({ username: name, password }) };
  const client = clientFor(t, { clock, credentials });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const tokensAfter = async (ms: number) => {
    clock.advance(ms);
    await client.manifest(at, want());
    return registry.gate?.tokens.length;
  };
  assert.deepEqual(
    [await tokensAfter(0), await tokensAfter(3_500_000), await tokensAfter(100_000)],
    [1, 1, 2],
  );
  name = "second";
  assert.equal(await tokensAfter(0), 3);
});

test("a token without a lifetime is used for a while, too", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer", expiresIn: 0 } });
  pushImage(registry, "a", image, "v1");
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  for (const _ of [1, 2]) await client.manifest(at, want());
  assert.equal(registry.gate?.tokens.length, 1);
});

test("a token that is not good any more is replaced", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "bearer", expiresIn: 300 } });
  pushImage(registry, "a", image, "v1");
  const client = clientFor(t);
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  await client.manifest(at, want());
  registry.gate?.revokeTokens();
  assert.ok(await client.manifest(at, want()));
  assert.equal(registry.gate?.tokens.length, 2);
});

const wrong = { username, password: "password-c0ffee-9d-not" };
const unconvincing: [string, Authentication, Credentials | null, RegExp][] = [
  ["basic without credentials", { kind: "basic", ...user }, null, /^the registry answered 401 UNAUTHORIZED$/],
  [
    "basic with a wrong password",
    { kind: "basic", ...user },
    wrong,
    /^the registry answered 401 UNAUTHORIZED$/,
  ],
  [
    "basic with an identity token",
    { kind: "basic", ...user },
    { identityToken },
    /^the registry answered 401/,
  ],
  ["a token without credentials", { kind: "bearer", user }, null, /^the token service answered 401/],
  ["a token with a wrong password", { kind: "bearer", user }, wrong, /^the token service answered 401/],
  [
    "a wrong identity token",
    { kind: "bearer", identityToken: "x" },
    { identityToken },
    /^the token service answered 401/,
  ],
  [
    "a wrong registry token",
    { kind: "bearer" },
    { registryToken: identityToken },
    /^the registry answered 401/,
  ],
];
for (const [name, authentication, credentials, detail] of unconvincing) {
  test(`registry-unauthorized: ${name}`, async (t) => {
    const registry = await registryFor(t, { authentication });
    pushImage(registry, "a", image, "v1");
    const client = clientFor(
      t,
      credentials === null ? {} : { credentials: credentialsFor(registry.host, credentials) },
    );
    const at = { registry: registry.host, repository: "a", reference: "v1" };
    const failure = await failureOf(client.manifest(at, want()));
    assert.equal(failure.code, "registry-unauthorized");
    assert.match(failure.detail, detail);
    assert.ok(registry.requests.length <= 3, "asked over and over");
  });
}

test("what has been rejected is not sent twice for one request", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "basic", ...user } });
  const client = clientFor(t, { credentials: credentialsFor(registry.host, wrong) });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  await failureOf(client.manifest(at, want()));
  await failureOf(client.manifest(at, want()));
  assert.deepEqual(seen(registry), ["none /v2/", "basic /v2/", "basic /v2/"]);
});

test("registry-unauthorized: credentials that cannot be read", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "basic", ...user } });
  const client = clientFor(t, {
    credentials: { lookup: () => Promise.reject(new CredentialError("x: broken")) },
  });
  const failure = await failureOf(
    client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-unauthorized");
  assert.equal(failure.detail, "the credentials cannot be read");
});

const tokenAnswers: [string, { status?: number; body?: string }, string, RegExp][] = [
  ["without a token", { body: "{}" }, "registry-protocol", /without a token/],
  ["that is no json", { body: "<html>" }, "registry-protocol", /without a token/],
  [
    "with a token that breaks the header",
    { body: '{"token":"a\\r\\nb"}' },
    "registry-protocol",
    /without a token/,
  ],
  [
    "that is too large",
    { body: `{"token":"${"x".repeat(70_000)}"}` },
    "evidence-too-large",
    /larger than 65536/,
  ],
  ["429", { status: 429 }, "registry-rate-limited", /^the token service answered 429$/],
  ["503", { status: 503 }, "registry-unavailable", /^the token service answered 503$/],
  ["404", { status: 404 }, "registry-unauthorized", /^the token service answered 404$/],
];
for (const [name, fault, code, detail] of tokenAnswers) {
  test(`${code}: a token service's answer ${name}`, async (t) => {
    const registry = await registryFor(t, {
      authentication: { kind: "bearer", user },
      onRequest: ({ path }) => (path.startsWith("/token") ? fault : undefined),
    });
    const client = clientFor(t, { credentials: credentialsFor(registry.host, user) });
    const at = { registry: registry.host, repository: "a", reference: "v1" };
    const failure = await failureOf(client.manifest(at, want()));
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
  });
}

test("a token service's redirect is not followed", async (t) => {
  const elsewhere = await registryFor(t);
  const registry = await registryFor(t, {
    authentication: { kind: "bearer", user },
    onRequest: ({ path }) =>
      path.startsWith("/token")
        ? { status: 307, headers: { location: `http://${elsewhere.host}/` } }
        : undefined,
  });
  const client = clientFor(t, { credentials: credentialsFor(registry.host, user) });
  const failure = await failureOf(
    client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-protocol");
  assert.equal(elsewhere.requests.length, 0);
});

test("a malformed challenge is a protocol error", async (t) => {
  const registry = await registryFor(t, {
    onRequest: () => ({ status: 401, headers: { "www-authenticate": 'Bearer realm="http://x' } }),
  });
  const failure = await failureOf(
    clientFor(t).manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-protocol");
});

test("credentials for another registry are not used", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "basic", ...user } });
  const client = clientFor(t, { credentials: credentialsFor("ghcr.io", user) });
  await failureOf(client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()));
  assert.deepEqual(seen(registry), ["none /v2/"]);
});

test("credentials are not sent over http, unless to this machine", async (t) => {
  const registry = await registryFor(t, { authentication: { kind: "basic", ...user } });
  const host = `registry.test:${registry.port}`;
  const client = clientFor(t, {
    plainHttp: [host],
    credentials: credentialsFor(host, user),
    lookup: (_host, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const failure = await failureOf(
    client.manifest({ registry: host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-unauthorized");
  assert.match(failure.detail, /credentials are not sent over http$/);
  assert.deepEqual(seen(registry), ["none /v2/"]);
});

test("a token service at another port gets no credentials, unless it is listed", async (t) => {
  const realm = await registryFor(t, { authentication: { kind: "bearer", user } });
  const registry = await registryFor(t, {
    authentication: { kind: "bearer", user, realm: `http://${realm.host}/token` },
  });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const credentials = credentialsFor(registry.host, user);

  const failure = await failureOf(clientFor(t, { credentials }).manifest(at, want()));
  assert.equal(failure.code, "registry-unauthorized");
  assert.match(
    failure.detail,
    /^the token service answered 401 UNAUTHORIZED; credentials are not sent to its token service/,
  );
  assert.deepEqual(seen(realm), ["none /token"]);

  await failureOf(clientFor(t, { credentials, tokenRealms: [realm.host] }).manifest(at, want()));
  assert.deepEqual(seen(realm), ["none /token", "basic /token"]);
});

/** The requests as `AUTHORIZATION PATH`, the path cut to its beginning. */
function seen(registry: TestRegistry): string[] {
  return registry.requests.map(
    ({ authorization, path }) => `${authorization} ${/^\/(v2\/|token)/.exec(path)?.[0]}`,
  );
}
