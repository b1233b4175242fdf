import { Agent, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { pipeline } from "node:stream";
import { type Fault, serveFault } from "../registry/fault.js";
import { ListeningHost, type SeenRequest } from "./listening-host.js";

/** Stands before a registry, passes everything on as it is, and lets some requests go wrong. */
export class RegistryProxy {
  readonly #host: ListeningHost;
  readonly #agent: Agent;

  private constructor(host: ListeningHost, agent: Agent) {
    this.#host = host;
    this.#agent = agent;
  }

  /** Before the registry at `upstream`, host and port. */
  static async start(
    upstream: string,
    onRequest: (seen: SeenRequest) => Fault | undefined,
  ): Promise<RegistryProxy> {
    const agent = new Agent({ keepAlive: true });
    const host = await ListeningHost.start((seen, request, response) => {
      const fault = onRequest(seen);
      if (fault === undefined) return passOn(upstream, agent, request, response);
      request.resume().once("end", () => serveFault(fault, response));
    });
    return new RegistryProxy(host, agent);
  }

  get host(): string {
    return this.#host.host;
  }

  get seen(): readonly SeenRequest[] {
    return this.#host.seen;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#host.stop();
  }
}

function passOn(upstream: string, agent: Agent, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const sent = send(`http://${upstream}${url}`, { method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  sent.once("error", () => response.destroy());
  pipeline(request, sent, () => {});
}
