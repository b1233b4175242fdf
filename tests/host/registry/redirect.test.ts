import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryError } from "../../../host/registry/error.js";
import { redirectTarget } from "../../../host/registry/redirect.js";
import { makeImage, pushImage } from "../../support/image.js";
import { clientFor, credentialsFor, failureOf, registryFor, SECRETS, want } from "./setup.js";

const image = makeImage();
const { username, password } = SECRETS;

const followed: [string, string, string][] = [
  ["https://r.test/v2/a", "https://store.test/x?sig=1", "https://store.test/x?sig=1"],
  ["https://r.test/v2/a", "/elsewhere", "https://r.test/elsewhere"],
  ["http://127.0.0.1:5000/v2/a", "http://localhost:9000/x", "http://localhost:9000/x"],
  ["http://127.0.0.1:5000/v2/a", "http://insecure.test/x", "http://insecure.test/x"],
  ["http://127.0.0.1:5000/v2/a", "https://store.test/x", "https://store.test/x"],
];
for (const [from, location, target] of followed) {
  test(`${from} may lead to ${location}`, () => {
    assert.equal(redirectTarget(new URL(from), location, ["insecure.test"], "a redirect").href, target);
  });
}

const refused: [string, string | undefined][] = [
  ["https://r.test/v2/a", "http://r.test/v2/a"],
  ["https://r.test/v2/a", "http://127.0.0.1/x"],
  ["https://r.test/v2/a", "http://insecure.test/x"],
  ["http://127.0.0.1:5000/v2/a", "http://store.test/x"],
  ["https://r.test/v2/a", "https://user:pw@store.test/x"],
  ["https://r.test/v2/a", "ftp://store.test/x"],
  ["https://r.test/v2/a", "file:///etc/passwd"],
  ["https://r.test/v2/a", "https://"],
  ["https://r.test/v2/a", undefined],
];
for (const [from, location] of refused) {
  test(`${from} may not lead to ${location}`, () => {
    assert.throws(
      () => redirectTarget(new URL(from), location, ["insecure.test"], "a redirect"),
      RegistryError,
    );
  });
}

test("credentials sent to another host: a redirect is followed without them", async (t) => {
  const store = await registryFor(t);
  pushImage(store, "a", image, "v1");
  const registry = await registryFor(t, {
    authentication: { kind: "basic", username, password },
    onRequest: ({ authorization, path }) =>
      authorization === "basic"
        ? { status: 307, headers: { location: `http://${store.host}${path}` } }
        : undefined,
  });
  const client = clientFor(t, { credentials: credentialsFor(registry.host, { username, password }) });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  assert.equal((await client.manifest(at, want()))?.digest, image.digest);
  assert.deepEqual(
    store.requests.map(({ authorization }) => authorization),
    ["none"],
  );
});

test("the same host is followed to with credentials, but not on the way back from another", async (t) => {
  const store = await registryFor(t, {
    onRequest: () => ({ status: 302, headers: { location: `http://${registry.host}/v2/a/manifests/back` } }),
  });
  const registry = await registryFor(t, {
    authentication: { kind: "basic", username, password },
    onRequest: ({ authorization, path }) => {
      if (authorization === "none") return undefined;
      const location = path.endsWith("v1") ? "/v2/a/manifests/v2" : `http://${store.host}/`;
      return { status: 302, headers: { location } };
    },
  });
  const client = clientFor(t, { credentials: credentialsFor(registry.host, { username, password }) });
  const failure = await failureOf(
    client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-unauthorized");
  assert.equal(failure.detail, "the host the registry sends us to answered 401 UNAUTHORIZED");
  assert.deepEqual(
    registry.requests.map(({ authorization, path }) => `${authorization} ${path.split("/").at(-1)}`),
    ["none v1", "basic v1", "basic v2", "none back"],
  );
});

test("another host's challenge is not answered", async (t) => {
  const store = await registryFor(t, { authentication: { kind: "basic", username, password } });
  const registry = await registryFor(t, {
    onRequest: ({ path }) => ({ status: 307, headers: { location: `http://${store.host}${path}` } }),
  });
  const credentials = { lookup: async () => ({ username, password }) };
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const failure = await failureOf(clientFor(t, { credentials }).manifest(at, want()));
  assert.equal(failure.code, "registry-unauthorized");
  assert.deepEqual(
    store.requests.map(({ authorization }) => authorization),
    ["none"],
  );
});

test("a redirect with two locations leads nowhere", async (t) => {
  const registry = await registryFor(t, {
    onRequest: () => ({ status: 307, headers: { location: ["/v2/", "/v2/"] } }),
  });
  const at = { registry: registry.host, repository: "a", reference: "v1" };
  const failure = await failureOf(clientFor(t).manifest(at, want()));
  assert.equal(failure.detail, "a redirect leads nowhere");
  assert.equal(registry.requests.length, 1);
});

test("five redirects are followed, six are not", async (t) => {
  const registry = await registryFor(t, {
    onRequest: ({ path }) => {
      const left = Number(/\d+$/.exec(path)?.[0]);
      return left > 0 ? { status: 302, headers: { location: `/v2/a/manifests/v${left - 1}` } } : undefined;
    },
  });
  const client = clientFor(t);
  pushImage(registry, "a", image, "v0");
  const at = { registry: registry.host, repository: "a" };
  assert.equal((await client.manifest({ ...at, reference: "v5" }, want()))?.digest, image.digest);
  const failure = await failureOf(client.manifest({ ...at, reference: "v6" }, want()));
  assert.equal(failure.code, "registry-protocol");
  assert.equal(failure.detail, "more than 5 redirects");
});

test("a redirect in circles ends", async (t) => {
  const registry = await registryFor(t, {
    onRequest: ({ path }) => ({ status: 301, headers: { location: path } }),
  });
  const failure = await failureOf(
    clientFor(t).manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.detail, "more than 5 redirects");
  assert.equal(registry.requests.length, 6);
});
