import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a host saw it. */
export interface SeenRequest {
  /** By its User-Agent. */
  readonly client: "containerd" | "countersign" | "another";
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The Authorization header's value, whole. */
  readonly authorization: string | undefined;
}

export type Answer = (seen: SeenRequest, request: IncomingMessage, response: ServerResponse) => void;

/** A host on a port of 127.0.0.1, over http, that keeps in mind everything it was asked and shown. */
export class ListeningHost {
  /** Host and port, as in image names; it stays what it was when nobody listens there any more. */
  host = "";
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      const seen = see(request);
      this.seen.push(seen);
      answer(seen, request, response);
    });
  }

  static async start(answer: Answer): Promise<ListeningHost> {
    const host = new ListeningHost(answer);
    host.#server.listen(0, "127.0.0.1");
    await once(host.#server, "listening");
    host.host = `127.0.0.1:${(host.#server.address() as AddressInfo).port}`;
    return host;
  }

  /** From then on connections are refused. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

function see(request: IncomingMessage): SeenRequest {
  const { method = "", url: path = "", headers } = request;
  const [, product] = /^(containerd|countersign)\//.exec(headers["user-agent"] ?? "") ?? [];
  const client = (product ?? "another") as SeenRequest["client"];
  return { client, method, path, authorization: headers.authorization };
}
