import { Agent, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { type Fault, serveFault } from "../registry/fault.js";
import { ListeningHost, type SeenRequest } from "./listening-host.js";

/** What our daemon asks of a registry about an image. */
export type Asked = "manifest" | "signature" | "referrers" | "payload";

/** An answer as it should be. */
export interface Proper {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of the request, with the query. */
  readonly path: string;
}

/** What our daemon gets in place of the proper answer; null: nobody listens any more. */
export type Change = (proper: Proper) => Fault | null | Promise<Fault>;

export interface FaultPlan {
  /** Which of our requests go wrong. */
  readonly on: Asked;
  readonly change: Change;
  /** Authorization that our requests must have; those without are challenged. Undefined: they need none. */
  readonly admits?: string;
  /** WWW-Authenticate. */
  readonly challenge?: string;
}

/** What that other host gives. */
export const FOREIGN_TOKEN = "a-token-of-another-host";

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const NO_REFERRERS = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
const agent = new Agent({ keepAlive: true });

/**
 * Stands before a registry: containerd gets from it whatever it asks for, our daemon is asked for a password, and then
 * some of its requests go wrong. The two are told apart by their User-Agent. Has the referrers API, with no referrers.
 */
export class FaultyRegistry {
  /** How many of our requests went wrong. */
  faults = 0;
  /** Whether each of our requests came after containerd had resolved the image. */
  inOrder = true;
  #isResolved = false;
  readonly #upstream: string;
  readonly #plan: (host: string) => FaultPlan;
  #host!: ListeningHost;

  private constructor(upstream: string, plan: (host: string) => FaultPlan) {
    this.#upstream = upstream;
    this.#plan = plan;
  }

  /** Before the registry at `upstream`, host and port; `plan` may depend on this registry's own. */
  static async start(upstream: string, plan: (host: string) => FaultPlan): Promise<FaultyRegistry> {
    const registry = new FaultyRegistry(upstream, plan);
    registry.#host = await ListeningHost.start((seen, request, response) => {
      registry.#serve(seen, request, response).catch((error) => response.destroy(error));
    });
    return registry;
  }

  get host(): string {
    return this.#host.host;
  }

  /** What our daemon has asked. */
  get seen(): readonly SeenRequest[] {
    return this.#host.seen.filter(({ client }) => client === "countersign");
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  async #serve(seen: SeenRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const proper = await properAnswer(this.#upstream, request);
    if (seen.client === "containerd") {
      this.#isResolved ||= proper.status === 200;
      return serveFault(proper, response);
    }
    this.inOrder &&= this.#isResolved;
    const { on, change, admits, challenge } = this.#plan(this.host);
    if (admits !== undefined && challenge !== undefined && seen.authorization !== admits) {
      return serveFault({ status: 401, headers: { "www-authenticate": challenge } }, response);
    }
    if (askedBy(seen.path) !== on) return serveFault(proper, response);
    this.faults++;
    const fault = await change(proper);
    if (fault === null) await this.stop();
    else serveFault(fault, response);
  }
}

/** Another host with the same content, open to everybody, which gives tokens: for where a registry may send us. */
export function mirrorOf(upstream: string): Promise<ListeningHost> {
  return ListeningHost.start(({ path }, request, response) => {
    if (path.startsWith("/token"))
      return serveFault({ body: JSON.stringify({ token: FOREIGN_TOKEN }) }, response);
    properAnswer(upstream, request).then(
      (proper) => serveFault(proper, response),
      (error) => response.destroy(error),
    );
  });
}

function askedBy(path: string): Asked | null {
  if (/\/manifests\/sha256:[0-9a-f]{64}$/.test(path)) return "manifest";
  if (/\/manifests\/sha256-[0-9a-f]{64}\.sig$/.test(path)) return "signature";
  if (path.includes("/referrers/")) return "referrers";
  return path.includes("/blobs/") ? "payload" : null;
}

async function properAnswer(upstream: string, request: IncomingMessage): Promise<Proper> {
  const path = request.url ?? "";
  if (askedBy(path) === "referrers") {
    return { status: 200, headers: { "content-type": OCI_INDEX }, body: Buffer.from(NO_REFERRERS), path };
  }
  const response = await forward(upstream, request);
  const body: Buffer[] = [];
  for await (const chunk of response) body.push(chunk);
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "docker-content-digest"]) {
    const value = response.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  // The length of what is not sent cannot be counted.
  if (request.method === "HEAD") headers["content-length"] = response.headers["content-length"] ?? "0";
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(body), path };
}

function forward(upstream: string, { method, url, headers }: IncomingMessage): Promise<IncomingMessage> {
  const accept = headers.accept === undefined ? {} : { accept: headers.accept };
  return new Promise((resolve, reject) => {
    const sent = send(`http://${upstream}${url}`, { method, headers: accept, agent }, resolve);
    sent.once("error", reject);
    sent.end();
  });
}
