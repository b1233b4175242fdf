import { join } from "node:path";

import { Containerd, type ContainerdOptions } from "../peers/containerd.js";
import { Cri } from "../peers/cri.js";
import { Ctr } from "../peers/ctr.js";
import type { ImageClient } from "../peers/image-client.js";
import type { Peers } from "../peers/peers.js";
import { installPlugin, type PluginChoice } from "./plugin.js";

/** Those that pull through one containerd. */
export interface Clients {
  readonly ctr: Ctr;
  readonly CRI: ImageClient;
}

export type ClientName = keyof Clients;

/** A containerd that asks our plugin, which asks the daemon on `socket`; and the two clients it is told to pull by. */
export class GuardedContainerd {
  readonly clients: Clients;
  readonly #containerd: Containerd;
  readonly #cri: Cri;

  private constructor(containerd: Containerd, cri: Cri, ctr: Ctr) {
    this.#containerd = containerd;
    this.#cri = cri;
    this.clients = { ctr, CRI: cri };
  }

  static async start(
    peers: Peers,
    options: Omit<ContainerdOptions, "binDir"> & { readonly socket: string; readonly plugin?: PluginChoice },
  ): Promise<GuardedContainerd> {
    const binDir = join(options.folder, "bin");
    await installPlugin(binDir, options.socket, options.plugin);
    const containerd = await Containerd.start(peers, { ...options, binDir });
    return new GuardedContainerd(containerd, new Cri(containerd.address), new Ctr(peers, containerd));
  }

  async stop(): Promise<void> {
    this.#cri.close();
    await this.#containerd.stop();
  }
}
