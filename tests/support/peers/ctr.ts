import { join } from "node:path";
import { finish, succeed } from "../process.js";
import type { ImageClient, Pull } from "./image-client.js";
import type { Peers } from "./peers.js";

/** containerd's own command, which pulls through the transfer service. */
export class Ctr implements ImageClient {
  readonly #program: string;
  readonly #address: string;

  constructor(peers: Peers, address: string) {
    this.#program = join(peers.bin, "ctr");
    this.#address = address;
  }

  async pull(name: string): Promise<Pull> {
    const args = ["--address", this.#address, "images", "pull", "--plain-http", name];
    const { status, stderr } = await finish(this.#program, args);
    return status === 0 ? { ok: true, error: "" } : { ok: false, error: stderr };
  }

  async has(name: string): Promise<boolean> {
    const images = await succeed(this.#program, ["--address", this.#address, "images", "list", "--quiet"]);
    return images.split("\n").includes(name);
  }
}
