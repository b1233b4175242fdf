import assert from "node:assert/strict";

import type { VerifyImageRequest } from "../../../host/server/generated/countersign/v1/verifier.js";
import { assertDenied } from "./denied.js";
import { test } from "./each-plugin.js";
import { accept, accepted, fakeDaemon, framed, send } from "./fake-daemon.js";
import { ARGUMENTS, DESCRIPTOR, execute, installPlugin } from "./installed-plugin.js";

const [, NAME = "", , DIGEST = "", , MEDIA_TYPE = ""] = ARGUMENTS;

const SPELLINGS: [name: string, args: string[]][] = [
  ["-flag value", ARGUMENTS],
  ["--flag value", ["--name", NAME, "--digest", DIGEST, "--stdin-media-type", MEDIA_TYPE]],
  ["-flag=value", [`-name=${NAME}`, `-digest=${DIGEST}`, `-stdin-media-type=${MEDIA_TYPE}`]],
  [
    "--flag=value, in another order",
    [`--stdin-media-type=${MEDIA_TYPE}`, `--digest=${DIGEST}`, `--name=${NAME}`],
  ],
];
for (const [name, args] of SPELLINGS) {
  test(`arguments as ${name} reach the daemon as they are`, async (t) => {
    const requests: VerifyImageRequest[] = [];
    const socket = await fakeDaemon(t, (stream, request) => {
      requests.push(request);
      accept(stream, request);
    });
    assert.equal((await execute(await installPlugin(t, socket), { args })).status, 0);
    const [request] = requests;
    assert.equal(request?.name, NAME);
    assert.equal(request.digest, DIGEST);
    assert.equal(request.descriptorMediaType, MEDIA_TYPE);
    assert.equal(request.descriptor.toString(), DESCRIPTOR);
    assert.equal(request.nonce.length, 16);
  });
}

test("two requests have two nonces", async (t) => {
  const nonces = new Set<string>();
  const socket = await fakeDaemon(t, (stream, request) => {
    nonces.add(request.nonce.toString("hex"));
    accept(stream, request);
  });
  const plugin = await installPlugin(t, socket);
  await Promise.all([execute(plugin), execute(plugin)]);
  assert.equal(nonces.size, 2);
});

test("values are not interpreted: a name that looks like a flag, with quotes and bytes above ASCII", async (t) => {
  const name = `-digest "$(id)" 'é' \u{1f4e6}`;
  const names: string[] = [];
  const socket = await fakeDaemon(t, (stream, request) => {
    names.push(request.name);
    accept(stream, request);
  });
  const args = ["-name", name, "-digest", DIGEST, "-stdin-media-type", MEDIA_TYPE];
  assert.equal((await execute(await installPlugin(t, socket), { args })).status, 0);
  assert.deepEqual(names, [name]);
});

test("a descriptor of 48 KiB is passed on", async (t) => {
  const lengths: number[] = [];
  const socket = await fakeDaemon(t, (stream, request) => {
    lengths.push(request.descriptor.length);
    accept(stream, request);
  });
  const execution = await execute(await installPlugin(t, socket), { stdin: "x".repeat(48 * 1024) });
  assert.equal(execution.status, 0);
  assert.deepEqual(lengths, [48 * 1024]);
});

test("a descriptor longer than 48 KiB: request-malformed", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  const execution = await execute(plugin, { stdin: "x".repeat(48 * 1024 + 1) });
  assertDenied(execution, "request-malformed", /longer than 49152 bytes/);
});

for (const [i, flag] of ["name", "digest", "stdin-media-type"].entries()) {
  const argumentsWith = (value: string) => ARGUMENTS.map((word, at) => (at === 2 * i + 1 ? value : word));

  test(`-${flag} of 4 KiB is passed on`, async (t) => {
    const plugin = await installPlugin(t, await fakeDaemon(t, accept));
    const execution = await execute(plugin, {
      args: argumentsWith("x".repeat(4096)),
      stdin: "x".repeat(48 * 1024),
    });
    assert.equal(execution.status, 0);
  });

  test(`-${flag} longer than 4 KiB: request-malformed`, async (t) => {
    const plugin = await installPlugin(t, await fakeDaemon(t, accept));
    const execution = await execute(plugin, { args: argumentsWith("é".repeat(2049)) });
    assertDenied(execution, "request-malformed", new RegExp(`^-${flag} is longer than 4096 bytes\n$`));
  });
}

test("a name that is not UTF-8: request-malformed", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  const [alone, surrogate, overlong, cut] = ["\\242\\200", "\\355\\240\\200", "\\300\\200", "\\342\\202"];
  const beyond = ["\\364\\220\\200\\200", "\\370\\220\\200\\200", "\\377"];
  for (const octal of [alone, surrogate, overlong, cut, ...beyond]) {
    const script = `exec "$0" -name "$(printf 'a${octal}b')" "$@"`;
    const args = ["-c", script, plugin, ...ARGUMENTS.slice(2)];
    assertDenied(await execute("/bin/sh", { args }), "request-malformed", /^-name is not UTF-8\n$/);
  }
});

test("standard input that never ends: daemon-timeout", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept), { deadlineMs: 400 });
  assertDenied(await execute(plugin, { stdin: null }), "daemon-timeout", /no verdict within 400 ms/);
});

const USAGES: [name: string, args: string[], reason: RegExp][] = [
  ["no arguments", [], /-name is missing/],
  ["an unknown flag", [...ARGUMENTS, "-insecure"], /unknown argument "-insecure"/],
  ["an unknown flag with a value", [...ARGUMENTS, "-policy=/tmp/policy.json"], /unknown argument "-policy=/],
  ["three dashes", ["---name", NAME], /unknown argument "---name"/],
  ["two dashes alone, with a value", ["--=x"], /unknown argument "--=x"/],
  ["a flag with quotes and controls", ['-"\n'], /unknown argument "-"\\u\{a\}": this/],
  ["a positional argument", [...ARGUMENTS, "x"], /unknown argument "x"/],
  ["no more flags after --", ["--", ...ARGUMENTS], /unknown argument "--"/],
  ["a flag twice", [...ARGUMENTS, "-name", NAME], /-name is given twice/],
  ["a flag without its value", ARGUMENTS.slice(0, -1), /-stdin-media-type needs a value/],
  ["no digest", ["-name", NAME, "-stdin-media-type", MEDIA_TYPE], /-digest is missing/],
  ["an empty name", ["-name", "", "-digest", DIGEST, "-stdin-media-type", MEDIA_TYPE], /-name is missing/],
];
for (const [name, args, reason] of USAGES) {
  test(`${name}: usage`, async (t) => {
    const plugin = await installPlugin(t, await fakeDaemon(t, accept));
    assertDenied(await execute(plugin, { args }), "usage", reason);
  });
}

test("control characters in a reason are escaped", async (t) => {
  const socket = await fakeDaemon(t, (stream, request) => {
    send(
      stream,
      framed(accepted(request, { ok: false, code: "no-signature", reason: "a\nb\r\x1b[31m\u202ec\u2028" })),
    );
  });
  assert.deepEqual(await execute(await installPlugin(t, socket)), {
    status: 1,
    stdout: "no-signature: a\\u{a}b\\u{d}\\u{1b}[31m\\u{202e}c\\u{2028}\n",
  });
});

test("what is printable beyond ASCII is shown; what is not UTF-8 is replaced", async (t) => {
  const reason = Buffer.concat([
    Buffer.from("é ߿ ࠀ € \ud7ff \ue000 \ufffd 📦 \u{10ffff}"),
    Buffer.from([0xff, 0x21]),
  ]);
  const socket = await fakeDaemon(t, (stream, request) => {
    const message = accepted(request, { ok: false, code: "no-signature", reason: "@".repeat(reason.length) });
    reason.copy(message, message.indexOf("@@"));
    send(stream, framed(message));
  });
  const { stdout } = await execute(await installPlugin(t, socket));
  assert.equal(stdout, `no-signature: ${reason.toString()}\n`);
});

test("a long reason is cut", async (t) => {
  const socket = await fakeDaemon(t, (stream, request) => {
    send(stream, framed(accepted(request, { ok: false, code: "no-signature", reason: "\n".repeat(9000) })));
  });
  assertDenied(await execute(await installPlugin(t, socket)), "no-signature", /^[^\n]{299}…\n$/);
});
