import { join } from "node:path";
import { finish, succeed } from "../process.js";
import type { Containerd } from "./containerd.js";
import type { ImageClient, Login, Pull } from "./image-client.js";
import type { Peers } from "./peers.js";

/** containerd's own command, which pulls through the transfer service. */
export class Ctr implements ImageClient {
  readonly #program: string;
  readonly #address: string;
  readonly #certs: string;

  constructor(peers: Peers, { address, certs }: Pick<Containerd, "address" | "certs">) {
    this.#program = join(peers.bin, "ctr");
    this.#address = address;
    this.#certs = certs;
  }

  async pull(name: string, login?: Login): Promise<Pull> {
    const user = login === undefined ? [] : ["--user", `${login.username}:${login.password}`];
    const args = ["--address", this.#address, "images", "pull", "--hosts-dir", this.#certs, ...user, name];
    const { status, stderr } = await finish(this.#program, args);
    return status === 0 ? { ok: true, error: "" } : { ok: false, error: stderr };
  }

  async has(name: string): Promise<boolean> {
    const images = await succeed(this.#program, ["--address", this.#address, "images", "list", "--quiet"]);
    return images.split("\n").includes(name);
  }
}
