// Headers as HPACK (RFC 7541) allows them to be written, and as it does not, to the native plugin, which reads them itself.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { assertDenied } from "./denied.js";
import { missing } from "./each-plugin.js";
import { accepted, framed } from "./fake-daemon.js";
import { ARGUMENTS, type Execution, execute, installPlugin } from "./installed-plugin.js";
import { replayingDaemon } from "./recorded-answer.js";

const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION] = [0, 1, 3, 4, 6, 7, 9];
const [END_STREAM, END_HEADERS, PADDED, PRIORITY] = [1, 4, 8, 32];

const OK_200 = Buffer.of(0x88);
const NO_TABLE = Buffer.of(0x20);
const NAME = literal("grpc-status");
const CODED_NAME = coded("9acac8b21234da8f");
const STATUS_0 = [Buffer.of(0x00), NAME, literal("0")];

/** What a daemon sends about an acceptance; every row is one unless it says otherwise. */
interface Answer {
  readonly headers?: readonly Buffer[];
  readonly trailers?: readonly Buffer[];
  readonly before?: readonly Buffer[];
  readonly headersFlags?: number;
  readonly trailersFlags?: number;
  readonly stream?: number;
}

const ALLOWED: [name: string, answer: Answer][] = [
  ["a literal that is not indexed", {}],
  ["a literal that is never indexed", { trailers: [Buffer.of(0x10), NAME, literal("0")] }],
  [
    "a literal that would be indexed, had the table room",
    { trailers: [Buffer.of(0x40), NAME, literal("0")] },
  ],
  ["a name in Huffman's code", { trailers: [Buffer.of(0x40), CODED_NAME, literal("0")] }],
  ["a table that is told to have no room", { headers: [NO_TABLE, OK_200] }],
  ["the status written out", { headers: [Buffer.of(0x08), literal("200")] }],
  ["other headers, with long values", { headers: [OK_200, Buffer.of(0x0f, 16), literal("x".repeat(300))] }],
  [
    "a status in the headers, which the trailers' counts over",
    { headers: [OK_200, Buffer.of(0), NAME, literal("2")] },
  ],
  [
    "pings, settings, farewells and frames nobody knows before it",
    {
      before: [
        frame(PING, 0, 0, Buffer.alloc(8)),
        frame(SETTINGS, 0, 0, Buffer.alloc(12)),
        frame(GOAWAY, 0, 0, Buffer.alloc(8)),
        frame(0x77, 0xff, 3, Buffer.alloc(99)),
      ],
    },
  ],
];

const DENIED: [name: string, reason: RegExp, answer: Answer][] = [
  ["a status that is given twice", /grpc status \?/, { trailers: [...STATUS_0, ...STATUS_0] }],
  [
    "an empty status before the right one",
    /grpc status \?/,
    { trailers: [Buffer.of(0), NAME, literal(""), ...STATUS_0] },
  ],
  ["a status that only begins with 0", /grpc status 00/, { trailers: [Buffer.of(0), NAME, literal("00")] }],
  [
    "a status with a zero byte behind it",
    /grpc status 0;/,
    { trailers: [Buffer.of(0), NAME, literal("0\0x")] },
  ],
  ["a status in Huffman's code", /grpc status \?/, { trailers: [Buffer.of(0), NAME, coded("07")] }],
  [
    "a name that is another's code",
    /without a status/,
    { trailers: [Buffer.of(0), Buffer.concat([Buffer.of(8), CODED_NAME.subarray(1)]), literal("0")] },
  ],
  [
    "a name in other letters",
    /without a status/,
    { trailers: [Buffer.of(0), literal("Grpc-Status"), literal("0")] },
  ],
  ["an index into the table that has no room", /EPROTO/, { trailers: [Buffer.of(0xbe)] }],
  ["a name from that table", /EPROTO/, { trailers: [Buffer.of(0x7e), literal("0")] }],
  ["index 0", /EPROTO/, { trailers: [Buffer.of(0x80), ...STATUS_0] }],
  ["a table that is told to have room", /EPROTO/, { headers: [Buffer.of(0x21), OK_200] }],
  ["an index without an end", /EPROTO/, { trailers: [Buffer.of(0xff, ...Array(8).fill(0xff))] }],
  [
    "a string beyond the block",
    /EPROTO/,
    { trailers: [Buffer.of(0), Buffer.of(0x7f, 0xff, 0xff, 0xff, 0x7f)] },
  ],
  ["a block that ends in a name", /EPROTO/, { trailers: [Buffer.of(0), NAME] }],
  ["another http status", /http status 204/, { headers: [Buffer.of(0x89)] }],
  ["an http status that is written out", /http status 201/, { headers: [Buffer.of(0x08), literal("201")] }],
  ["two http statuses", /http status \?/, { headers: [OK_200, OK_200] }],
  ["no http status", /http status ;/, { headers: [Buffer.of(0x0f, 16), literal("x")] }],
  ["an http status in the trailers", /EPROTO/, { trailers: [OK_200, ...STATUS_0] }],
  ["trailers that do not end it", /EPROTO/, { trailersFlags: END_HEADERS }],
  ["trailers that go on in another frame", /EPROTO/, { trailersFlags: END_STREAM }],
  ["padding", /EPROTO/, { trailersFlags: END_STREAM | END_HEADERS | PADDED }],
  ["a priority", /EPROTO/, { headersFlags: END_HEADERS | PRIORITY }],
  ["another stream", /EPROTO/, { stream: 3 }],
  ["an end of the stream by force", /broken off/, { before: [frame(RST_STREAM, 0, 1, Buffer.alloc(4))] }],
  [
    "a frame larger than any may be",
    /EPROTO/,
    { before: [frame(CONTINUATION, 0, 0, Buffer.alloc(16 * 1024 + 1))] },
  ],
];

for (const [name, answer] of ALLOWED) {
  test(`allowed: ${name}`, { skip: missing("native") }, async (t) => {
    assert.deepEqual(await answered(t, answer), { status: 0, stdout: "accepted: signed by key 1\n" });
  });
}
for (const [name, reason, answer] of DENIED) {
  test(`daemon-protocol: ${name}`, { skip: missing("native") }, async (t) => {
    assertDenied(await answered(t, answer), "daemon-protocol", reason);
  });
}

async function answered(t: TestContext, answer: Answer): Promise<Execution> {
  const { headers = [OK_200], trailers = STATUS_0, before = [], stream = 1 } = answer;
  const [, name = "", , digest = "", , descriptorMediaType = ""] = ARGUMENTS;
  const socket = await replayingDaemon(t, (nonce) => {
    const message = accepted({ name, digest, descriptorMediaType, descriptor: Buffer.alloc(0), nonce });
    return Buffer.concat([
      frame(SETTINGS, 0, 0, Buffer.alloc(0)),
      ...before,
      frame(HEADERS, answer.headersFlags ?? END_HEADERS, stream, Buffer.concat(headers)),
      frame(DATA, 0, stream, framed(message)),
      frame(HEADERS, answer.trailersFlags ?? END_STREAM | END_HEADERS, stream, Buffer.concat(trailers)),
    ]);
  });
  return await execute(await installPlugin(t, socket, {}, "native"));
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  const rest = bytes.length - 127;
  return Buffer.concat([Buffer.of(127, (rest & 0x7f) | 0x80, rest >> 7), bytes]);
}

function coded(hex: string): Buffer {
  const bytes = Buffer.from(hex, "hex");
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}
