// gRPC calls of one method on a Unix socket, spoken in frames (RFC 9113): a whole HTTP/2 client takes longer for a call than
// the daemon does.

import { createConnection, type Socket } from "node:net";

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;

const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** SETTINGS_INITIAL_WINDOW_SIZE; and the connection's own window, which starts at 65,535 bytes. */
const WINDOW = 0x7fff_ffff;
const LARGE_WINDOW = [
  frame(SETTINGS, 0, 0, Buffer.from([0, 4, ...uint32(WINDOW)])),
  frame(WINDOW_UPDATE, 0, 0, uint32(WINDOW - 65_535)),
];

/** One connection for unary calls. The bodies of those under way must fit into 65,535 bytes together. */
export class CallStream {
  readonly #socket: Socket;
  readonly #headers: Buffer;
  readonly #calls = new Map<number, Call>();
  #nextStream = 1;
  #rest: Buffer = Buffer.alloc(0);

  /** `path`: of the method, such as `/package.Service/Method`. */
  constructor(socket: string, path: string) {
    this.#headers = Buffer.concat(
      Object.entries({
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "localhost",
        "content-type": "application/grpc",
        te: "trailers",
      }).map(([name, value]) => literal(name, value)),
    );
    this.#socket = createConnection(socket);
    this.#socket.on("data", (bytes) => this.#read(bytes));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
    this.#socket.write(Buffer.concat([PREFACE, ...LARGE_WINDOW]));
  }

  /** The message that answers `message`. Rejects where there is none. */
  call(message: Uint8Array): Promise<Buffer> {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const prefixed = Buffer.concat([Buffer.from([0, ...uint32(message.length)]), message]);
    this.#socket.write(
      Buffer.concat([
        frame(HEADERS, END_HEADERS, stream, this.#headers),
        frame(DATA, END_STREAM, stream, prefixed),
      ]),
    );
    return new Promise((resolve, reject) => this.#calls.set(stream, { chunks: [], resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= 9) {
      const end = 9 + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      this.#take(rest.readUInt8(3), rest.readUInt8(4), rest.readUInt32BE(5), rest.subarray(9, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    const call = this.#calls.get(stream);
    if (type === SETTINGS && !(flags & ACK)) this.#socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    else if (type === PING && !(flags & ACK)) this.#socket.write(frame(PING, ACK, 0, payload));
    else if (type === GOAWAY) this.#fail(new Error("the daemon ends the connection"));
    else if (type === RST_STREAM) this.#end(stream, new Error("the daemon ends the call"));
    else if (type === DATA) call?.chunks.push(payload);
    if ((type === DATA || type === HEADERS) && flags & END_STREAM) this.#end(stream);
  }

  #end(stream: number, error?: Error): void {
    const call = this.#calls.get(stream);
    this.#calls.delete(stream);
    const answer = Buffer.concat(call?.chunks ?? []);
    if (error !== undefined) call?.reject(error);
    else if (answer.length < 5) call?.reject(new Error("no message, but an error"));
    else call?.resolve(answer.subarray(5));
  }

  #fail(error: Error): void {
    for (const stream of [...this.#calls.keys()]) this.#end(stream, error);
  }
}

interface Call {
  readonly chunks: Buffer[];
  readonly resolve: (message: Buffer) => void;
  readonly reject: (error: Error) => void;
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header field that no table is to know (RFC 7541, section 6.2.2); both texts are shorter than 127 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
