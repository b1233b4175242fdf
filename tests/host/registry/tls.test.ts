import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TlsOptions } from "node:tls";

import { HostsFolders } from "../../../host/registry/hosts/hosts-folders.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { authority, type Certified } from "../../support/registry/tls.js";
import { clientFor, registryFor, want } from "./setup.js";

const ours = authority("ours");
const theirs = authority("theirs");
const image = makeImage();

interface Setting {
  readonly registry: TestRegistry;
  readonly reports: readonly string[];
  /** The fetch's outcome: `fetched`, or the failure's detail. */
  fetch(): Promise<string>;
}

/** A registry that speaks https, and a folder of files for it; `hosts` makes the hosts.toml. */
async function secured(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  hosts: ((host: string) => string) | null,
  tls: Partial<TlsOptions> = {},
): Promise<Setting> {
  const registry = await registryFor(t, { tls: { ...served(ours.server()), ...tls } });
  return await reached(t, registry, files, hosts);
}

async function reached(
  t: TestContext,
  registry: TestRegistry,
  files: Readonly<Record<string, string>>,
  hosts: ((host: string) => string) | null,
): Promise<Setting> {
  const root = await mkdtemp(join(tmpdir(), "countersign-tls-"));
  t.after(() => rm(root, { recursive: true }));
  const folder = join(root, registry.host);
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (hosts !== null) await writeFile(join(folder, "hosts.toml"), hosts(registry.host));
  const reports: string[] = [];
  const client = clientFor(t, { hosts: new HostsFolders(root, [], (line) => reports.push(line)) });
  pushImage(registry, "a/b", image, "v1");
  const address = { registry: registry.host, repository: "a/b", reference: image.digest };
  const fetch = () =>
    client.manifest(address, want()).then(
      (found) => (found === null ? "absent" : "fetched"),
      (error) => error.detail ?? String(error),
    );
  return { registry, reports, fetch };
}

function served({ certificate, key }: Certified): TlsOptions {
  return { cert: certificate, key };
}

/** A hosts.toml whose only host is the registry, by a name that its certificate is checked for. */
const server =
  (...lines: readonly string[]) =>
  (host: string) =>
    [`server = "https://${host}"`, ...lines].join("\n");

const CA = { "ca.crt": ours.certificate };
const MUTUAL: Partial<TlsOptions> = { ca: [ours.certificate], requestCert: true, rejectUnauthorized: true };

test("a registry's own authority is trusted where its hosts.toml names it, and nowhere else", async (t) => {
  assert.equal(await (await secured(t, CA, server('ca = "ca.crt"'))).fetch(), "fetched");
  assert.match(await (await secured(t, {}, server())).fetch(), /^no trusted tls connection/);
  const other = { "ca.crt": theirs.certificate };
  assert.match(await (await secured(t, other, server('ca = ["ca.crt"]'))).fetch(), /^no trusted tls/);
});

test("skip_verify takes any certificate", async (t) => {
  assert.equal(await (await secured(t, {}, server("skip_verify = true"))).fetch(), "fetched");
  assert.match(await (await secured(t, {}, server("skip_verify = false"))).fetch(), /^no trusted tls/);
});

test("a client certificate is shown, of one file or two", async (t) => {
  const { certificate, key } = ours.client("node-7");
  const files = { ...CA, "c.crt": certificate, "c.key": key, "c.pem": certificate + key };
  for (const client of ['[["c.crt", "c.key"]]', '"c.pem"', '["c.pem"]']) {
    const setting = await secured(t, files, server('ca = "ca.crt"', `client = ${client}`), MUTUAL);
    assert.equal(await setting.fetch(), "fetched");
    assert.equal(setting.registry.requests[0]?.client, "node-7");
  }
  assert.notEqual(await (await secured(t, files, server('ca = "ca.crt"'), MUTUAL)).fetch(), "fetched");
});

test("certificates as Docker lays them out", async (t) => {
  const { certificate, key } = ours.client("node-8");
  const files = { ...CA, "c.cert": certificate, "c.key": key };
  const setting = await secured(t, files, null, MUTUAL);
  assert.equal(await setting.fetch(), "fetched");
  assert.equal(setting.registry.requests[0]?.client, "node-8");
});

test("a registry on this machine is asked by http or https, whichever it speaks, by any certificate", async (t) => {
  const secure = await secured(t, {}, null);
  assert.equal(await secure.fetch(), "fetched");
  assert.equal(await secure.fetch(), "fetched");
  const plain = await reached(t, await registryFor(t), {}, null);
  assert.equal(await plain.fetch(), "fetched");
});

test("a host given as http with certificates is asked by https, and by http where that is what it speaks", async (t) => {
  const http = (host: string) => `server = "http://${host}"\nca = "ca.crt"`;
  assert.equal(await (await secured(t, CA, http)).fetch(), "fetched");
  const plain = await reached(t, await registryFor(t), CA, http);
  assert.equal(await plain.fetch(), "fetched");
  assert.equal(await plain.fetch(), "fetched");
});

test("what is skipped for a registry is not skipped for the host it sends us to", async (t) => {
  const { registry: target } = await secured(t, {}, null);
  const { port } = target;
  const onRequest = () => ({ status: 307, headers: { location: `https://localhost:${port}/v2/` } });
  const registry = await registryFor(t, { tls: served(ours.server()), onRequest });
  const { fetch } = await reached(t, registry, {}, server("skip_verify = true"));
  assert.match(await fetch(), /^no trusted tls connection/);
  assert.equal(target.requests.length, 0);
});

test("nor for a token service at another host", async (t) => {
  const tokens = await registryFor(t, {
    tls: served(ours.server()),
    authentication: { kind: "bearer" },
  });
  const realm = `https://localhost:${tokens.port}/token`;
  const registry = await registryFor(t, {
    tls: served(ours.server()),
    authentication: { kind: "bearer", realm },
  });
  const { fetch } = await reached(t, registry, {}, server("skip_verify = true"));
  assert.match(await fetch(), /^no trusted tls connection/);
  assert.equal(tokens.requests.length, 0);
});

test("what is skipped for one registry is not skipped for another", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "countersign-tls-"));
  t.after(() => rm(root, { recursive: true }));
  const client = clientFor(t, { hosts: new HostsFolders(root, [], assert.fail) });
  const fetched = async (...lines: readonly string[]) => {
    const { host } = await registryFor(t, { tls: served(ours.server()) });
    await mkdir(join(root, host));
    await writeFile(join(root, host, "hosts.toml"), server(...lines)(host));
    const at = { registry: host, repository: "a/b", reference: image.digest };
    return client.manifest(at, want()).then(
      () => "answered",
      (error) => error.detail,
    );
  };
  assert.equal(await fetched("skip_verify = true"), "answered");
  assert.match(await fetched(), /^no trusted tls connection/);
});

test("a client certificate is not shown where the registry sends us", async (t) => {
  const asking = { ...MUTUAL, rejectUnauthorized: false };
  const target = await registryFor(t, { tls: { ...served(ours.server()), ...asking } });
  pushImage(target, "a/b", image, "v1");
  const onRequest = ({ path }: { path: string }) => ({
    status: 307,
    headers: { location: `https://localhost:${target.port}${path}` },
  });
  const registry = await registryFor(t, { tls: { ...served(ours.server()), ...asking }, onRequest });
  const { certificate, key } = ours.client("node-9");
  const files = { ...CA, "c.pem": certificate + key };
  const { fetch } = await reached(t, registry, files, server('ca = "ca.crt"', 'client = "c.pem"'));
  assert.equal(await fetch(), "fetched");
  assert.equal(registry.requests[0]?.client, "node-9");
  assert.deepEqual(
    target.requests.map(({ client }) => client),
    [null],
  );
});

const UNREADABLE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

test("an authority's certificates count though one before them cannot be read", async (t) => {
  const files = { "ca.crt": `${UNREADABLE}${ours.certificate}` };
  assert.equal(await (await secured(t, files, server('ca = "ca.crt"'))).fetch(), "fetched");
});

const BROKEN: readonly [what: string, files: Record<string, string>, lines: string, report: RegExp][] = [
  ["an authority that is not there", {}, 'ca = "ca.crt"', /ca\.crt: cannot be read \(enoent\)$/],
  [
    "an authority without a certificate",
    { "ca.crt": "nobody" },
    'ca = "ca.crt"',
    /ca\.crt: has no certificate$/,
  ],
  [
    "an authority with a certificate that cannot be read",
    { "ca.crt": UNREADABLE },
    'ca = "ca.crt"',
    /ca\.crt: has no certificate$/,
  ],
  [
    "a key that is none",
    { "c.pem": ours.certificate },
    'client = "c.pem"',
    /cannot be used \(.*c\.pem\): err_/,
  ],
  [
    "another certificate's key",
    { "c.crt": ours.client("a").certificate, "c.key": ours.client("b").key },
    'client = [["c.crt", "c.key"]]',
    /cannot be used \(.*c\.crt\): err_.*mismatch$/,
  ],
];

for (const [what, files, lines, report] of BROKEN) {
  test(`${what} is said, and the registry is not asked without it`, async (t) => {
    const { registry, reports, fetch } = await secured(t, files, server(lines));
    assert.equal(await fetch(), "the settings of its hosts cannot be read");
    assert.match(reports[0] ?? "", report);
    assert.ok(!/BEGIN|nobody/.test(reports.join()));
    assert.equal(registry.requests.length, 0);
  });
}
