import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startDaemon } from "../../support/countersign/daemon.js";
import { type Clients, GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import { makeImage } from "../../support/image.js";
import { Parts } from "../../support/parts.js";
import { Cosign, type CosignKey } from "../../support/peers/cosign.js";
import { type Access, DockerRegistry } from "../../support/peers/docker-registry.js";
import type { Login } from "../../support/peers/image-client.js";
import type { Peers } from "../../support/peers/peers.js";
import { authFile, USER } from "../../support/peers/registry-user.js";
import { Skopeo } from "../../support/peers/skopeo.js";
import { TokenServer } from "../../support/peers/token-server.js";
import type { RunningProcess } from "../../support/process.js";
import { startRegistry, type TestRegistry } from "../../support/registry/registry.js";
import { generateKey, type SigningKey } from "../../support/sign.js";
import type { Signer } from "./acts.js";
import { type KeyName, policyOf } from "./requirements.js";
import { byTag, repositoryOf, type Scenario } from "./scenario.js";
import { overHttp, put, unchecked } from "./shelf.js";

/**
 * The registries. All but `careless` have the same content: what goes in by the open one comes out by all.
 * `forgotten` asks for a password that containerd is given, but our daemon is not.
 */
export type Door = "open" | "password" | "token" | "forgotten" | "careless";

/** Debian's packages in forky and in trixie. */
export type CosignVersion = "3.1" | "2.5";

/** An image that is where it is to be pulled from. */
export interface Published {
  readonly name: string;
  readonly login?: Login;
}

/** Everything the matrix is played with. */
export class Stage {
  readonly clients: Clients;
  readonly daemon: RunningProcess;
  readonly cosign: Readonly<Record<CosignVersion, Cosign>>;
  readonly skopeo: Skopeo;
  readonly keys: Readonly<Record<Signer, SigningKey>>;
  /** The team's, as cosign has it. */
  readonly cosignKey: CosignKey;
  readonly #hosts: Readonly<Record<Door, string>>;
  /** Stores whatever it is given, which docker-registry does not. */
  readonly #careless: TestRegistry;
  readonly #parts: Parts;

  private constructor(
    stage: Pick<Stage, "clients" | "daemon" | "cosign" | "skopeo" | "keys" | "cosignKey">,
    hosts: Readonly<Record<Door, string>>,
    careless: TestRegistry,
    parts: Parts,
  ) {
    this.clients = stage.clients;
    this.daemon = stage.daemon;
    this.cosign = stage.cosign;
    this.skopeo = stage.skopeo;
    this.keys = stage.keys;
    this.cosignKey = stage.cosignKey;
    this.#hosts = hosts;
    this.#careless = careless;
    this.#parts = parts;
  }

  /** With one policy for all these scenarios. */
  static start(peers: Peers, scenarios: readonly Scenario[]): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const fileOf = (name: string) => join(folder, name);
      const tokens = parts.add(await TokenServer.start());
      const careless = await startRegistry();
      parts.add({ stop: () => careless.close() });
      const hosts = { ...(await openDoors(peers, parts, tokens)), careless: careless.host };

      const keys = { team: generateKey(), stranger: generateKey() };
      await writeKeys(keys, fileOf);
      // Where cosign looks for passwords too.
      await writeFile(fileOf("config.json"), authFile(hosts.password, hosts.token));
      const cosign = { "3.1": new Cosign(peers, folder), "2.5": new Cosign(peers, folder, "cosign-2") };
      const skopeo = await Skopeo.prepare(peers, folder);
      const cosignKey = await cosign["3.1"].importKey("cosign-team", keys.team.privateKey);

      const placed = scenarios.map((scenario) => ({
        ...scenario,
        registry: hosts[scenario.from ?? "open"],
        repository: repositoryOf(scenario),
      }));
      const policy = policyOf(placed, (key: KeyName) => fileOf(`${key}.pub`));
      await writeFile(fileOf("policy.json"), policy);
      const socket = fileOf("verifier.sock");
      const options = ["--auth-file", fileOf("config.json"), "--token-realm", tokens.host];
      const daemon = parts.add(await startDaemon(fileOf("policy.json"), socket, options));

      const plainHttp = Object.values(hosts);
      const containerd = { folder, socket, plainHttp, dockerHub: hosts.open };
      const { clients } = parts.add(await GuardedContainerd.start(peers, containerd));
      return new Stage({ clients, daemon, cosign, skopeo, keys, cosignKey }, hosts, careless, parts);
    });
  }

  /** Pushes the scenario's image and does to it what it tells. */
  async publish(scenario: Scenario): Promise<Published> {
    const {
      image: make = (seed) => makeImage({ seed }),
      beside = [],
      from = "open",
      name = byTag,
    } = scenario;
    const repository = repositoryOf(scenario);
    const image = make(repository);
    const isCareless = from === "careless";
    const shelf = isCareless ? unchecked(this.#careless, repository) : overHttp(this.#hosts.open, repository);
    const place = `${this.#hosts[from]}/${repository}`;
    await put(shelf, image, "1");
    for (const act of beside) await act({ stage: this, shelf, repository, place, image });
    const isPrivate = from !== "open" && !isCareless;
    return { name: name({ place, repository, digest: image.digest }), ...(isPrivate && { login: USER }) };
  }

  async stop(): Promise<void> {
    await this.#parts.stop();
  }
}

/** docker-registry four times over the same content. */
async function openDoors(
  peers: Peers,
  parts: Parts,
  tokens: TokenServer,
): Promise<Record<Exclude<Door, "careless">, string>> {
  const start = async (access?: Access) =>
    parts.add(await DockerRegistry.start(peers, parts.folder, access)).host;
  return {
    open: await start(),
    password: await start("password"),
    token: await start(tokens),
    forgotten: await start("password"),
  };
}

/** secp256k1 is a curve that no policy may have a key on; there is no file for `missing`. */
async function writeKeys(
  { team, stranger }: Readonly<Record<Signer, SigningKey>>,
  fileOf: (name: string) => string,
): Promise<void> {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  await writeFile(fileOf("team.pub"), team.publicPem);
  await writeFile(fileOf("stranger.pub"), stranger.publicPem);
  await writeFile(fileOf("unusable.pub"), publicKey.export({ type: "spki", format: "pem" }));
}
