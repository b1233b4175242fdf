import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { MAIN } from "../../support/countersign/cli.js";
import { startDaemon } from "../../support/countersign/daemon.js";
import { type Clients, GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import { policySigned } from "../../support/countersign/policy.js";
import { Parts } from "../../support/parts.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import { FaultyRegistry, type Proper } from "../../support/peers/faulty-registry.js";
import type { Peers } from "../../support/peers/peers.js";
import { RunningProcess } from "../../support/process.js";
import type { Fault } from "../../support/registry/fault.js";
import { generateKey } from "../../support/sign.js";
import { publish } from "../publish.js";

const SIGNED_AS = "registry.example/app";
const DAMAGE = new URL("damage.js", import.meta.url);

/** A registry for all scenes, with images that are signed and images that are not. */
export class Library {
  readonly #parts: Parts;

  private constructor(
    readonly host: string,
    readonly policy: string,
    parts: Parts,
  ) {
    this.#parts = parts;
  }

  /** With `count` images of each kind: `signed/0` and so on, `unsigned/0` and so on. */
  static open(peers: Peers, count: number): Promise<Library> {
    return Parts.gather(async (parts) => {
      const { host } = parts.add(await DockerRegistry.start(peers, parts.folder));
      const key = generateKey();
      const numbers = Array.from({ length: count }, (_, i) => i);
      await Promise.all(numbers.map((i) => publish(host, `signed/${i}`, { key, as: SIGNED_AS })));
      await Promise.all(numbers.map((i) => publish(host, `unsigned/${i}`, null)));
      const keyFile = join(parts.folder, "team.pub");
      const policy = join(parts.folder, "policy.json");
      await writeFile(keyFile, key.publicPem);
      await writeFile(policy, policySigned(keyFile, SIGNED_AS));
      return new Library(host, policy, parts);
    });
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}

/** A containerd that asks whatever is at a socket, and a registry that says when our daemon asks it for a manifest. */
export class Scene {
  /** In a folder of its own, which is there. */
  readonly socket: string;
  readonly clients: Clients;
  /** What is done, and answered, when our daemon asks the registry for a manifest. */
  onQuestion: (proper: Proper) => Fault | Promise<Fault> = (proper) => proper;
  readonly #registry: FaultyRegistry;
  readonly #policy: string;
  readonly #parts: Parts;

  private constructor(
    scene: Pick<Scene, "socket" | "clients">,
    registry: FaultyRegistry,
    policy: string,
    parts: Parts,
  ) {
    this.socket = scene.socket;
    this.clients = scene.clients;
    this.#registry = registry;
    this.#policy = policy;
    this.#parts = parts;
  }

  /** `socket`: where containerd's plugin is to ask, if it is not the scene's own. */
  static set(peers: Peers, library: Library, elsewhere?: string): Promise<Scene> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const change = (proper: Proper) => scene.onQuestion(proper);
      const registry = parts.add(
        await FaultyRegistry.start(library.host, () => ({ on: "manifest", change })),
      );
      await mkdir(join(folder, "run"), { mode: 0o700 });
      const socket = elsewhere ?? join(folder, "run", "verifier.sock");
      // A denial has to come before this, and with a sentence: containerd has none for what it kills.
      const verifierTimeout = "9.5s";
      const containerd = { folder, socket, plainHttp: [registry.host], verifierTimeout };
      const { clients } = parts.add(await GuardedContainerd.start(peers, containerd));
      const scene: Scene = new Scene({ socket, clients }, registry, library.policy, parts);
      return scene;
    });
  }

  /** A real daemon at the socket. */
  async daemon(): Promise<RunningProcess> {
    return this.#parts.add(await startDaemon(this.#policy, this.socket));
  }

  /** The same, whose core can be damaged by SIGUSR2. */
  async damageableDaemon(): Promise<RunningProcess> {
    const serve = [MAIN, "serve", "--policy", this.#policy, "--socket", this.socket];
    const daemon = await RunningProcess.start(
      process.execPath,
      ["--import", DAMAGE.href, ...serve],
      ({ output }) => /^listening on /m.test(output),
    );
    return this.#parts.add(daemon);
  }

  /** What an image of the library is called. */
  nameOf(repository: string): string {
    return `${this.#registry.host}/${repository}:1`;
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}
