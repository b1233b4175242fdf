import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { RunningProcess } from "../process.js";
import type { Peers } from "./peers.js";

/** The CNCF distribution registry on a port of 127.0.0.1, over http, with nothing in it. */
export class DockerRegistry {
  /** Host and port, as in image names. */
  readonly host: string;
  readonly #process: RunningProcess;

  private constructor(host: string, running: RunningProcess) {
    this.host = host;
    this.#process = running;
  }

  static async start(peers: Peers, folder: string): Promise<DockerRegistry> {
    const host = `127.0.0.1:${await freePort()}`;
    const config = join(folder, "registry.yml");
    await writeFile(config, configuration(host, join(folder, "registry")));
    const program = join(peers.bin, "docker-registry");
    const running = await RunningProcess.start(program, ["serve", config], () => answers(host));
    return new DockerRegistry(host, running);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

function configuration(host: string, folder: string): string {
  return `version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: '${folder}'}}
http: {addr: '${host}'}
`;
}

/** A port nobody listens on; the registry cannot be told to choose one and say which. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(host: string): Promise<boolean> {
  const response = await fetch(`http://${host}/v2/`).catch(() => null);
  await response?.arrayBuffer();
  return response?.ok ?? false;
}
