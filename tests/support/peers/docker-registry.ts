import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { RunningProcess } from "../process.js";
import type { Peers } from "./peers.js";
import { HTPASSWD } from "./registry-user.js";
import type { TokenServer } from "./token-server.js";

/** Who may pull and push: anybody, the one user by password, or whoever has a token of that server. */
export type Access = "anybody" | "password" | TokenServer;

/** PEM: the server's certificate and key, and the authority of the clients it talks to. */
export interface Secure {
  readonly certificate: string;
  readonly key: string;
  readonly clients: string;
}

/** The CNCF distribution registry on a port of 127.0.0.1, over http, or https to clients with a certificate. */
export class DockerRegistry {
  /** Host and port, as in image names. */
  readonly host: string;
  readonly #process: RunningProcess;

  private constructor(host: string, running: RunningProcess) {
    this.host = host;
    this.#process = running;
  }

  /** Keeps everything in `folder`; all that are started on the same one serve the same content, each by its own access. */
  static async start(
    peers: Peers,
    folder: string,
    access: Access = "anybody",
    secure?: Secure,
  ): Promise<DockerRegistry> {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const config = join(folder, `registry-${port}.yml`);
    const auth = await authentication(join(folder, `registry-${port}.auth`), access);
    await writeFile(
      config,
      configuration(
        host,
        join(folder, "registry"),
        auth,
        await tls(join(folder, `registry-${port}`), secure),
      ),
    );
    const program = join(peers.bin, "docker-registry");
    const running = await RunningProcess.start(program, ["serve", config], () =>
      secure ? connects(port) : answers(host),
    );
    return new DockerRegistry(host, running);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

function configuration(host: string, folder: string, auth: string, tls: string): string {
  return `version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: '${folder}'}}
http: {addr: '${host}'${tls}}
${auth}
`;
}

/** The configuration's member for it, in a list of others; files are written that begin with `prefix`. */
async function tls(prefix: string, secure: Secure | undefined): Promise<string> {
  if (secure === undefined) return "";
  for (const [name, pem] of Object.entries(secure)) await writeFile(`${prefix}.${name}`, pem);
  const files = `certificate: '${prefix}.certificate', key: '${prefix}.key', clientcas: ['${prefix}.clients']`;
  return `, tls: {${files}}`;
}

/** The configuration's member for it; `file` is written where one is needed. */
async function authentication(file: string, access: Access): Promise<string> {
  if (access === "anybody") return "";
  if (access === "password") {
    await writeFile(file, `${HTPASSWD}\n`);
    return `auth: {htpasswd: {realm: tests, path: '${file}'}}`;
  }
  const { realm, service, issuer, certificate } = access;
  await writeFile(file, certificate);
  const names = `realm: '${realm}', service: '${service}', issuer: '${issuer}'`;
  return `auth: {token: {${names}, rootcertbundle: '${file}'}}`;
}

/** A port nobody listens on; the registry cannot be told to choose one and say which. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

async function answers(host: string): Promise<boolean> {
  const response = await fetch(`http://${host}/v2/`).catch(() => null);
  await response?.arrayBuffer();
  return response?.status === 200 || response?.status === 401;
}
