import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import type { Request } from "#component/types";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { RegistryClient } from "../../../host/registry/client.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { HostsFolders } from "../../../host/registry/hosts/hosts-folders.js";
import { RegistrySource } from "../../../host/sources/registry-source.js";
import { makeImage, pushImage, type TestImage } from "../../support/image.js";
import {
  startRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from "../../support/registry/registry.js";

const image = makeImage();
const PATH = `/v2/a/b/manifests/${image.digest}`;

interface Setting {
  readonly mirror: TestRegistry;
  readonly origin: TestRegistry;
  readonly source: RegistrySource;
  readonly reports: string[];
  fetch(options?: Partial<Request>): Promise<string>;
}

/** A registry with a mirror before it; `lines` go into the mirror's table, or `table` is all of it. */
async function mirrored(
  t: TestContext,
  lines = "",
  options: TestRegistryOptions = {},
  table = (mirror: TestRegistry) => `[host."http://${mirror.host}"]\n${lines}`,
): Promise<Setting> {
  const root = await mkdtemp(join(tmpdir(), "countersign-hosts-"));
  const mirror = await startRegistry(options);
  const origin = await startRegistry();
  const folder = join(root, origin.host.replace(/:(.*)/, "_$1_"));
  await mkdir(folder);
  await writeFile(join(folder, "hosts.toml"), `server = "http://${origin.host}"\n${table(mirror)}\n`);
  const reports: string[] = [];
  const client = new RegistryClient({
    plainHttp: [],
    credentials: anonymous,
    hosts: new HostsFolders(root, [], (line) => reports.push(line)),
    retry: { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 },
  });
  const source = new RegistrySource(client);
  t.after(async () => {
    await source.close();
    await Promise.all([mirror.close(), origin.close(), rm(root, { recursive: true })]);
  });
  const fetch = (options: Partial<Request> = {}) => fetchFrom(source, origin, options);
  return { mirror, origin, source, reports, fetch };
}

async function fetchFrom(
  place: Pick<RegistrySource, "fetch">,
  origin: TestRegistry,
  options: Partial<Request> = {},
  signal = AbortSignal.timeout(20_000),
): Promise<string> {
  const request: Request = {
    kind: "manifest",
    registry: origin.host,
    repository: "a/b",
    reference: image.digest,
    mediaTypes: [OCI_MANIFEST],
    maxBytes: 64 * 1024,
    ...options,
  };
  const [answer] = await place.fetch(request, signal);
  return answer?.tag === "unavailable" ? answer.val.code : (answer?.tag ?? "nothing");
}

function push(registry: TestRegistry, repository: string, what: TestImage = image): void {
  pushImage(registry, repository, what, "v1");
}

const paths = ({ requests }: TestRegistry) => requests.map(({ path }) => path);

test("a mirror is asked first, and told whose images are meant", async (t) => {
  const { mirror, origin, fetch } = await mirrored(t);
  push(mirror, "a/b");
  assert.equal(await fetch(), "item");
  assert.deepEqual(paths(mirror), [`${PATH}?ns=${encodeURIComponent(origin.host)}`]);
  assert.deepEqual(paths(origin), []);
});

test("what a mirror does not have is asked for at the origin", async (t) => {
  const { mirror, origin, fetch } = await mirrored(t);
  push(origin, "a/b");
  assert.equal(await fetch(), "item");
  assert.equal(mirror.requests.length, 1);
  assert.deepEqual(paths(origin), [PATH]);
});

for (const status of [401, 403, 429, 500, 503]) {
  test(`a mirror that answers ${status} is passed over`, async (t) => {
    const onRequest = () => ({ status });
    const { origin, fetch } = await mirrored(t, "", { onRequest });
    push(origin, "a/b");
    assert.equal(await fetch(), "item");
  });
}

test("the origin's answer stands: there is no such thing, whatever became of the mirror", async (t) => {
  const { fetch } = await mirrored(t, "", { onRequest: () => ({ status: 503 }) });
  assert.equal(await fetch(), "absent");
});

test("a mirror that cannot be reached is not asked again for a while", async (t) => {
  const { mirror, origin, fetch } = await mirrored(t, "", { onRequest: () => ({ status: 503 }) });
  push(origin, "a/b");
  assert.equal(await fetch(), "item");
  assert.equal(await fetch(), "item");
  assert.equal(mirror.requests.length, 1);
});

test("a mirror rests for the registry it could not answer for, and for no other", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "countersign-hosts-"));
  const broken = await startRegistry();
  const origin = await startRegistry();
  const isBroken = ({ path }: { path: string }) => path.includes(encodeURIComponent(broken.host));
  const mirror = await startRegistry({
    onRequest: (request) => (isBroken(request) ? { status: 504 } : undefined),
  });
  await mkdir(join(root, "_default"));
  await writeFile(join(root, "_default", "hosts.toml"), `[host."http://${mirror.host}"]\n`);
  const hosts = new HostsFolders(root, [], (line) => t.diagnostic(line));
  const retry = { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 };
  const source = new RegistrySource(
    new RegistryClient({ plainHttp: [], credentials: anonymous, hosts, retry }),
  );
  t.after(async () => {
    await source.close();
    await Promise.all([mirror, broken, origin].map((registry) => registry.close()));
    await rm(root, { recursive: true });
  });
  push(mirror, "a/b");
  assert.equal(await fetchFrom(source, broken), "absent");
  assert.equal(await fetchFrom(source, origin), "item");
  assert.equal(origin.requests.length, 0);
});

test("a mirror that nobody waited for is asked again", async (t) => {
  const caller = new AbortController();
  let answered = () => {};
  const hold = (): Promise<void> => {
    caller.abort();
    return new Promise((resolve) => {
      answered = resolve;
    });
  };
  const { mirror, origin, source, fetch } = await mirrored(t, "", {
    hold: () => (caller.signal.aborted ? Promise.resolve() : hold()),
  });
  push(mirror, "a/b");
  assert.equal(await fetchFrom(source, origin, {}, caller.signal), "registry-timeout");
  answered();
  assert.equal(await fetch(), "item");
  assert.equal(origin.requests.length, 0);
});

test("a mirror that may not resolve is not asked what a tag stands for, but for what a digest does", async (t) => {
  const { mirror, origin, fetch } = await mirrored(t, 'capabilities = ["pull"]');
  push(mirror, "a/b");
  push(origin, "a/b");
  assert.equal(await fetch({ reference: "v1" }), "item");
  assert.equal(mirror.requests.length, 0);
  assert.equal(await fetch(), "item");
  assert.equal(mirror.requests.length, 1);
});

test("a mirror's own path and headers go to it, and to no other", async (t) => {
  const { mirror, origin, source, fetch } = await mirrored(
    t,
    "",
    {},
    (mirror) => `
[host."http://${mirror.host}/v2/hub"]
override_path = true
[host."http://${mirror.host}/v2/hub".header]
x-key = "only for the mirror"`,
  );
  push(mirror, "hub/a/b");
  push(origin, "a/c");
  assert.equal(await fetch(), "item");
  assert.equal(await fetchFrom(source, origin, { repository: "a/c" }), "item");
  assert.deepEqual(
    mirror.requests.map(({ path, headers }) => [path.split("?")[0], headers["x-key"]]),
    ["a/b", "a/c"].map((name) => [`/v2/hub/${name}/manifests/${image.digest}`, "only for the mirror"]),
  );
  assert.deepEqual(
    origin.requests.map(({ headers }) => headers["x-key"]),
    [undefined],
  );
});

test("a mirror's headers go neither where it sends us nor to a token service elsewhere", async (t) => {
  const key = 'header = { x-key = "only for the mirror" }';
  const store = await startRegistry();
  const tokens = await startRegistry({ authentication: { kind: "bearer" } });
  t.after(() => Promise.all([store.close(), tokens.close()]));
  push(store, "a/b");
  const sending = await mirrored(t, key, {
    onRequest: ({ path }) => ({ status: 307, headers: { location: `http://${store.host}${path}` } }),
  });
  assert.equal(await sending.fetch(), "item");
  const realm = `http://${tokens.host}/token`;
  await (await mirrored(t, key, { authentication: { kind: "bearer", realm } })).fetch();
  assert.equal(sending.mirror.requests[0]?.headers["x-key"], "only for the mirror");
  for (const { requests } of [store, tokens])
    assert.deepEqual(
      requests.map(({ headers }) => headers["x-key"]),
      [undefined],
    );
});

test("what lies beyond a mirror is asked only where the mirror gave something", async (t) => {
  const { mirror, origin, source } = await mirrored(t);
  push(mirror, "a/b");
  push(origin, "a/b");
  const first = source.begin();
  assert.equal(first.beyond?.(), null);
  assert.equal(await fetchFrom(first, origin), "item");
  const second = first.beyond?.();
  assert.ok(second);
  assert.equal(await fetchFrom(second, origin), "item");
  assert.deepEqual([mirror.requests.length, origin.requests.length], [1, 1]);
  assert.equal(second.beyond?.(), null);
});

test("what is no registry's host is not made a path of", async (t) => {
  const hosts = new HostsFolders(tmpdir(), [], (line) => t.diagnostic(line));
  for (const name of ["..", "../etc", "a/../b", ""]) assert.throws(() => hosts.hosts(name), TypeError);
});

test("registry-unavailable: no host is configured that may be asked for images", async (t) => {
  const { origin, fetch } = await mirrored(t, "", {}, () => 'capabilities = ["push"]');
  push(origin, "a/b");
  assert.equal(await fetch(), "registry-unavailable");
  assert.equal(origin.requests.length, 0);
});

test("registry-unavailable: settings of hosts that cannot be read are not passed over, and are told of", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "countersign-hosts-"));
  t.after(() => rm(root, { recursive: true }));
  const reports: string[] = [];
  const hosts = new HostsFolders(root, [], (line) => reports.push(line));
  await mkdir(join(root, "a.test", "hosts.toml"), { recursive: true });
  await symlink("b.test", join(root, "b.test"));
  for (const name of ["a.test", "b.test"])
    await assert.rejects(async () => hosts.hosts(name), { code: "registry-unavailable" });
  assert.deepEqual(reports, [
    `the hosts of a.test cannot be read: ${root}/a.test/hosts.toml: cannot be read (eisdir)`,
    `the hosts of b.test cannot be read: ${root}/b.test: cannot be read (eloop)`,
  ]);
});

test("a hosts.toml that cannot be used is as none, and said so", async (t) => {
  const { origin, source, reports } = await mirrored(t, "capabilities = 5");
  push(origin, "a/b");
  assert.equal(await fetchFrom(source, origin), "item");
  assert.match(reports[0] ?? "", /hosts\.toml: capabilities is not a list; its hosts are not asked/);
});
