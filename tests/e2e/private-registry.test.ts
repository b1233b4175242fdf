// A registry with an authority of its own, client certificates and a token service, at which a real containerd and our
// daemon ask by the same hosts.toml.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { auditRecord, startDaemon } from "../support/countersign/daemon.js";
import { GuardedContainerd } from "../support/countersign/guarded-containerd.js";
import { makeImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp } from "../support/peers/content.js";
import { Cosign } from "../support/peers/cosign.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers, type Peers } from "../support/peers/peers.js";
import { authFile, USER } from "../support/peers/registry-user.js";
import { TokenServer } from "../support/peers/token-server.js";
import type { RunningProcess } from "../support/process.js";
import { authority } from "../support/registry/tls.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

describe("a private registry with an authority of its own, client certificates and tokens", () => {
  let setting: Setting;
  let parts: Parts;
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
        const name = `${setting.registry}/team/${image}:1`;
        const pull = await setting.containerd.clients[client].pull(name, USER);
        assert.equal(pull.ok, code === "accepted", pull.error);
        assert.equal(auditRecord(setting.daemon, name)?.code, code);
        assert.ok(!setting.daemon.output.includes(USER.password));
      });
    }
  }

  test("without a client certificate, the daemon cannot ask, and says so", { skip }, async () => {
    const name = `${setting.registry}/team/signed:1`;
    const pull = await setting.uninformed.clients.ctr.pull(name, USER);
    assert.equal(pull.ok, false);
    assert.match(pull.error, /registry-unavailable/);
  });
});

interface Setting {
  readonly registry: string;
  readonly containerd: GuardedContainerd;
  readonly daemon: RunningProcess;
  /** Whose daemon was not told of the client certificate. */
  readonly uninformed: GuardedContainerd;
}

async function arrange(peers: Peers, parts: Parts): Promise<Setting> {
  const { folder } = parts;
  const ours = authority("private");
  const client = ours.client("node-7");
  const server = ours.server();
  const tokens = parts.add(await TokenServer.start({ cert: server.certificate, key: server.key }));
  const secure = { ...ours.server(), clients: ours.certificate };
  const { host: registry } = parts.add(await DockerRegistry.start(peers, folder, tokens, secure));
  const { host: back } = parts.add(await DockerRegistry.start(peers, folder));
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
  const transports = { docker: { [`${registry}/team`]: [requirement] } };
  await writeFile(policy, JSON.stringify({ default: [{ type: "reject" }], transports }));
  const credentials = join(folder, "credentials.json");
  await writeFile(credentials, authFile(registry));

  const hosts = `server = "https://${registry}"\nca = "ca.crt"\n`;
  const files = { "ca.crt": ours.certificate, "c.crt": client.certificate, "c.key": client.key };
  const start = async (name: string, text: string) => {
    const own = join(folder, name);
    await mkdir(own);
    const socket = join(own, "verifier.sock");
    const certs = join(own, "hosts");
    await mkdir(join(certs, registry), { recursive: true });
    for (const [file, pem] of Object.entries({ ...files, "hosts.toml": text })) {
      await writeFile(join(certs, registry, file), pem);
    }
    const options = ["--hosts-dir", certs, "--auth-file", credentials, "--token-realm", tokens.host];
    return { own, socket, daemon: parts.add(await startDaemon(policy, socket, options)) };
  };
  const informed = await start("informed", `${hosts}client = [["c.crt", "c.key"]]\n`);
  const blind = await start("blind", hosts);
  const guarded = async ({ own, socket }: typeof informed) => {
    const containerd = parts.add(
      await GuardedContainerd.start(peers, { folder: own, socket, plainHttp: [] }),
    );
    const certs = join(own, "certs.d", registry);
    await mkdir(certs, { recursive: true });
    const text = `${hosts}client = [["c.crt", "c.key"]]\n`;
    for (const [file, pem] of Object.entries({ ...files, "hosts.toml": text }))
      await writeFile(join(certs, file), pem);
    return containerd;
  };
  return {
    registry,
    daemon: informed.daemon,
    containerd: await guarded(informed),
    uninformed: await guarded(blind),
  };
}
