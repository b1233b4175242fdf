import type { ServerResponse } from "node:http";

/** How a request goes wrong, in place of its proper answer. */
export interface Fault {
  /** 200 unless told. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Uint8Array | string;
  /**
   * `silence`: no answer. `reset`: the connection is cut off before the answer. `reset-in-body`: after the headers
   * and half of the body. `stall`: nothing comes after those. `endless`: a body that does not end. `short`: the body ends before the Content-Length it
   * announced. `drip`: it comes, a byte every half second. `garbage`: something that is not HTTP. `zero`: a status
   * of 000.
   */
  readonly manner?:
    | "silence"
    | "reset"
    | "reset-in-body"
    | "stall"
    | "endless"
    | "short"
    | "drip"
    | "garbage"
    | "zero";
}

export function serveFault(fault: Fault, response: ServerResponse): void {
  const body = Buffer.from(fault.body ?? "");
  const socket = response.socket;
  switch (fault.manner) {
    case "silence":
      return;
    case "reset":
      socket?.resetAndDestroy();
      return;
    case "garbage":
      socket?.end("not http at all\r\n\r\n");
      return;
    case "zero":
      socket?.end("HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n");
      return;
    case "reset-in-body":
      response.writeHead(fault.status ?? 200, { ...fault.headers, "content-length": body.length });
      response.write(body.subarray(0, body.length / 2), () => socket?.resetAndDestroy());
      return;
    case "stall":
      response.writeHead(fault.status ?? 200, { ...fault.headers, "content-length": body.length });
      response.write(body.subarray(0, body.length / 2));
      return;
    case "short":
      response.writeHead(fault.status ?? 200, { ...fault.headers, "content-length": body.length + 1 });
      response.write(body, () => socket?.end());
      return;
    case "endless":
      response.writeHead(fault.status ?? 200, { ...fault.headers });
      pour(response);
      return;
    case "drip":
      response.writeHead(fault.status ?? 200, { ...fault.headers, "content-length": body.length });
      drip(response, body);
      return;
    case undefined:
      response.writeHead(fault.status ?? 200, { "content-length": body.length, ...fault.headers });
      response.end(body);
  }
}

function pour(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(Buffer.alloc(64 * 1024), () => setImmediate(pour, response));
}

function drip(response: ServerResponse, body: Buffer): void {
  if (response.destroyed || body.length === 0) return void response.end();
  response.write(body.subarray(0, 1));
  setTimeout(drip, 500, response, body.subarray(1)).unref();
}
