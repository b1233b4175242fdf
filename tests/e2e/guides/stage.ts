import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeImage } from "../../support/image.js";
import type { Parts } from "../../support/parts.js";
import { pushOverHttp } from "../../support/peers/content.js";
import { Cosign, type CosignKey } from "../../support/peers/cosign.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import type { Peers } from "../../support/peers/peers.js";
import { World } from "./world.js";

/** What is in the documents' registries, by repository and tag. */
export const IMAGES = {
  app: makeImage({ seed: "ghcr.io/acme/app", platforms: ["linux/amd64", "linux/arm64"] }),
  unsigned: makeImage({ seed: "ghcr.io/acme/unsigned" }),
  busybox: makeImage({ seed: "docker.io/library/busybox" }),
};

/** What all worlds begin with: registries with images, of which `ghcr.io/acme/app:1` is signed, and the key it is signed with. */
export class Stage {
  readonly #peers: Peers;
  readonly #parts: Parts;
  readonly #home: Record<string, string>;

  private constructor(peers: Peers, parts: Parts, home: Record<string, string>) {
    this.#peers = peers;
    this.#parts = parts;
    this.#home = home;
  }

  static async prepare(peers: Peers, parts: Parts): Promise<Stage> {
    const registry = await DockerRegistry.start(peers, parts.folder);
    await pushOverHttp(registry.host, "acme/app", IMAGES.app, "1");
    await pushOverHttp(registry.host, "acme/unsigned", IMAGES.unsigned, "1");
    await pushOverHttp(registry.host, "library/busybox", IMAGES.busybox, "latest");
    await registry.stop();
    const key = await new Cosign(peers, parts.folder, "cosign", { COSIGN_PASSWORD: "secret" }).generateKey(
      "cosign",
    );
    const stage = new Stage(peers, parts, await homeWith(key));
    await stage.#sign();
    return stage;
  }

  /** `given`: commands that make of it what a document begins with. */
  async world(given = ""): Promise<World> {
    const folder = await mkdtemp(join(this.#parts.folder, "world-"));
    const registry = join(this.#parts.folder, "registry");
    const world = await World.start({ peers: this.#peers, folder, registry, home: this.#home });
    const { status, output } = await world.run(given);
    if (status === 0) return world;
    await world.stop();
    throw new Error(`${given} failed (${status}): ${output}`);
  }

  /** As the documents have it signed, under the name it has there. */
  async #sign(): Promise<void> {
    const world = await this.world();
    await mkdir(join(this.#parts.folder, "registry"), { recursive: true });
    const options = "--tlog-upload=false --use-signing-config=false --new-bundle-format=false -y";
    const { status, output } = await world.run(
      `cosign sign --key cosign.key ${options} ghcr.io/acme/app@${IMAGES.app.digest} && cp -a /var/lib/registry/. /world/registry`,
    );
    await world.stop();
    if (status !== 0) throw new Error(`cosign sign failed (${status}): ${output}`);
  }
}

async function homeWith({ privateFile, publicPem }: CosignKey): Promise<Record<string, string>> {
  return { "cosign.key": await readFile(privateFile, "utf8"), "cosign.pub": publicPem };
}
