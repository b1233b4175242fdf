import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";

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

/** A host on a port of 127.0.0.1, over http, or https where it has a certificate, that keeps in mind everything it was asked and shown. */
export class ListeningHost {
  /** Host and port, as in image names; it stays what it was when nobody listens there any more. */
  host = "";
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;

  private constructor(answer: Answer, tls: TlsOptions | undefined) {
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      const seen = see(request);
      this.seen.push(seen);
      answer(seen, request, response);
    };
    this.#server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  }

  static async start(answer: Answer, tls?: TlsOptions): Promise<ListeningHost> {
    const host = new ListeningHost(answer, tls);
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
