// A node behind a proxy: containerd and our daemon have the same environment, and ask the same hosts the same way.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Proxies } from "../../host/registry/proxies.js";
import { MAIN } from "../support/countersign/cli.js";
import { auditRecord, startDaemon } from "../support/countersign/daemon.js";
import { GuardedContainerd } from "../support/countersign/guarded-containerd.js";
import { HttpProxyServer } from "../support/http-proxy.js";
import { makeImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp } from "../support/peers/content.js";
import { Cosign } from "../support/peers/cosign.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers, type Peers } from "../support/peers/peers.js";
import { finish, type RunningProcess } from "../support/process.js";
import { authority } from "../support/registry/tls.js";
import { DECISIONS_ON_NAMES, ENVIRONMENTS } from "./proxies/cases.js";
import type { Seen } from "./proxies/go-decides.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const canSetApart = spawnSync("unshare", ["--net", "--mount", "ip", "link"]).status === 0;
const skipApart =
  skip || (canSetApart ? false : "no network of its own can be made here: that takes root, unshare and ip");

const NAME = "registry.test:5443";
const USER = "proxy-user-7c41";
const PASSWORD = "proxy-password-5ca1e-77";
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;

/** In a network of its own, where these names and addresses are this machine's. */
const NETWORK = `
set -e
ip link set lo up
for address in 10.1.2.3/32 10.1.2.4/32 192.168.7.7/32 fd00::1/128; do ip address add $address dev lo; done
printf '127.0.0.1 localhost\\n::1 localhost\\n127.0.0.1 registry.test a.registry.test otherregistry.test\\n' > "$1/hosts"
mount --bind "$1/hosts" /etc/hosts
exec "$2" "$3" "$4"
`;

describe("a Go program with the same environment", () => {
  let seen: { decisions: Seen[]; environments: Seen[] } | undefined;
  before(async () => {
    if ("unavailable" in peers || skipApart !== false) return;
    seen = await Parts.gather(async (parts) => {
      const program = fileURLToPath(new URL("proxies/go-decides.js", import.meta.url));
      const network = ["--net", "--mount", "sh", "-c", NETWORK, "sh"];
      const args = [...network, parts.folder, process.execPath, program, join(peers.bin, "skopeo")];
      const { status, stdout, stderr } = await finish("unshare", args);
      await parts.stop();
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    });
  });

  for (const [i, { noProxy, host, isProxied }] of DECISIONS_ON_NAMES.entries()) {
    test(`NO_PROXY=${JSON.stringify(noProxy)}: it asks ${host} as we do`, { skip: skipApart }, () => {
      const { proxied, straight } = seen?.decisions[i] ?? assert.fail("not asked");
      assert.deepEqual({ proxied, straight }, { proxied: isProxied, straight: !isProxied });
    });
  }

  for (const [i, { title, environment, expected }] of ENVIRONMENTS.entries()) {
    test(`a proxy ${title}: it uses it as we do`, { skip: skipApart }, () => {
      const { proxied, authorization } = seen?.environments[i] ?? assert.fail("not asked");
      assert.deepEqual(proxied ? { authorization } : null, expected);
      const ours = new Proxies(environment("127.0.0.1:3128")).proxyFor(new URL(`https://${NAME}`));
      assert.deepEqual(ours && { authorization: ours.authorization }, expected);
    });
  }
});

describe("a registry that only the proxy reaches, with an authority of its own and client certificates", () => {
  let setting: Setting;
  let parts: Parts | undefined;
  before(async () => {
    if ("unavailable" in peers) return;
    await Parts.gather(async (gathered) => {
      parts = gathered;
      setting = await arrange(peers, gathered);
    });
  });
  after(() => parts?.stop());

  for (const client of ["ctr", "CRI"] as const) {
    for (const [image, code] of [
      ["signed", "accepted"],
      ["unsigned", "no-signature"],
    ] as const) {
      test(`${client}: ${image} is ${code}`, { skip }, async () => {
        const { containerd, daemon, proxy } = setting;
        const name = `${NAME}/team/${image}:1`;
        const pull = await containerd.clients[client].pull(name);
        assert.equal(pull.ok, code === "accepted", pull.error);
        assert.equal(auditRecord(daemon, name)?.code, code);
        for (const { method, target, headers } of proxy.seen) {
          assert.equal(`${method} ${target}`, `CONNECT ${NAME}`);
          assert.equal(headers["proxy-authorization"], AUTHORIZATION);
        }
      });
    }
  }

  test("the log says through which proxy, and nothing says by which password", { skip }, async () => {
    const { daemon, proxy, options, environment } = setting;
    assert.ok(daemon.output.includes(`${NAME} is asked through the proxy http://${proxy.host}`));
    const name = `${NAME}/team/signed:1`;
    const cli = ["verify", "--json", ...options, name];
    const right = await countersignWith(environment, cli);
    assert.equal(right.status, 0, right.stderr);
    const wrong = await countersignWith(
      { HTTPS_PROXY: `http://${USER}:${PASSWORD}-and-more@${proxy.host}` },
      cli,
    );
    assert.equal(wrong.status, 3);
    assert.match(wrong.stdout, /"code":"registry-unavailable"/);
    assert.match(wrong.stdout, /the proxy wants credentials, or other ones \(status 407\)/);
    for (const said of [daemon.output, right.stdout, right.stderr, wrong.stdout, wrong.stderr])
      for (const secret of [PASSWORD, USER, AUTHORIZATION]) assert.ok(!said.includes(secret));
  });

  test("doctor says through which proxy it asked", { skip }, async () => {
    const { hosts, environment, proxy } = setting;
    const where = ["--containerd", "/nonexistent", "--socket", "/nonexistent", "--hosts-dir", hosts];
    const image = `${NAME}/team/signed:1`;
    const { stdout } = await countersignWith(environment, [
      "doctor",
      "--no-canary",
      ...where,
      "--image",
      image,
    ]);
    assert.ok(stdout.includes(`${NAME} through the proxy http://${proxy.host}`), stdout);
    assert.ok(!stdout.includes(PASSWORD));
  });
});

interface Setting {
  readonly containerd: GuardedContainerd;
  readonly daemon: RunningProcess;
  readonly proxy: HttpProxyServer;
  /** What both were started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the daemon, and good for `verify`. */
  readonly options: readonly string[];
  readonly hosts: string;
}

async function arrange(peers: Peers, parts: Parts): Promise<Setting> {
  const { folder } = parts;
  const ours = authority("private");
  const client = ours.client("node-7");
  const secure = { ...ours.server(["registry.test"]), clients: ours.certificate };
  const { host: registry } = parts.add(await DockerRegistry.start(peers, folder, "anybody", secure));
  const { host: back } = parts.add(await DockerRegistry.start(peers, folder));
  const places = new Map([[NAME, registry]]);
  const proxy = parts.add(await HttpProxyServer.start({ places, authorization: AUTHORIZATION }));
  const environment = { HTTPS_PROXY: `http://${USER}:${PASSWORD}@${proxy.host}`, NO_PROXY: "10.0.0.0/8" };

  const cosign = new Cosign(peers, folder);
  const team = await cosign.generateKey("team");
  for (const name of ["signed", "unsigned"]) {
    const image = makeImage({ seed: name });
    await pushOverHttp(back, `team/${name}`, image, "1");
    if (name === "signed") await cosign.sign(team, `${back}/team/${name}@${image.digest}`);
  }
  const policy = join(folder, "policy.json");
  const signedIdentity = { type: "exactRepository", dockerRepository: `${back}/team/signed` };
  const requirement = { type: "sigstoreSigned", keyPath: team.publicFile, signedIdentity };
  await writeFile(policy, JSON.stringify({ default: [requirement] }));

  const socket = join(folder, "verifier.sock");
  const hosts = join(folder, "certs.d");
  const files = {
    "ca.crt": ours.certificate,
    "c.pem": client.certificate + client.key,
    "hosts.toml": `server = "https://${NAME}"\nca = "ca.crt"\nclient = "c.pem"\n`,
  };
  await mkdir(join(hosts, NAME), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(hosts, NAME, file), text);
  const daemon = parts.add(await startDaemon(policy, socket, ["--hosts-dir", hosts], environment));
  const guarded = { folder, socket, plainHttp: [], env: environment };
  const containerd = parts.add(await GuardedContainerd.start(peers, guarded));
  const options = ["--hosts-dir", hosts, "--policy", policy];
  return { containerd, daemon, proxy, environment, options, hosts };
}

function countersignWith(environment: Readonly<Record<string, string>>, args: readonly string[]) {
  return finish(process.execPath, [MAIN, ...args], { env: { ...process.env, ...environment } });
}
