import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const PATH = "/metrics";
const MAX_CONNECTIONS = 16;

export interface MetricsListener {
  /** Host and port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Answers GET /metrics, in Prometheus' text format 0.0.4, and nothing else. Rejects where it cannot listen. */
export async function listenForMetrics(
  host: string,
  port: number,
  expose: () => string,
): Promise<MetricsListener> {
  const server = createServer(
    { requestTimeout: 5_000, headersTimeout: 5_000 },
    ({ method, url }, response) => {
      if (method !== "GET" || url?.replace(/\?.*/s, "") !== PATH) {
        response.writeHead(404, { "content-length": 0 }).end();
        return;
      }
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(expose());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.unref().listen(port, host);
  await once(server, "listening");
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    address: `${address.includes(":") ? `[${address}]` : address}:${bound}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
