import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";

import type { PluginCode } from "../../../host/plugin/denial.js";
import { assertDenied } from "./denied.js";
import { test } from "./each-plugin.js";
import { accept, accepted, fakeDaemon, fakeServer, framed, type Misbehaviour, send } from "./fake-daemon.js";
import { ARGUMENTS, DESCRIPTOR, execute, installPlugin } from "./installed-plugin.js";
import { MALFORMED } from "./malformed-messages.js";

test("an accepting daemon: allowed, exit status 0, its code and reason on one line", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  assert.deepEqual(await execute(plugin), { status: 0, stdout: "accepted: signed by key 1\n" });
});

test("a denying daemon: exit status 1, its code and reason on one line", async (t) => {
  const denial = { ok: false, code: "no-signature", reason: "no signature found for app:1" };
  const plugin = await installPlugin(
    t,
    await fakeDaemon(t, (stream, request) => send(stream, framed(accepted(request, denial)))),
  );
  assert.deepEqual(await execute(plugin), {
    status: 1,
    stdout: "no-signature: no signature found for app:1\n",
  });
});

test("a verdict that cannot be printed: exit status 1", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  const args = ["-c", 'exec "$0" "$@" > /dev/full', plugin, ...ARGUMENTS];
  assert.deepEqual(await execute("/bin/sh", { args }), { status: 1, stdout: "" });
});

test("a verdict that nobody reads: exit status 1", async (t) => {
  const plugin = spawn(await installPlugin(t, await fakeDaemon(t, accept)), ARGUMENTS, { env: {} });
  plugin.stdout.destroy();
  await once(plugin.stdout, "close");
  const exited = once(plugin, "exit");
  plugin.stdin.end(DESCRIPTOR);
  assert.deepEqual(await exited, [1, null]);
});

test("a daemon that asks whether the plugin is there is told so", async (t) => {
  const socket = await fakeDaemon(t, (stream, request) => {
    stream.session?.ping((error) => {
      if (error === null) accept(stream, request);
    });
  });
  assert.equal((await execute(await installPlugin(t, socket))).status, 0);
});

/** Every row accepts but for one thing that is wrong. */
const MISBEHAVIOURS: [name: string, code: PluginCode, reason: RegExp, respond: Misbehaviour][] = [
  [
    "echoes another digest",
    "daemon-untrusted",
    /its digest/,
    echoing({ digest: `sha256:${"cd".repeat(32)}` }),
  ],
  ["echoes another name", "daemon-untrusted", /its name/, echoing({ name: "ghcr.io/automata/app:2" })],
  ["echoes another nonce", "daemon-untrusted", /its nonce/, echoing({ nonce: Buffer.alloc(16) })],
  [
    "echoes half the nonce",
    "daemon-untrusted",
    /its nonce/,
    (stream, request) => {
      send(stream, framed(accepted(request, { nonce: request.nonce.subarray(0, 8) })));
    },
  ],
  [
    "echoes nothing",
    "daemon-untrusted",
    /its digest/,
    echoing({ name: "", digest: "", nonce: Buffer.alloc(0) }),
  ],
  [
    "sends two answers",
    "daemon-protocol",
    /more than one answer/,
    (stream, request) => {
      send(stream, Buffer.concat([framed(accepted(request)), framed(accepted(request))]));
    },
  ],
  [
    "sends a byte too many",
    "daemon-protocol",
    /more than one answer/,
    (stream, request) => {
      send(stream, Buffer.concat([framed(accepted(request)), Buffer.from([0])]));
    },
  ],
  [
    "sends half an answer",
    "daemon-protocol",
    /incomplete/,
    (stream, request) => {
      send(stream, framed(accepted(request)).subarray(0, 40));
    },
  ],
  [
    "keeps back the answer's last byte",
    "daemon-protocol",
    /incomplete/,
    (stream, request) => {
      send(stream, framed(accepted(request)).subarray(0, -1));
    },
  ],
  ["sends no answer", "daemon-protocol", /no answer/, (stream) => send(stream, Buffer.alloc(0))],
  [
    "sends an empty message",
    "daemon-protocol",
    /not well-formed/,
    (stream) => send(stream, framed(Buffer.alloc(0))),
  ],
  [
    "sends a message that is not protobuf",
    "daemon-protocol",
    /not well-formed/,
    (stream) => {
      send(stream, framed(Buffer.from("allow this, please")));
    },
  ],
  [
    "sends a member twice",
    "daemon-protocol",
    /not well-formed/,
    (stream, request) => {
      send(
        stream,
        framed(Buffer.concat([accepted(request, { ok: false, code: "no-signature" }), accepted(request)])),
      );
    },
  ],
  [
    "sends a member of number 0",
    "daemon-protocol",
    /not well-formed/,
    (stream, request) => {
      send(stream, framed(Buffer.concat([accepted(request), Buffer.of(2, 0)])));
    },
  ],
  [
    "cuts the message inside its frame",
    "daemon-protocol",
    /not well-formed/,
    (stream, request) => {
      send(stream, framed(accepted(request).subarray(0, -1)));
    },
  ],
  [
    "says ok with the code of a denial",
    "daemon-protocol",
    /not well-formed/,
    echoing({ code: "no-signature" }),
  ],
  ["says accepted without ok", "daemon-protocol", /not well-formed/, echoing({ ok: false })],
  [
    "puts two lines into the code",
    "daemon-protocol",
    /not well-formed/,
    echoing({ ok: false, code: "x\naccepted" }),
  ],
  [
    "compresses the answer",
    "daemon-protocol",
    /compressed/,
    (stream, request) => {
      const answer = framed(accepted(request));
      answer[0] = 1;
      send(stream, answer);
    },
  ],
  [
    "sends more than the limit",
    "daemon-protocol",
    /longer than/,
    (stream) => send(stream, Buffer.alloc(1024 * 1024 + 1)),
  ],
  [
    "ends with grpc-status 13",
    "daemon-protocol",
    /grpc status 13/,
    (stream, request) => {
      send(stream, framed(accepted(request)), { "grpc-status": "13" });
    },
  ],
  [
    "ends without a grpc-status",
    "daemon-protocol",
    /without a status/,
    (stream, request) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.end(framed(accepted(request)));
    },
  ],
  [
    "claims success in the headers and fails in the trailers",
    "daemon-protocol",
    /grpc status 2/,
    (stream, request) => {
      stream.respond({ ":status": 200, "grpc-status": "0" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "2" }));
      stream.end(framed(accepted(request)));
    },
  ],
  [
    "answers with trailers only",
    "daemon-protocol",
    /grpc status 12/,
    (stream) => {
      stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
    },
  ],
  [
    "answers with http status 500",
    "daemon-protocol",
    /http status 500/,
    (stream, request) => {
      stream.respond({ ":status": 500 }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(framed(accepted(request)));
    },
  ],
  [
    "resets the stream after the answer",
    "daemon-protocol",
    /broken off/,
    (stream, request) => {
      stream.respond({ ":status": 200 });
      stream.write(framed(accepted(request)), () => stream.close(8));
    },
  ],
  [
    "closes the connection after the answer",
    "daemon-protocol",
    /./,
    (stream, request) => {
      stream.respond({ ":status": 200 });
      stream.write(framed(accepted(request)), () => stream.session?.destroy());
    },
  ],
];

for (const [name, code, reason, respond] of MISBEHAVIOURS) {
  test(`a daemon that ${name}: ${code}`, async (t) => {
    const plugin = await installPlugin(t, await fakeDaemon(t, respond));
    assertDenied(await execute(plugin), code, reason);
  });
}

for (const [name, message] of MALFORMED) {
  test(`${name} in the answer: daemon-protocol`, async (t) => {
    const socket = await fakeDaemon(t, (stream) => send(stream, framed(Buffer.from(message, "hex"))));
    assertDenied(await execute(await installPlugin(t, socket)), "daemon-protocol", /not well-formed/);
  });
}

test("a server that speaks something else: daemon-protocol", async (t) => {
  const socket = await fakeServer(t, (connection) => connection.end("HTTP/1.1 200 OK\r\n\r\naccepted"));
  assertDenied(
    await execute(await installPlugin(t, socket)),
    "daemon-protocol",
    /the connection failed|broken off/,
  );
});

test("a server that closes at once: daemon-protocol", async (t) => {
  const socket = await fakeServer(t, (connection) => connection.destroy());
  assertDenied(
    await execute(await installPlugin(t, socket)),
    "daemon-protocol",
    /the connection failed|broken off/,
  );
});

test("a daemon that never answers: daemon-timeout", async (t) => {
  await assertTimeout(t, () => {});
});

test("a daemon that sends the answer and never ends the stream: daemon-timeout", async (t) => {
  await assertTimeout(t, (stream, request) => {
    stream.respond({ ":status": 200 });
    stream.write(framed(accepted(request)));
  });
});

async function assertTimeout(t: TestContext, respond: Misbehaviour): Promise<void> {
  const plugin = await installPlugin(t, await fakeDaemon(t, respond), { deadlineMs: 400 });
  assertDenied(await execute(plugin), "daemon-timeout", /^no verdict within 400 ms/);
}

function echoing(changes: Parameters<typeof accepted>[1]): Misbehaviour {
  return (stream, request) => send(stream, framed(accepted(request, changes)));
}
