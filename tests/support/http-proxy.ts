import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import type { TlsOptions } from "node:tls";

/** What a proxy was asked for. */
export interface Proxied {
  readonly method: string;
  /** Host and port for CONNECT, else a whole URL. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
}

export interface HttpProxyOptions {
  /** By host and port as they are asked for, where that really is; what is not listed cannot be reached. */
  readonly places: ReadonlyMap<string, string>;
  /** What Proxy-Authorization has to be. */
  readonly authorization?: string;
  /** Answers CONNECT in place of the proxy. */
  readonly onConnect?: (socket: Duplex) => void;
  /** Makes it one that is spoken to by https. */
  readonly tls?: TlsOptions;
}

/** An HTTP proxy (RFC 9110, section 9.3.6; RFC 9112, section 3.2.2) on 127.0.0.1, that keeps in mind what it was asked for. */
export class HttpProxyServer {
  readonly seen: Proxied[] = [];
  readonly #options: HttpProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(options: HttpProxyOptions) {
    this.#options = options;
    const serve = (request: IncomingMessage, response: ServerResponse) => this.#forward(request, response);
    const { tls } = options;
    this.#server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
    this.#server.on("connect", (request, socket) => this.#tunnel(request, socket));
    for (const event of ["connection", "secureConnection"])
      this.#server.on(event, (socket: Duplex) => this.#keep(socket));
  }

  static async start(options: HttpProxyOptions): Promise<HttpProxyServer> {
    const proxy = new HttpProxyServer(options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }

  #see({ method = "", url = "", headers }: IncomingMessage): boolean {
    this.seen.push({ method, target: url, headers });
    const { authorization } = this.#options;
    return authorization === undefined || headers["proxy-authorization"] === authorization;
  }

  #tunnel(request: IncomingMessage, socket: Duplex): void {
    const isKnown = this.#see(request);
    if (this.#options.onConnect !== undefined) {
      this.#options.onConnect(socket);
      return;
    }
    const [host = "", port] = this.#options.places.get(request.url ?? "")?.split(":") ?? [];
    if (!isKnown || host === "") {
      socket.end(`HTTP/1.1 ${isKnown ? "502 Bad Gateway" : "407 Proxy Authentication Required"}\r\n\r\n`);
      return;
    }
    const there = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      pipeline(socket, there, () => {});
      pipeline(there, socket, () => {});
    });
    this.#keep(there);
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const isKnown = this.#see(request);
    const url = URL.canParse(request.url ?? "") ? new URL(request.url ?? "") : null;
    const place = url === null ? undefined : this.#options.places.get(url.host);
    if (!isKnown || url === null || place === undefined) {
      response.writeHead(isKnown ? 502 : 407).end();
      return;
    }
    const { "proxy-authorization": _ours, ...headers } = request.headers;
    const sent = send(
      `http://${place}${url.pathname}${url.search}`,
      { method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, response, () => {});
      },
    );
    sent.once("error", () => response.destroy());
    pipeline(request, sent, () => {});
  }
}
