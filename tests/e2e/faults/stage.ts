import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startDaemon } from "../../support/countersign/daemon.js";
import { type Clients, GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import { policySigned } from "../../support/countersign/policy.js";
import { Parts } from "../../support/parts.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import { type Asked, type FaultPlan, FaultyRegistry, mirrorOf } from "../../support/peers/faulty-registry.js";
import type { ListeningHost } from "../../support/peers/listening-host.js";
import type { Peers } from "../../support/peers/peers.js";
import type { RunningProcess } from "../../support/process.js";
import { generateKey } from "../../support/sign.js";
import type { Outcome } from "../outcome.js";
import { publish } from "../publish.js";
import type { FaultLine, Hosts } from "./faults.js";

/** One pull: a fault, and the request it befalls. */
export interface Played {
  readonly line: FaultLine;
  readonly asked: Asked;
  readonly outcome: Outcome;
}

export function pullsOf(lines: readonly FaultLine[]): Played[] {
  return lines.flatMap((line) =>
    Object.entries(line.on).map(([asked, outcome]) => ({ line, asked: asked as Asked, outcome })),
  );
}

/** What there is to pull. An image that is accepted is another than those that are not. */
type Repository = "faults/signed" | "faults/unsigned" | "faults/accepted";

/** How the passwords of all registries begin. */
export const PASSWORD = "password-for-";

/** A name that nobody has: what is signed is signed under it, wherever it is. */
const SIGNED_AS = "registry.example/faults";

/** A containerd, our daemon, a registry, and for each pull a faulty registry of its own before it. */
export class Stage {
  readonly clients: Clients;
  readonly daemon: RunningProcess;
  readonly registries: ReadonlyMap<Played, FaultyRegistry>;
  /** Where registries have tried to send us. */
  readonly foreign: ListeningHost;
  readonly #parts: Parts;

  private constructor(stage: Pick<Stage, "clients" | "daemon" | "registries" | "foreign">, parts: Parts) {
    this.clients = stage.clients;
    this.daemon = stage.daemon;
    this.registries = stage.registries;
    this.foreign = stage.foreign;
    this.#parts = parts;
  }

  static start(peers: Peers, pulls: readonly Played[]): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const fileOf = (name: string) => join(folder, name);
      const { host: upstream } = parts.add(await DockerRegistry.start(peers, folder));
      const foreign = parts.add(await mirrorOf(upstream));
      const registries = new Map<Played, FaultyRegistry>();
      for (const pull of pulls) {
        const plan = (own: string) => planFor(pull, { own, foreign: foreign.host });
        registries.set(pull, parts.add(await FaultyRegistry.start(upstream, plan)));
      }
      const key = generateKey();
      await publish(upstream, "faults/signed", { key, as: SIGNED_AS });
      await publish(upstream, "faults/accepted", { key, as: SIGNED_AS });
      await publish(upstream, "faults/unsigned", null);

      await writeFile(fileOf("team.pub"), key.publicPem);
      await writeFile(fileOf("policy.json"), policySigned(fileOf("team.pub"), SIGNED_AS));
      const hosts = [...registries.values(), foreign].map(({ host }) => host);
      const auths = Object.fromEntries(hosts.map((host) => [host, { auth: authOf(host) }]));
      await writeFile(fileOf("auth.json"), JSON.stringify({ auths }));
      const socket = fileOf("verifier.sock");
      const options = ["--auth-file", fileOf("auth.json")];
      const daemon = parts.add(await startDaemon(fileOf("policy.json"), socket, options));
      const { clients } = parts.add(
        await GuardedContainerd.start(peers, { folder, socket, plainHttp: hosts }),
      );
      return new Stage({ clients, daemon, registries, foreign }, parts);
    });
  }

  registryFor(pull: Played): FaultyRegistry {
    const registry = this.registries.get(pull);
    if (registry === undefined) throw new Error("this stage is not for that pull");
    return registry;
  }

  nameFor(pull: Played): string {
    return `${this.registryFor(pull).host}/${repositoryFor(pull)}:1`;
  }

  async stop(): Promise<void> {
    await this.#parts.stop();
  }
}

/** What our daemon shows to that host, and to no other. */
export function authorizationOf(host: string): string {
  return `Basic ${authOf(host)}`;
}

function authOf(host: string): string {
  return Buffer.from(`node-7:${PASSWORD}${host}`).toString("base64");
}

function planFor({ line: { serve, challenge }, asked }: Played, hosts: Hosts): FaultPlan {
  return {
    on: asked,
    change: (proper) => (serve === undefined ? proper : serve(proper, hosts)),
    admits: authorizationOf(hosts.own),
    challenge: challenge?.(hosts) ?? 'Basic realm="a registry"',
  };
}

function repositoryFor({ asked, outcome }: Played): Repository {
  if (outcome.reason === null) return "faults/accepted";
  // Where the list of referrers is to be missed, nothing else may make up for it.
  return asked === "referrers" ? "faults/unsigned" : "faults/signed";
}
