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

  async find(name: string): Promise<string | null> {
    const images = await this.#list("default", "images", "list");
    const [, , digest = null] = images.find(([found]) => found === name) ?? [];
    return digest;
  }

  /** Every digest containerd has anything of, whoever pulled it: of images, and of content. */
  async digests(): Promise<ReadonlySet<string>> {
    const lists = [];
    for (const namespace of ["default", "k8s.io"]) {
      lists.push(
        await this.#list(namespace, "images", "list"),
        await this.#list(namespace, "content", "list"),
      );
    }
    return new Set(lists.flat(2).filter((word) => /^sha256:[0-9a-f]{64}$/.test(word)));
  }

  /** The words of each line that it prints. */
  async #list(namespace: string, ...command: readonly string[]): Promise<string[][]> {
    const args = ["--address", this.#address, "--namespace", namespace, ...command];
    return (await succeed(this.#program, args)).split("\n").map((line) => line.split(/\s+/));
  }
}
