// Registries behind a proxy. Names are known to the proxy alone.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";

import { HostsFolders } from "../../../host/registry/hosts/hosts-folders.js";
import { Proxies } from "../../../host/registry/proxies.js";
import type { RegistryOptions } from "../../../host/registry/transport.js";
import { type HttpProxyOptions, HttpProxyServer } from "../../support/http-proxy.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { TestRegistryOptions } from "../../support/registry/registry.js";
import { authority } from "../../support/registry/tls.js";
import { clientFor, credentialsFor, failureOf, registryFor, SECRETS, want } from "./setup.js";

const NAME = "registry.test:5443";
const image = makeImage();
const ours = authority("ours");
const client = ours.client("node-7");
const proxyAuthority = authority("the proxy's");

const server = ours.server(["registry.test"]);
const MUTUAL = {
  ...{ cert: server.certificate, key: server.key, ca: [ours.certificate] },
  ...{ requestCert: true, rejectUnauthorized: true },
};

interface Options {
  readonly registry?: TestRegistryOptions;
  readonly proxy?: Partial<HttpProxyOptions>;
  readonly client?: Partial<RegistryOptions>;
  readonly environment?: (proxy: string) => Record<string, string>;
  /** More lines of its hosts.toml. */
  readonly authorities?: string;
}

/** A registry that is known as NAME, over https unless told, a proxy that knows where it is, and a client that does not. */
async function behindProxy(t: TestContext, options: Options = {}) {
  const registry = await registryFor(t, options.registry ?? { tls: MUTUAL });
  pushImage(registry, "a", image, "1");
  const proxy = await HttpProxyServer.start({
    places: new Map([[NAME, registry.host]]),
    ...options.proxy,
  });
  t.after(() => proxy.stop());
  const root = await mkdtemp(join(tmpdir(), "countersign-proxied-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, NAME));
  const files = {
    "ca.crt": ours.certificate,
    "proxy.crt": proxyAuthority.certificate,
    "c.pem": client.certificate + client.key,
    "hosts.toml": `server = "https://${NAME}"\nca = ${options.authorities ?? '"ca.crt"'}\nclient = "c.pem"\n`,
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, NAME, file), text);
  const environment = (options.environment ?? both)(proxy.host);
  const proxied: string[] = [];
  const registries = clientFor(t, {
    ...(options.registry?.tls === undefined && options.registry !== undefined
      ? { plainHttp: [NAME] }
      : { hosts: new HostsFolders(root, [], assert.fail) }),
    proxies: new Proxies(environment),
    onProxied: (host, { href }) => proxied.push(`${host} ${href}`),
    lookup: (hostname) => assert.fail(`${hostname} is looked up`),
    ...options.client,
  });
  const fetch = (name: string = NAME) =>
    registries.manifest({ registry: name, repository: "a", reference: image.digest }, want());
  return { registry, proxy, proxied, fetch };
}

const both = (proxy: string) => ({ HTTPS_PROXY: `http://${proxy}`, HTTP_PROXY: `http://${proxy}` });
const withPassword = (proxy: string) => {
  const url = `http://${SECRETS.username}:${SECRETS.password}@${proxy}`;
  return { HTTPS_PROXY: url, HTTP_PROXY: url };
};

test("https: a tunnel to the registry, in which its own authorities and client certificates count", async (t) => {
  const { fetch, proxy, proxied, registry } = await behindProxy(t);
  for (let i = 0; i < 10; i++) assert.equal((await fetch())?.digest, image.digest);
  for (const { method, target } of proxy.seen) assert.equal(`${method} ${target}`, `CONNECT ${NAME}`);
  assert.ok(proxy.seen.length <= 3, `${proxy.seen.length} tunnels for one registry`);
  assert.equal(registry.requests.at(-1)?.client, "node-7");
  assert.deepEqual(proxied, [`${NAME} http://${proxy.host}/`]);
});

test("https: what the tunnel leads to has to be the registry", async (t) => {
  const { certificate: cert, key } = ours.server();
  const { fetch } = await behindProxy(t, { registry: { tls: { cert, key } } });
  const failure = await failureOf(fetch());
  assert.equal(failure.code, "registry-unavailable");
  assert.match(failure.detail, /^no trusted tls connection/);
});

test("http: the proxy is asked for the whole URL", async (t) => {
  const { fetch, proxy } = await behindProxy(t, { registry: {} });
  assert.equal((await fetch())?.digest, image.digest);
  const [seen] = proxy.seen;
  assert.equal(seen?.target, `http://${NAME}/v2/a/manifests/${image.digest}`);
  assert.equal(seen?.headers.host, NAME);
});

test("a registry on this machine is asked straight, by whatever it is called here", async (t) => {
  const { fetch, proxy, registry } = await behindProxy(t, { registry: {}, client: {} });
  assert.equal((await fetch(registry.host))?.digest, image.digest);
  assert.deepEqual(proxy.seen, []);
});

const KINDS = [
  ["https", {}],
  ["http", { registry: {} }],
] as const;

for (const [kind, options] of KINDS) {
  test(`${kind}: the proxy is shown its user and password, and nobody else is`, async (t) => {
    const { username, password } = SECRETS;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const { fetch, proxy, proxied, registry } = await behindProxy(t, {
      ...options,
      proxy: { authorization },
      environment: withPassword,
    });
    assert.equal((await fetch())?.digest, image.digest);
    assert.equal(proxy.seen[0]?.headers["proxy-authorization"], authorization);
    for (const { headers } of registry.requests) assert.equal(headers["proxy-authorization"], undefined);
    assert.deepEqual(proxied, [`${NAME} http://${proxy.host}/`]);
  });

  test(`registry-unavailable, ${kind}: a proxy that wants other credentials; they are in no message`, async (t) => {
    const options_ = { ...options, proxy: { authorization: "Basic x" }, environment: withPassword };
    const failure = await failureOf((await behindProxy(t, options_)).fetch());
    assert.equal(failure.code, "registry-unavailable");
    assert.equal(failure.detail, "the proxy wants credentials, or other ones (status 407)");
  });

  test(`registry-unavailable, ${kind}: nobody listens where the proxy is said to be`, async (t) => {
    const environment = () => ({ HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" });
    const failure = await failureOf((await behindProxy(t, { ...options, environment })).fetch());
    assert.equal(failure.code, "registry-unavailable");
    assert.equal(failure.detail, "proxy: connection refused");
  });

  test(`registry-unavailable, ${kind}: a proxy that speaks socks5 is not passed over`, async (t) => {
    const environment = (proxy: string) => ({
      HTTPS_PROXY: `socks5://${proxy}`,
      HTTP_PROXY: `socks5://${proxy}`,
    });
    const { fetch, registry } = await behindProxy(t, { ...options, environment });
    const failure = await failureOf(fetch());
    assert.equal(failure.code, "registry-unavailable");
    assert.match(failure.detail, /neither http nor https/);
    assert.equal(registry.requests.length, 0);
  });
}

test("registry-unavailable: a proxy that does not reach the registry is asked again, as the registry would be", async (t) => {
  const { fetch, proxy } = await behindProxy(t, { proxy: { places: new Map() } });
  const failure = await failureOf(fetch());
  assert.equal(failure.code, "registry-unavailable");
  assert.equal(failure.detail, "the proxy refused to connect (status 502)");
  assert.equal(proxy.seen.length, 3);
});

const ANSWERS: [what: string, answer: (socket: Duplex) => void, code: string, detail: RegExp][] = [
  [
    "that refuses",
    (socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\nnobody should repeat this"),
    "registry-unavailable",
    /^the proxy refused to connect \(status 403\)$/,
  ],
  [
    "that is no proxy",
    (socket) => socket.end("nobody should repeat this\r\n\r\n"),
    "registry-protocol",
    /^the proxy's answer is not valid http$/,
  ],
  [
    "that speaks before it is spoken to",
    (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
    "registry-protocol",
    /^the proxy speaks before it is spoken to$/,
  ],
  ["that ends the connection", (socket) => socket.destroy(), "registry-unavailable", /^proxy: /],
];
for (const [what, answer, code, detail] of ANSWERS) {
  test(`${code}: a proxy ${what}`, async (t) => {
    const { fetch } = await behindProxy(t, { proxy: { onConnect: answer } });
    const failure = await failureOf(fetch());
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
  });
}

test("registry-timeout: a proxy that does not answer is waited for as long as a connection may take", async (t) => {
  const listening = createServer(() => {}).listen(0, "127.0.0.1");
  t.after(() => listening.close());
  await new Promise((resolve) => listening.once("listening", resolve));
  const { port } = listening.address() as { port: number };
  const root = await mkdtemp(join(tmpdir(), "countersign-proxied-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, NAME));
  await writeFile(join(root, NAME, "hosts.toml"), `server = "https://${NAME}"\ndial_timeout = "50ms"\n`);
  const { fetch } = await behindProxy(t, {
    environment: () => ({ HTTPS_PROXY: `http://127.0.0.1:${port}` }),
    client: { hosts: new HostsFolders(root, [], assert.fail) },
  });
  const failure = await failureOf(fetch());
  assert.equal(failure.code, "registry-timeout");
  assert.equal(failure.detail, "proxy: no answer in time");
});

test("a proxy that is spoken to by https has to be the one, too", async (t) => {
  const { certificate, key } = proxyAuthority.server();
  const options = {
    proxy: { tls: { cert: certificate, key } },
    environment: (proxy: string) => ({ HTTPS_PROXY: `https://${proxy}` }),
  };
  const known = await behindProxy(t, { ...options, authorities: '["ca.crt", "proxy.crt"]' });
  assert.equal((await known.fetch())?.digest, image.digest);
  assert.equal(known.registry.requests.at(-1)?.client, "node-7");
  const failure = await failureOf((await behindProxy(t, options)).fetch());
  assert.match(failure.detail, /^proxy: no trusted tls connection/);
});

const ELSEWHERE: [string, RegExp][] = [
  ["https://169.254.169.254/latest", /link-local address$/],
  ["https://10.0.0.7/x", /private address$/],
  ["https://localhost:1/x", /loopback address$/],
  ["https://127.0.0.1:1/x", /loopback address$/],
];
for (const [location, detail] of ELSEWHERE) {
  test(`requests to private hosts: a registry behind a proxy may not send us to ${location}`, async (t) => {
    const { fetch, proxy } = await behindProxy(t, {
      registry: { tls: MUTUAL, onRequest: () => ({ status: 307, headers: { location } }) },
      client: {
        lookup: (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
      },
    });
    const failure = await failureOf(fetch());
    assert.equal(failure.code, "registry-protocol");
    assert.match(failure.detail, detail);
    assert.equal(proxy.seen.length, 1);
  });
}

test("a registry behind a proxy that is at a private address may send us to another", async (t) => {
  const storage = await registryFor(t);
  pushImage(storage, "a", image, "1");
  const [host, other] = ["10.0.0.1:5000", "10.0.0.7:5000"];
  const location = `http://${other}/v2/a/manifests/${image.digest}`;
  const places = new Map([[other, storage.host]]);
  const { fetch, registry } = await behindProxy(t, {
    registry: { onRequest: () => ({ status: 307, headers: { location } }) },
    proxy: { places },
    client: { plainHttp: [host, other] },
  });
  places.set(host, registry.host);
  assert.equal((await fetch(host))?.digest, image.digest);
});

test("a registry's credentials are not for the proxy of its tunnel", async (t) => {
  const user = { username: SECRETS.username, password: SECRETS.password };
  const { fetch, proxy, registry } = await behindProxy(t, {
    registry: { tls: MUTUAL, authentication: { kind: "basic", ...user } },
    client: { credentials: credentialsFor(NAME, user) },
  });
  assert.equal((await fetch())?.digest, image.digest);
  assert.equal(registry.requests.at(-1)?.authorization, "basic");
  for (const { headers } of proxy.seen) assert.equal(headers.authorization, undefined);
});
