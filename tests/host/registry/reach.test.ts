import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { type TestContext, test } from "node:test";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { Connections } from "../../../host/registry/connections.js";
import { RegistryError } from "../../../host/registry/error.js";
import { USUAL_TLS } from "../../../host/registry/tls-profile.js";
import { makeImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import { clientFor, failureOf, registryFor, want } from "./setup.js";

const image = makeImage();
const manifest: Fault = { headers: { "content-type": OCI_MANIFEST }, body: image.bytes };

/** A resolver that knows these names only, and counts how often it is asked. */
function resolver(names: Record<string, string[]>): LookupFunction & { asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    asked.push(hostname);
    const found = (names[hostname] ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    assert.equal(options.all, true);
    callback(null, found);
  };
  return Object.assign(lookup, { asked });
}

/** A registry on this machine that sends its reader to `location`. */
async function redirected(t: TestContext, location: (port: number) => string, lookup: LookupFunction) {
  const registry = await registryFor(t, {
    onRequest: ({ path }) =>
      path === "/there" ? manifest : { status: 307, headers: { location: location(registry.port) } },
  });
  const client = clientFor(t, { lookup, plainHttp: ["store.test"] });
  const at = { registry: registry.host, repository: "a", reference: image.digest };
  return { registry, fetching: client.manifest(at, want()) };
}

const refused: [string, string, RegExp][] = [
  ["a private address", "http://store.test/there", /private address$/],
  ["the metadata service", "https://169.254.169.254/latest", /link-local address$/],
  ["a private address as it is", "https://10.0.0.7/x", /private address$/],
  ["a private address in ipv6 clothes", "https://[::ffff:10.0.0.7]/x", /private address$/],
  ["a name with one good address and one bad", "https://both.test/x", /private address$/],
  ["a multicast address", "https://224.0.0.1/x", /reserved address$/],
];
for (const [name, location, detail] of refused) {
  test(`requests to private hosts: a registry on this machine may not send us to ${name}`, async (t) => {
    const lookup = resolver({ "store.test": ["10.0.0.7"], "both.test": ["8.8.8.8", "10.0.0.7"] });
    const { fetching } = await redirected(t, () => location, lookup);
    const failure = await failureOf(fetching);
    assert.equal(failure.code, "registry-protocol");
    assert.match(failure.detail, detail);
  });
}

test("a registry on this machine may send us elsewhere on it", async (t) => {
  const lookup = resolver({ "store.test": ["127.0.0.1"] });
  const { fetching } = await redirected(t, (port) => `http://store.test:${port}/there`, lookup);
  assert.equal((await fetching)?.digest, image.digest);
});

test("a name is resolved once, and what was judged is what is connected to", async (t) => {
  let calls = 0;
  const rebinding: LookupFunction = (_hostname, _options, callback) => {
    calls++;
    callback(null, [{ address: calls === 1 ? "127.0.0.1" : "10.0.0.7", family: 4 }]);
  };
  const { fetching } = await redirected(t, (port) => `http://store.test:${port}/there`, rebinding);
  assert.equal((await fetching)?.digest, image.digest);
  assert.equal(calls, 1);
});

test("a token service follows the same rule", async (t) => {
  const registry = await registryFor(t, {
    authentication: { kind: "bearer", realm: "https://auth.test/token" },
  });
  const client = clientFor(t, { lookup: resolver({ "auth.test": ["192.168.1.1"] }) });
  const failure = await failureOf(
    client.manifest({ registry: registry.host, repository: "a", reference: "v1" }, want()),
  );
  assert.equal(failure.code, "registry-protocol");
  assert.match(failure.detail, /private address$/);
});

test("a registry on the internet may not send us to this machine", async (t) => {
  // No address of this machine is on the internet, so the reach such a registry has is asked for directly.
  const target = await registryFor(t);
  const connections = new Connections({
    lookup: resolver({ "store.test": ["127.0.0.1"], localhost: ["127.0.0.1"] }),
  });
  t.after(() => connections.close());
  assert.equal(connections.reachFrom(new URL("https://registry.test")), "public");
  for (const host of ["127.0.0.1", "store.test", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"]) {
    const url = new URL(`http://${host}:${target.port}/v2/`);
    const request = connections.request(url, "public", {
      method: "GET",
      headers: {},
      tls: USUAL_TLS,
      signal: want().signal,
    });
    await assert.rejects(
      request,
      (error) => error instanceof RegistryError && /loopback address$/.test(error.detail),
    );
  }
  assert.equal(target.requests.length, 0);
});

test("a connection made for a registry is not lent to another's redirect", async (t) => {
  const registry = await registryFor(t);
  const connections = new Connections();
  t.after(() => connections.close());
  const url = new URL(`http://${registry.host}/v2/`);
  const options = { method: "GET", headers: {}, tls: USUAL_TLS, signal: want().signal } as const;
  const { body } = await connections.request(url, "anywhere", options);
  await body.dump();
  assert.equal(connections.reachFrom(url), "loopback");
  await assert.rejects(connections.request(url, "public", options), RegistryError);
  assert.equal(registry.requests.length, 1);
});
