// hosts.toml, as a real containerd reads it and as we do: the same folder is given to both, and the registries have to
// see the same requests.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";

import type { Request } from "#component/types";
import { IMAGE_MANIFESTS } from "../../host/oci/media-types.js";
import { RegistryClient } from "../../host/registry/client.js";
import { anonymous } from "../../host/registry/credentials/source.js";
import { HostsFolders } from "../../host/registry/hosts/hosts-folders.js";
import { RegistrySource } from "../../host/sources/registry-source.js";
import { makeImage, pushImage, type TestImage } from "../support/image.js";
import { Containerd } from "../support/peers/containerd.js";
import { Ctr } from "../support/peers/ctr.js";
import { findPeers } from "../support/peers/peers.js";
import { startRegistry, type TestRegistry, type TestRegistryOptions } from "../support/registry/registry.js";
import { authority } from "../support/registry/tls.js";

type ServerName = "origin" | "mirror" | "second" | "secure";

interface Scenario {
  readonly what: string;
  /** Files by their path below the folder; `{origin}`, `{mirror}`, … are hosts and ports, `{origin_}` as folders have them. */
  readonly files: Readonly<Record<string, string>>;
  /** Who has the image, and below which path. */
  readonly has: Partial<Record<ServerName, string>>;
  /** Who answers 503 to everything. */
  readonly down?: ServerName;
  /** Where we ask otherwise: why, and whom containerd asks in addition. */
  readonly differs?: { readonly why: string; readonly theirs: string };
}

const BY_DIGEST = "mirror /v2/a/b/manifests/DIGEST with ns";
const NOT_FILTERED = {
  why: "containerd 2.1 asks by digest whoever is listed, whatever its capabilities (dockerFetcher.Fetch)",
  theirs: BY_DIGEST,
};
const RESTING = { why: "a mirror that is down is not asked again within ten seconds", theirs: BY_DIGEST };

const EVERYWHERE = { origin: "a/b", mirror: "a/b", second: "a/b", secure: "a/b" };
const FILE = "{origin_}/hosts.toml";
const SERVER = 'server = "http://{origin}"\n';
const MIRROR = '[host."http://{mirror}"]\n';
const SECURE = '[host."https://{secure}"]\n';

const SCENARIOS: readonly Scenario[] = [
  { what: "no folder", files: {}, has: EVERYWHERE },
  { what: "a mirror", files: { [FILE]: SERVER + MIRROR }, has: EVERYWHERE },
  { what: "a mirror without the image", files: { [FILE]: SERVER + MIRROR }, has: { origin: "a/b" } },
  {
    what: "a mirror that is down",
    files: { [FILE]: SERVER + MIRROR },
    has: EVERYWHERE,
    down: "mirror",
    differs: RESTING,
  },
  { what: "a mirror, no server", files: { [FILE]: MIRROR }, has: { origin: "a/b" } },
  {
    what: "two mirrors",
    files: { [FILE]: `${SERVER}[host."http://{second}"]\n${MIRROR}` },
    has: { mirror: "a/b" },
  },
  { what: "pull only", files: { [FILE]: `${SERVER}${MIRROR}capabilities = ["pull"]` }, has: EVERYWHERE },
  {
    what: "resolve only",
    files: { [FILE]: `${SERVER}${MIRROR}capabilities = ["resolve"]` },
    has: { origin: "a/b" },
    differs: NOT_FILTERED,
  },
  {
    what: "push only",
    files: { [FILE]: `${SERVER}${MIRROR}capabilities = ["Push"]` },
    has: { origin: "a/b" },
    differs: NOT_FILTERED,
  },
  { what: "an unknown capability", files: { [FILE]: `${MIRROR}capabilities = ["fly"]` }, has: EVERYWHERE },
  { what: "no toml", files: { [FILE]: `${MIRROR}capabilities = [` }, has: EVERYWHERE },
  { what: "an empty file", files: { [FILE]: "" }, has: EVERYWHERE },
  { what: "a path", files: { [FILE]: `${SERVER}[host."http://{mirror}/hub"]` }, has: { origin: "a/b" } },
  {
    what: "a path that is the API's",
    files: { [FILE]: `${SERVER}[host."http://{mirror}/v2/hub"]\noverride_path = true` },
    has: { mirror: "hub/a/b" },
  },
  {
    what: "headers",
    files: { [FILE]: `${SERVER}${MIRROR}[host."http://{mirror}".header]\nx-test = ["one", "two"]` },
    has: { origin: "a/b" },
  },
  { what: "another server", files: { [FILE]: 'server = "http://{mirror}"' }, has: { mirror: "a/b" } },
  { what: "_default", files: { "_default/hosts.toml": MIRROR }, has: EVERYWHERE },
  {
    what: "both spellings of the folder",
    files: { "{origin}/hosts.toml": MIRROR, [FILE]: '[host."http://{second}"]' },
    has: EVERYWHERE,
  },
  {
    what: "its own folder before _default",
    files: { "_default/hosts.toml": MIRROR, [FILE]: SERVER },
    has: EVERYWHERE,
  },
  { what: "an authority", files: { [FILE]: `${SERVER}${SECURE}ca = "../ca.crt"` }, has: EVERYWHERE },
  { what: "no authority", files: { [FILE]: SERVER + SECURE }, has: EVERYWHERE },
  { what: "skip_verify", files: { [FILE]: `${SERVER}${SECURE}skip_verify = true` }, has: EVERYWHERE },
  {
    what: "a client certificate",
    files: { [FILE]: `${SERVER}${SECURE}ca = ["../ca.crt"]\nclient = [["../client.cert", "../client.key"]]` },
    has: EVERYWHERE,
  },
  {
    what: "http with an authority, which is https",
    files: { [FILE]: `${SERVER}[host."http://{secure}"]\nca = "../ca.crt"` },
    has: EVERYWHERE,
  },
  {
    what: "http with an authority, which is http",
    files: { [FILE]: `${SERVER}${MIRROR}ca = "../ca.crt"` },
    has: EVERYWHERE,
  },
];

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
const ours = authority("hosts");
const client = ours.client("node-9");
const SECRETS = { "ca.crt": ours.certificate, "client.cert": client.certificate, "client.key": client.key };

describe("hosts.toml means to us what it means to containerd", () => {
  let folder: string;
  let containerd: Containerd;
  before(async () => {
    if ("unavailable" in peers) return;
    folder = await mkdtemp(join(tmpdir(), "countersign-hosts-"));
    const binDir = join(folder, "bin");
    await mkdir(binDir);
    containerd = await Containerd.start(peers, { folder, binDir, plainHttp: [] });
  });
  after(async () => {
    await containerd?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  for (const [number, scenario] of SCENARIOS.entries()) {
    test(scenario.what, { skip }, async (t) => {
      if ("unavailable" in peers) return;
      const place = await Place.open(t, scenario, join(folder, `${number}`));
      const ctr = new Ctr(peers, { address: containerd.address, certs: place.certs });
      const pull = await ctr.pull(`${place.servers.origin.host}/a/b:1`);
      const theirs = place.take();
      const found = await place.ask();
      const expected = theirs.filter((request) => request !== scenario.differs?.theirs);
      assert.deepEqual(place.take(), expected);
      assert.equal(expected.length < theirs.length, scenario.differs !== undefined, "differs as it says");
      assert.equal(found, pull.ok, pull.error);
      assert.ok(theirs.length > 0);
    });
  }
});

/** The registries of one scenario, and the folder that tells of them. */
class Place {
  readonly certs: string;
  readonly servers: Readonly<Record<ServerName, TestRegistry>>;
  readonly #image: TestImage;
  readonly #seen: string[];

  private constructor(certs: string, servers: Place["servers"], image: TestImage, seen: string[]) {
    this.#image = image;
    this.certs = certs;
    this.servers = servers;
    this.#seen = seen;
  }

  static async open(t: TestContext, { files, has, down }: Scenario, certs: string): Promise<Place> {
    // Another for each scenario: containerd does not fetch what it has.
    const image = makeImage({ seed: certs });
    const seen: string[] = [];
    const server = async (name: ServerName, options: TestRegistryOptions = {}) => {
      const registry = await startRegistry({
        ...options,
        onRequest: ({ path, headers, client }) => {
          seen.push(describeRequest(name, path, headers["x-test"], client));
          return name === down ? { status: 503 } : undefined;
        },
      });
      t.after(() => registry.close());
      const repository = has[name];
      if (repository !== undefined) pushImage(registry, repository, image, "1");
      return registry;
    };
    const { certificate: cert, key } = ours.server();
    const tls = { cert, key, ca: [ours.certificate], requestCert: true, rejectUnauthorized: false };
    const servers = {
      origin: await server("origin"),
      mirror: await server("mirror"),
      second: await server("second"),
      secure: await server("secure", { tls }),
    };
    for (const [path, text] of Object.entries({ ...SECRETS, ...files })) {
      const file = join(certs, fill(path, servers));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, fill(text, servers));
    }
    return new Place(certs, servers, image, seen);
  }

  /** Asks as a verification does: what the tag stands for, then by digest. Whether all of it was found. */
  async ask(): Promise<boolean> {
    const hosts = new HostsFolders(this.certs, [], () => {});
    const retry = { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 };
    const source = new RegistrySource(
      new RegistryClient({ plainHttp: [], credentials: anonymous, hosts, retry }),
    );
    const answers = [];
    for (const reference of ["1", this.#image.digest]) {
      const { host: registry } = this.servers.origin;
      const mediaTypes = [...IMAGE_MANIFESTS];
      const request: Request = {
        kind: "manifest",
        registry,
        repository: "a/b",
        reference,
        mediaTypes,
        maxBytes: 65_536,
      };
      answers.push(...(await source.fetch(request, AbortSignal.timeout(10_000))));
      if (answers.at(-1)?.tag !== "item") break;
    }
    await source.close();
    return answers.every(({ tag }) => tag === "item");
  }

  /** What the registries have been asked for manifests since, in order; the same again and again is once. */
  take(): string[] {
    const seen = this.#seen.splice(0).filter((line) => line.includes("/manifests/"));
    return seen.filter((line, i) => line !== seen[i - 1]);
  }
}

function describeRequest(
  name: ServerName,
  path: string,
  header: string | string[] | undefined,
  client: string | null,
): string {
  const [route = "", query = ""] = path.split("?");
  const reference = route.replace(/\/sha256:[0-9a-f]{64}$/, "/DIGEST");
  const ns = new URLSearchParams(query).has("ns") ? " with ns" : "";
  return `${name} ${reference}${ns}${header === undefined ? "" : ` x-test ${header}`}${client === null ? "" : ` by ${client}`}`;
}

function fill(text: string, servers: Place["servers"]): string {
  return text.replace(/\{([a-z]+)(_?)\}/g, (_, name: ServerName, folder: string) => {
    const { host } = servers[name];
    return folder === "" ? host : host.replace(/:(.*)/, "_$1_");
  });
}
