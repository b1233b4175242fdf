import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startDaemon } from "../../support/countersign/daemon.js";
import { type Clients, GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import type { PluginChoice } from "../../support/countersign/plugin.js";
import { Parts } from "../../support/parts.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import type { Peers } from "../../support/peers/peers.js";
import type { RunningProcess } from "../../support/process.js";
import { generateKey } from "../../support/sign.js";
import { publish } from "../publish.js";
import type { PolicyText, Story } from "./stories.js";

/** What the daemon logs when it has looked at a policy's files again. */
const LOOKED = /"message":"(?:policy in force|the new policy is not in force|every image is denied)/;

/** A story as far as two pulls. */
export interface Told {
  /** Of two containerds, one with each plugin. */
  readonly clients: Readonly<Record<PluginChoice, Clients>>;
  readonly daemon: RunningProcess;
  /** Names to pull. */
  readonly signed: string;
  readonly unsigned: string;
}

/** Two containerds and a registry; the daemon is another in each story. */
export class Stage {
  readonly #clients: Told["clients"];
  readonly #registry: string;
  readonly #socket: string;
  readonly #keys = { team: generateKey(), stranger: generateKey() };
  readonly #parts: Parts;

  private constructor(clients: Told["clients"], registry: string, socket: string, parts: Parts) {
    this.#clients = clients;
    this.#registry = registry;
    this.#socket = socket;
    this.#parts = parts;
  }

  static start(peers: Peers): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const socket = join(folder, "verifier.sock");
      const { host } = parts.add(await DockerRegistry.start(peers, folder));
      const guarded = async (plugin: PluginChoice) => {
        const own = join(folder, plugin);
        await mkdir(own);
        const containerd = { folder: own, socket, plainHttp: [host], plugin };
        return parts.add(await GuardedContainerd.start(peers, containerd)).clients;
      };
      const clients = { native: await guarded("native"), "on-node": await guarded("on-node") };
      return new Stage(clients, host, socket, parts);
    });
  }

  /** Plays a story up to where images are pulled; `pulls` does that, while its daemon runs. */
  async tell({ story, policy, later, key }: Story, pulls: (told: Told) => Promise<void>): Promise<void> {
    const slug = story.replace(/[^a-z]+/g, "-");
    const folder = join(this.#parts.folder, slug);
    await mkdir(folder);
    const fileOf = (name: string) => join(folder, name);
    const place = {
      registry: this.#registry,
      scope: `${this.#registry}/${slug}`,
      team: fileOf("team.pub"),
      stranger: fileOf("stranger.pub"),
    };
    await replace(place.team, this.#keys.team.publicPem);
    await replace(place.stranger, this.#keys.stranger.publicPem);
    const put = (text: PolicyText) => replace(fileOf("policy.json"), text(place));
    await put(policy);
    const daemon = await startDaemon(fileOf("policy.json"), this.#socket);
    try {
      if (later !== undefined) await whileLooking(daemon, () => put(later));
      if (key !== undefined) {
        const content = key === "replaced" ? this.#keys.stranger.publicPem : null;
        await whileLooking(daemon, () => replace(place.team, content));
      }
      const [signed, unsigned] = await this.#publish(slug);
      await pulls({ clients: this.#clients, daemon, signed, unsigned });
    } finally {
      await daemon.stop();
    }
  }

  async stop(): Promise<void> {
    await this.#parts.stop();
  }

  /** Two images, the first of them signed; their names. */
  async #publish(slug: string): Promise<[string, string]> {
    const signed = `${slug}/signed`;
    const as = `${this.#registry}/${signed}`;
    await publish(this.#registry, signed, { key: this.#keys.team, as });
    await publish(this.#registry, `${slug}/unsigned`, null);
    return [`${as}:1`, `${this.#registry}/${slug}/unsigned:1`];
  }
}

/** In one step, as editors do it; null removes the file. */
async function replace(file: string, content: string | null): Promise<void> {
  if (content === null) return rm(file, { force: true });
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

/** Milliseconds. */
const SOON = 5_000;

/** Does that and waits until the daemon has seen it, by itself if it may watch files on this machine. */
async function whileLooking(daemon: RunningProcess, change: () => Promise<void>): Promise<void> {
  const before = daemon.output.length;
  await change();
  // The system gives out a bounded number of watches, which may all be with others.
  const told = setTimeout(() => daemon.signal("SIGHUP"), SOON);
  await daemon.until("the daemon has not looked", () => LOOKED.test(daemon.output.slice(before)));
  clearTimeout(told);
}
