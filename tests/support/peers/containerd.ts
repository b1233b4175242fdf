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
  /** Registries, host and port, that may be asked over http. */
  readonly plainHttp: readonly string[];
  /** Of those, the one that is asked for images of docker.io. */
  readonly dockerHub?: string;
  /** What a verifier may take, as a Go duration; containerd's default unless told. */
  readonly verifierTimeout?: string;
  /** Added to its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Makes something else of its configuration. */
  readonly edit?: (configuration: string) => string;
}

/** A containerd of its own: root, state, socket and configuration in one folder. */
export class Containerd {
  readonly address: string;
  /** Where it is said how registries are reached (`config_path`). */
  readonly certs: string;
  readonly #process: RunningProcess;

  private constructor(address: string, certs: string, running: RunningProcess) {
    this.address = address;
    this.certs = certs;
    this.#process = running;
  }

  static async start(peers: Peers, options: ContainerdOptions): Promise<Containerd> {
    const { folder, binDir, plainHttp, dockerHub, verifierTimeout = "10s", edit = (text) => text } = options;
    const certs = join(folder, "certs.d");
    for (const host of plainHttp) await writeHosts(certs, host, host);
    if (dockerHub !== undefined) await writeHosts(certs, "docker.io", dockerHub);
    const config = join(folder, "containerd.toml");
    const address = join(folder, "containerd.sock");
    await writeFile(config, edit(configuration({ folder, address, binDir, certs, verifierTimeout })));
    const env = { ...process.env, ...options.env, PATH: `${peers.bin}:${process.env["PATH"]}` };
    const args = ["--config", config];
    const running = await RunningProcess.start(
      join(peers.bin, "containerd"),
      args,
      () => answers(address),
      env,
    );
    return new Containerd(address, certs, running);
  }

  /** What it has logged. */
  get log(): string {
    return this.#process.output;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

/** containerd's hosts.toml: the host that names of `registry` are asked for at, over http. */
async function writeHosts(certs: string, registry: string, host: string): Promise<void> {
  await mkdir(join(certs, registry), { recursive: true });
  await writeFile(join(certs, registry, "hosts.toml"), `server = "http://${host}"\n`);
}

// No member here may be one of those that make CRI pull by itself, without asking a verifier: registry.mirrors,
// registry.configs, max_concurrent_downloads and their kin (`CheckLocalImagePullConfigs` in containerd).
function configuration(set: {
  folder: string;
  address: string;
  binDir: string;
  certs: string;
  verifierTimeout: string;
}): string {
  return `version = 3
root = '${set.folder}/root'
state = '${set.folder}/state'
disabled_plugins = ['io.containerd.nri.v1.nri']

[grpc]
  address = '${set.address}'

[plugins.'io.containerd.image-verifier.v1.bindir']
  bin_dir = '${set.binDir}'
  max_verifiers = 10
  per_verifier_timeout = '${set.verifierTimeout}'

[plugins.'io.containerd.cri.v1.images']
  use_local_image_pull = false
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = '${set.certs}'
`;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on("connect", () => resolve(true)).on("error", () => resolve(false));
    connection.on("connect", () => connection.destroy());
  });
}
