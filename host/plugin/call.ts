import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import { createConnection } from "node:net";

import { Denial } from "./denial.js";

/** Far more than a judgement with every item of evidence; anything longer is not from our daemon. */
const ANSWER_LIMIT = 1024 * 1024;

/** gRPC puts one byte (compressed or not) and a 32-bit length before each message. */
const PREFIX_LENGTH = 5;

/**
 * One unary gRPC call over a Unix socket (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 * `method` is the path, such as `/countersign.v1.VerifierService/VerifyImage`. Resolves only to the single message of a
 * stream that ended cleanly with grpc-status 0; anything else rejects with a `Denial`. The daemon is told that it
 * has `timeoutMs`, so that it can say in time why it did not decide; nothing here holds it to that.
 */
export function callDaemon(
  socket: string,
  method: string,
  message: Buffer,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const connection = createConnection({ path: socket });
    const session = connect("http://localhost", { createConnection: () => connection });
    let connected = false;
    connection.once("connect", () => {
      connected = true;
    });

    const fail = (error: Error) => {
      session.destroy();
      if (!connected) reject(unreachable(socket, error));
      else reject(error instanceof Denial ? error : brokenCall(error));
    };
    session.on("error", fail);
    exchange(session, method, message, timeoutMs).then((answer) => {
      session.destroy();
      resolve(answer);
    }, fail);
  });
}

async function exchange(
  session: ClientHttp2Session,
  method: string,
  message: Buffer,
  timeoutMs: number,
): Promise<Buffer> {
  const stream = session.request({
    ":method": "POST",
    ":path": method,
    "content-type": "application/grpc",
    te: "trailers",
    "grpc-timeout": `${Math.max(1, Math.floor(timeoutMs))}m`,
  });
  stream.end(frame(message));
  const { headers, body, trailers } = await readResponse(stream);

  if (headers[":status"] !== 200) throw protocol(`http status ${headers[":status"]}`);
  // A server that has nothing but a status to send puts it into the only header block there is.
  const status = (trailers ?? headers)["grpc-status"];
  if (status === undefined) throw protocol("the answer ended without a status");
  if (status !== "0") throw protocol(`grpc status ${status}`);
  return unframe(body);
}

interface Response {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
}

function readResponse(stream: ClientHttp2Stream): Promise<Response> {
  return new Promise((resolve, reject) => {
    let headers: Response["headers"] | undefined;
    let trailers: IncomingHttpHeaders | undefined;
    let ended = false;
    let length = 0;
    const chunks: Buffer[] = [];

    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > ANSWER_LIMIT) stream.destroy(protocol(`the answer is longer than ${ANSWER_LIMIT} bytes`));
    });
    stream.on("end", () => {
      ended = true;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      const clean = ended && stream.rstCode === 0;
      if (clean && headers !== undefined) resolve({ headers, body: Buffer.concat(chunks), trailers });
      else reject(protocol("the answer was broken off"));
    });
  });
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The message, if there is exactly one, whole and not compressed. */
function unframe(body: Buffer): Buffer {
  if (body.length < PREFIX_LENGTH) throw protocol("there is no answer in the stream");
  if (body[0] !== 0) throw protocol("the answer is compressed");
  const end = PREFIX_LENGTH + body.readUInt32BE(1);
  if (body.length < end) throw protocol("the answer is incomplete");
  if (body.length > end) throw protocol("there is more than one answer");
  return body.subarray(PREFIX_LENGTH, end);
}

function brokenCall(error: Error): Denial {
  const { code } = error as NodeJS.ErrnoException;
  return protocol(`the connection failed: ${code ?? error.name}`);
}

function unreachable(socket: string, error: Error): Denial {
  const { code } = error as NodeJS.ErrnoException;
  return new Denial(
    "daemon-unreachable",
    `no daemon at ${socket} (${code ?? error.name}): is "countersign serve" running?`,
  );
}

function protocol(what: string): Denial {
  return new Denial("daemon-protocol", `${what}; the daemon's log may say more`);
}
