import { createConnection } from "node:net";
import type { TestContext } from "node:test";

import { decodeResponse } from "../../../host/plugin/messages.js";
import type { VerifyImageRequest } from "../../../host/server/generated/countersign/v1/verifier.js";
import { fakeDaemon, fakeServer, type Misbehaviour } from "./fake-daemon.js";
import { execute, installPlugin } from "./installed-plugin.js";

const PREFACE_LENGTH = 24;
const FRAME_HEAD = 9;
const NONCE_LENGTH = 16;
const DATA = 0;
const HEADERS = 1;
const END_STREAM = 1;

/** Everything that a real HTTP/2 server sends for one request, answered as `respond` does, and that request. */
export interface RecordedAnswer {
  readonly bytes: Buffer;
  readonly request: VerifyImageRequest;
}

export async function recordAnswer(t: TestContext, respond: Misbehaviour): Promise<RecordedAnswer> {
  const requests: VerifyImageRequest[] = [];
  const daemon = await fakeDaemon(t, (stream, request) => {
    requests.push(request);
    respond(stream, request);
  });
  const sent: Buffer[] = [];
  const recorder = await fakeServer(t, (connection) => {
    const upstream = createConnection(daemon);
    upstream.on("data", (chunk: Buffer) => sent.push(chunk));
    upstream.on("error", () => {});
    connection.pipe(upstream).pipe(connection);
  });
  await execute(await installPlugin(t, recorder));
  const [request] = requests;
  if (request === undefined) throw new Error("no request came");
  return { bytes: Buffer.concat(sent), request };
}

/** The recorded answer as it would be to a request with another nonce. */
export function withNonce({ bytes, request }: RecordedAnswer, nonce: Buffer): Buffer {
  const answer = Buffer.from(bytes);
  const at = answer.indexOf(request.nonce);
  if (at >= 0) nonce.copy(answer, at);
  return answer;
}

/** A daemon that answers each request with the bytes `answer` makes of its nonce, and hangs up; its socket. */
export async function replayingDaemon(t: TestContext, answer: (nonce: Buffer) => Buffer): Promise<string> {
  return await fakeServer(t, (connection) => {
    let received = Buffer.alloc(0);
    connection.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const nonce = nonceIn(received);
      if (nonce === null) return;
      connection.removeAllListeners("data").resume();
      connection.end(answer(nonce));
    });
  });
}

/** The nonce of the request in what a client has sent, once it has sent all of it: the message's last field. */
function nonceIn(received: Buffer): Buffer | null {
  for (const { type, flags, payload } of framesOf(received.subarray(PREFACE_LENGTH)))
    if (type === DATA && flags & END_STREAM) return payload.subarray(-NONCE_LENGTH);
  return null;
}

/** Whether these bytes, read as simply as can be, are an acceptance of `request` with that nonce, ended with status 0. */
export function isAcceptance(answer: Buffer, request: VerifyImageRequest, nonce: Buffer): boolean {
  const ours = framesOf(answer).filter(
    ({ type, stream }) => stream === 1 && (type === DATA || type === HEADERS),
  );
  const end = ours.findIndex(({ flags }) => flags & END_STREAM);
  const last = ours[end];
  const status = Buffer.from("9acac8b21234da8f0130", "hex"); // grpc-status in HPACK's Huffman code, and "0"
  if (last?.type !== HEADERS || !last.payload.includes(status)) return false;
  const body = Buffer.concat(
    ours.slice(0, end).map(({ type, payload }) => (type === DATA ? payload : Buffer.alloc(0))),
  );
  const response = decodeResponse(body.subarray(5));
  if (response === null) return false;
  return (
    response.ok &&
    response.name.equals(Buffer.from(request.name)) &&
    response.digest.equals(Buffer.from(request.digest)) &&
    response.nonce.equals(nonce)
  );
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The whole frames (RFC 9113, section 4.1). */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + FRAME_HEAD <= bytes.length; ) {
    const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    const [type = 0, flags = 0] = bytes.subarray(at + 3);
    frames.push({ type, flags, stream, payload: bytes.subarray(at + FRAME_HEAD, end) });
    at = end;
  }
  return frames;
}
