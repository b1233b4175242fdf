import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { RunningProcess } from "../process.js";
import type { Peers } from "./peers.js";

export interface ContainerdOptions {
  /** Everything it keeps goes here. */
  readonly folder: string;
  /** Where it looks for image verifiers. */
  readonly binDir: string;
  /** Registries, host and port, that CRI may ask over http. */
  readonly plainHttp: readonly string[];
}

/** A containerd of its own: root, state, socket and configuration in one folder. */
export class Containerd {
  readonly address: string;
  readonly #process: RunningProcess;

  private constructor(address: string, running: RunningProcess) {
    this.address = address;
    this.#process = running;
  }

  static async start(peers: Peers, { folder, binDir, plainHttp }: ContainerdOptions): Promise<Containerd> {
    const certs = join(folder, "certs.d");
    for (const host of plainHttp) {
      await mkdir(join(certs, host), { recursive: true });
      await writeFile(join(certs, host, "hosts.toml"), `server = "http://${host}"\n`);
    }
    const config = join(folder, "containerd.toml");
    const address = join(folder, "containerd.sock");
    await writeFile(config, configuration({ folder, address, binDir, certs }));
    const env = { ...process.env, PATH: `${peers.bin}:${process.env["PATH"]}` };
    const args = ["--config", config];
    const running = await RunningProcess.start(
      join(peers.bin, "containerd"),
      args,
      () => answers(address),
      env,
    );
    return new Containerd(address, running);
  }

  /** What it has logged. */
  get log(): string {
    return this.#process.output;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

// No member here may be one of those that make CRI pull by itself, without asking a verifier: registry.mirrors,
// registry.configs, max_concurrent_downloads and their kin (`CheckLocalImagePullConfigs` in containerd).
function configuration(paths: { folder: string; address: string; binDir: string; certs: string }): string {
  return `version = 3
root = '${paths.folder}/root'
state = '${paths.folder}/state'
disabled_plugins = ['io.containerd.nri.v1.nri']

[grpc]
  address = '${paths.address}'

[plugins.'io.containerd.image-verifier.v1.bindir']
  bin_dir = '${paths.binDir}'
  max_verifiers = 10
  per_verifier_timeout = '10s'

[plugins.'io.containerd.cri.v1.images']
  use_local_image_pull = false
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = '${paths.certs}'
`;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on("connect", () => resolve(true)).on("error", () => resolve(false));
    connection.on("connect", () => connection.destroy());
  });
}
