import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer as createNetServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import {
  VerifyImageRequest,
  VerifyImageResponse,
} from "../../../host/server/generated/countersign/v1/verifier.js";

export type Misbehaviour = (stream: ServerHttp2Stream, request: VerifyImageRequest) => void;

/** A new folder only we may write to, removed after the test. */
export function privateFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A daemon that treats each request as `respond` says; the path of its socket. */
export async function fakeDaemon(t: TestContext, respond: Misbehaviour): Promise<string> {
  const server = createHttp2Server();
  server.on("sessionError", () => {});
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => respond(stream, VerifyImageRequest.decode(unframed(Buffer.concat(chunks)))));
  });
  return await listen(t, server);
}

/** A server that gets the bare connection: what it says need not be HTTP/2. */
export async function fakeServer(t: TestContext, respond: (connection: Socket) => void): Promise<string> {
  return await listen(t, createNetServer(respond));
}

async function listen(t: TestContext, server: Server): Promise<string> {
  const socket = join(privateFolder(t), "verifier.sock");
  const connections = new Set<Socket>();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(socket, 0o600);
  t.after(() => {
    for (const connection of connections) connection.destroy();
    server.close();
  });
  return socket;
}

/** The answer a well-behaved daemon gives: accepted, with the echo; `changes` make it another. */
export function accepted(request: VerifyImageRequest, changes: Partial<VerifyImageResponse> = {}): Buffer {
  const { name, digest, nonce } = request;
  const judgement = {
    name,
    digest,
    transport: "docker",
    scope: "",
    requirement: 0,
    signer: "",
    items: [],
    policyDigest: "",
  };
  const response = {
    ok: true,
    code: "accepted",
    reason: "signed by key 1",
    name,
    digest,
    nonce,
    judgement,
    ...changes,
  };
  return Buffer.from(VerifyImageResponse.encode(response).finish());
}

/** A gRPC message: its prefix, then itself. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The one message that a request is. */
function unframed(body: Buffer): Buffer {
  const message = body.subarray(5);
  assert.deepEqual(body, framed(message), "the request is framed wrongly");
  return message;
}

/** Sends `body` as the whole answer, then `trailers`. */
export function send(
  stream: ServerHttp2Stream,
  body: Buffer,
  trailers: Record<string, string> = { "grpc-status": "0" },
): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(body);
}

/** Answers as a well-behaved daemon would. */
export const accept: Misbehaviour = (stream, request) => send(stream, framed(accepted(request)));
