import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket, type TlsOptions } from "node:tls";
import { type Authentication, Gate } from "./authentication.js";
import { type Fault, serveFault } from "./fault.js";
import { ok, type Reply, refusal } from "./reply.js";
import { Routes } from "./routes.js";
import type { Repository } from "./store.js";
import type { UploadManner } from "./uploads.js";

/** A request as the registry saw it; of the Authorization header only its kind. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: "none" | "basic" | "bearer" | "other";
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The common name of the client's certificate; null without one. */
  readonly client: string | null;
}

export interface TestRegistryOptions {
  readonly authentication?: Authentication;
  /** Whether `/v2/NAME/referrers/` exists, as in OCI distribution 1.1. */
  readonly referrers?: boolean;
  /** Whether blobs can be mounted from other repositories; else that begins an upload. */
  readonly mounts?: boolean;
  readonly uploads?: UploadManner;
  /** Makes it one that speaks https, and nothing else. */
  readonly tls?: TlsOptions;
  /** 0, any free port, unless told. */
  readonly port?: number;
  /** Waited for before a request is answered. */
  readonly hold?: (request: SeenRequest) => Promise<void>;
  /** Called for each request; a fault is served in place of the answer. */
  readonly onRequest?: (request: SeenRequest) => Fault | undefined;
}

/**
 * Starts an OCI registry in this process, on 127.0.0.1: pull and push as in the OCI distribution specification,
 * content in memory. For tests and the demo; containerd, cosign and skopeo are content with it.
 */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = new TestRegistry(options);
  await registry.listen();
  return registry;
}

export class TestRegistry {
  /** Everything asked so far, in order. */
  readonly requests: SeenRequest[] = [];
  /** Connections made so far. */
  connections = 0;
  /** Bytes of bodies read so far. */
  bytesReceived = 0;
  readonly gate: Gate | null;
  readonly #options: TestRegistryOptions;
  readonly #server: Server;
  readonly #routes: Routes;

  constructor(options: TestRegistryOptions) {
    this.#options = options;
    const { referrers = false, mounts = false, uploads = {} } = options;
    this.#routes = new Routes({ referrers, mounts, uploads });
    this.gate = options.authentication === undefined ? null : new Gate(options.authentication);
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: Error) => response.destroy(error));
    };
    const server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
    server.on("connection", () => {
      this.connections++;
    });
    this.#server = server;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port ?? 0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** As in image names, such as `127.0.0.1:40123`. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** What a repository holds, to look at. */
  repository(name: string): Repository {
    return this.#routes.repository(name);
  }

  /** Stores a manifest under a tag or its digest; returns its digest. */
  putManifest(repository: string, reference: string, bytes: Uint8Array, mediaType: string): string {
    return this.#routes.repository(repository).putManifest(reference, bytes, mediaType);
  }

  /** Stores a blob; returns its digest. */
  putBlob(repository: string, bytes: Uint8Array): string {
    return this.#routes.repository(repository).putBlob(bytes);
  }

  /** Points a tag at a digest. */
  tag(repository: string, tag: string, digest: string): void {
    this.#routes.repository(repository).tags.set(tag, digest);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = see(request);
    this.requests.push(seen);
    const body = await this.#readAll(request);
    await this.#options.hold?.(seen);
    const fault = this.#options.onRequest?.(seen);
    if (fault !== undefined) return serveFault(fault, response);
    const reply = this.#reply(request, seen, body);
    response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
    response.end(reply.body);
  }

  #reply(request: IncomingMessage, { method, path }: SeenRequest, body: Buffer): Reply {
    const url = new URL(path, `http://${this.host}`);
    if (url.pathname === "/token" && this.gate !== null)
      return this.gate.serveToken(request, url, body.toString());
    const match = /^\/v2\/(?:(.+)\/(manifests|blobs|referrers|tags)\/(.*))?$/.exec(url.pathname);
    if (match === null) return refusal(404, "UNSUPPORTED");
    const [, name = "", kind, rest = ""] = match;
    const action = method === "GET" || method === "HEAD" ? "pull" : "push";
    if (this.gate !== null && !this.gate.admits(request.headers.authorization, name, action)) {
      return refusal(401, "UNAUTHORIZED", { "www-authenticate": this.gate.challenge(name, this.host) });
    }
    if (kind === undefined) return ok("application/json", "{}");
    const mediaType = request.headers["content-type"] ?? "";
    const from = url.searchParams.get("from");
    const mayMount =
      from === null || (this.gate?.admits(request.headers.authorization, from, "pull") ?? true);
    if (!mayMount) url.searchParams.delete("mount");
    const contentRange = request.headers["content-range"] ?? null;
    const host = this.host;
    const query = url.searchParams;
    return this.#routes.serve({ method, name, kind, rest, query, mediaType, contentRange, host, body });
  }

  async #readAll(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      this.bytesReceived += chunk.length;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

function see(request: IncomingMessage): SeenRequest {
  const scheme = request.headers.authorization?.split(" ")[0]?.toLowerCase();
  const authorization =
    scheme === undefined ? "none" : scheme === "basic" || scheme === "bearer" ? scheme : "other";
  const { authorization: _secret, ...headers } = request.headers;
  const { socket } = request;
  const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined;
  const client = subject === undefined ? null : String(subject.CN);
  return { method: request.method ?? "", path: request.url ?? "", authorization, headers, client };
}
