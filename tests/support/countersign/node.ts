import { join } from "node:path";
import { Parts } from "../parts.js";
import { Cosign, type CosignKey } from "../peers/cosign.js";
import { DockerRegistry } from "../peers/docker-registry.js";
import type { Peers } from "../peers/peers.js";
import type { RunningProcess } from "../process.js";
import { startDaemon } from "./daemon.js";
import { type Clients, GuardedContainerd } from "./guarded-containerd.js";
import type { PluginChoice } from "./plugin.js";
import { writePolicy } from "./policy.js";

/** A node in small: containerd with our plugin, our daemon with a policy, and a registry beside it. */
export class Node {
  readonly registry: string;
  readonly cosign: Cosign;
  /** By the name of their owner; the policy trusts `team`. */
  readonly keys: Readonly<Record<"team" | "stranger", CosignKey>>;
  readonly clients: Clients;
  readonly daemon: RunningProcess;
  readonly #parts: Parts;

  private constructor(node: Pick<Node, "registry" | "cosign" | "keys" | "clients" | "daemon">, parts: Parts) {
    this.registry = node.registry;
    this.cosign = node.cosign;
    this.keys = node.keys;
    this.clients = node.clients;
    this.daemon = node.daemon;
    this.#parts = parts;
  }

  static start(peers: Peers, plugin?: PluginChoice): Promise<Node> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const socket = join(folder, "verifier.sock");
      const policy = join(folder, "policy.json");
      const { host: registry } = parts.add(await DockerRegistry.start(peers, folder));
      const cosign = new Cosign(peers, folder);
      const keys = { team: await cosign.generateKey("team"), stranger: await cosign.generateKey("stranger") };
      await writePolicy(policy, registry, keys.team.publicFile);
      const daemon = parts.add(await startDaemon(policy, socket));
      const options = { folder, socket, plainHttp: [registry], ...(plugin && { plugin }) };
      const { clients } = parts.add(await GuardedContainerd.start(peers, options));
      return new Node({ registry, cosign, keys, clients, daemon }, parts);
    });
  }

  async stop(): Promise<void> {
    await this.#parts.stop();
  }
}
