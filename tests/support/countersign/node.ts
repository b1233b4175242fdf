import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Containerd } from "../peers/containerd.js";
import { Cosign, type CosignKey } from "../peers/cosign.js";
import { Cri } from "../peers/cri.js";
import { Ctr } from "../peers/ctr.js";
import { DockerRegistry } from "../peers/docker-registry.js";
import type { ImageClient } from "../peers/image-client.js";
import type { Peers } from "../peers/peers.js";
import type { RunningProcess } from "../process.js";
import { startDaemon } from "./daemon.js";
import { installPlugin } from "./plugin.js";
import { writePolicy } from "./policy.js";

/** A node in small: containerd with our plugin, our daemon with a policy, and a registry beside it. */
export class Node {
  readonly registry: string;
  readonly cosign: Cosign;
  /** By the name of their owner; the policy trusts `team`. */
  readonly keys: Readonly<Record<"team" | "stranger", CosignKey>>;
  readonly clients: Readonly<Record<"ctr" | "CRI", ImageClient>>;
  readonly daemon: RunningProcess;
  readonly #stops: readonly (() => unknown)[];

  private constructor(
    parts: Pick<Node, "registry" | "cosign" | "keys" | "clients" | "daemon">,
    stops: readonly (() => unknown)[],
  ) {
    this.registry = parts.registry;
    this.cosign = parts.cosign;
    this.keys = parts.keys;
    this.clients = parts.clients;
    this.daemon = parts.daemon;
    this.#stops = stops;
  }

  static async start(peers: Peers): Promise<Node> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-node-"));
    const stops = [() => rm(folder, { recursive: true })];
    try {
      return await Node.#startIn(folder, peers, stops);
    } catch (error) {
      await stopAll(stops);
      throw error;
    }
  }

  static async #startIn(folder: string, peers: Peers, stops: (() => unknown)[]): Promise<Node> {
    const socket = join(folder, "verifier.sock");
    const binDir = join(folder, "bin");
    const policy = join(folder, "policy.json");
    const started = <T extends { stop(): unknown }>(part: T): T => {
      stops.push(() => part.stop());
      return part;
    };

    const registry = started(await DockerRegistry.start(peers, folder));
    const cosign = new Cosign(peers, folder);
    const keys = { team: await cosign.generateKey("team"), stranger: await cosign.generateKey("stranger") };
    await writePolicy(policy, registry.host, keys.team.publicFile);
    const daemon = started(await startDaemon(policy, socket));
    await installPlugin(binDir, socket);
    const plainHttp = [registry.host];
    const containerd = started(await Containerd.start(peers, { folder, binDir, plainHttp }));
    const cri = new Cri(containerd.address);
    stops.push(() => cri.close());
    const clients = { ctr: new Ctr(peers, containerd), CRI: cri };
    return new Node({ registry: registry.host, cosign, keys, clients, daemon }, stops);
  }

  async stop(): Promise<void> {
    await stopAll(this.#stops);
  }
}

async function stopAll(stops: readonly (() => unknown)[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}
