import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test as testOnce } from "node:test";

import { assertDenied } from "./denied.js";
import { missing, test } from "./each-plugin.js";
import { accept, fakeDaemon, privateFolder } from "./fake-daemon.js";
import { execute, installPlugin } from "./installed-plugin.js";

const us = process.getuid?.() ?? 0;
const isRoot = us === 0;
const SOMEBODY_ELSE = us + 1;

test("no folder: daemon-unreachable", async (t) => {
  const plugin = await installPlugin(t, join(privateFolder(t), "countersign", "verifier.sock"));
  assertDenied(await execute(plugin), "daemon-unreachable", /ENOENT.*is "countersign serve" running/);
});

test("no socket: daemon-unreachable", async (t) => {
  const plugin = await installPlugin(t, join(privateFolder(t), "verifier.sock"));
  assertDenied(await execute(plugin), "daemon-unreachable", /ENOENT/);
});

test("a socket's path that is longer than the system's 107 bytes: daemon-unreachable", async (t) => {
  const plugin = await installPlugin(t, "/run/verifier.sock");
  const path = `${privateFolder(t)}/`.padEnd(108, "s");
  assertDenied(
    await execute(plugin, { env: { COUNTERSIGN_SOCKET: path } }),
    "daemon-unreachable",
    /ENAMETOOLONG/,
  );
});

test("a socket nobody listens on: daemon-unreachable", async (t) => {
  const socket = await fakeDaemon(t, accept);
  const stale = join(privateFolder(t), "verifier.sock");
  // Node removes the socket it listened on by its path, so one that was moved away stays behind.
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${socket}.old`, resolve));
  renameSync(`${socket}.old`, stale);
  await new Promise((resolve) => server.close(resolve));
  chmodSync(stale, 0o600);
  assertDenied(await execute(await installPlugin(t, stale)), "daemon-unreachable", /ECONNREFUSED/);
});

test("socket impersonation: a file in place of the socket: daemon-untrusted", async (t) => {
  const socket = join(privateFolder(t), "verifier.sock");
  writeFileSync(socket, "", { mode: 0o600 });
  assertDenied(await execute(await installPlugin(t, socket)), "daemon-untrusted", /not a socket/);
});

test("socket impersonation: a symbolic link in place of the socket: daemon-untrusted", async (t) => {
  const link = join(privateFolder(t), "verifier.sock");
  symlinkSync(await fakeDaemon(t, accept), link);
  assertDenied(await execute(await installPlugin(t, link)), "daemon-untrusted", /not a socket but a link/);
});

test("socket impersonation: a symbolic link in place of the folder: daemon-untrusted", async (t) => {
  const link = join(privateFolder(t), "countersign");
  symlinkSync(dirname(await fakeDaemon(t, accept)), link);
  const plugin = await installPlugin(t, join(link, "verifier.sock"));
  assertDenied(await execute(plugin), "daemon-untrusted", /not a folder but a link/);
});

test("socket impersonation: a folder everybody may write to: daemon-untrusted", async (t) => {
  const socket = await fakeDaemon(t, accept);
  chmodSync(dirname(socket), 0o1777);
  assertDenied(
    await execute(await installPlugin(t, socket)),
    "daemon-untrusted",
    /may be written to by others/,
  );
});

test("socket impersonation: a folder a group may write to: daemon-untrusted", async (t) => {
  const socket = await fakeDaemon(t, accept);
  chmodSync(dirname(socket), 0o770);
  assertDenied(
    await execute(await installPlugin(t, socket)),
    "daemon-untrusted",
    /may be written to by others/,
  );
});

test("socket impersonation: a socket everybody may write to: daemon-untrusted", async (t) => {
  const socket = await fakeDaemon(t, accept);
  chmodSync(socket, 0o666);
  assertDenied(
    await execute(await installPlugin(t, socket)),
    "daemon-untrusted",
    /may be written to by everybody/,
  );
});

test("socket impersonation: a folder of another user: daemon-untrusted", async (t) => {
  const socket = await fakeDaemon(t, accept);
  if (isRoot) chownSync(dirname(socket), SOMEBODY_ELSE, SOMEBODY_ELSE);
  // Without root the folder is ours, and the installation records somebody else.
  const plugin = await installPlugin(t, socket, { owner: isRoot ? 0 : SOMEBODY_ELSE });
  assertDenied(await execute(plugin), "daemon-untrusted", /belongs to user/);
});

test("socket impersonation: a socket of another user: daemon-untrusted", {
  skip: !isRoot && "giving a file away takes root",
}, async (t) => {
  const socket = await fakeDaemon(t, accept);
  chownSync(socket, SOMEBODY_ELSE, SOMEBODY_ELSE);
  assertDenied(await execute(await installPlugin(t, socket)), "daemon-untrusted", /belongs to user/);
});

// Node.js has no way to ask who listens.
testOnce(
  "socket impersonation: a socket of ours that another user answers, the native plugin: daemon-untrusted",
  {
    skip: isRoot ? missing("native") : "listening as another user takes root",
  },
  async (t) => {
    const folder = privateFolder(t);
    const socket = join(folder, "verifier.sock");
    chownSync(folder, SOMEBODY_ELSE, SOMEBODY_ELSE);
    const listen = `require("node:net").createServer(() => {}).listen(process.argv[1], () => console.log("listening"))`;
    const stranger = spawn(process.execPath, ["-e", listen, socket], {
      uid: SOMEBODY_ELSE,
      gid: SOMEBODY_ELSE,
    });
    t.after(() => stranger.kill());
    await once(stranger.stdout, "data");
    for (const path of [folder, socket]) chownSync(path, 0, 0);
    chmodSync(socket, 0o600);
    const plugin = await installPlugin(t, socket, { owner: 0 }, "native");
    assertDenied(
      await execute(plugin),
      "daemon-untrusted",
      /is answered by user 1, not by root or user 0\n$/,
    );
  },
);

test("socket impersonation: the override passes the same check: daemon-untrusted", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  const open = await fakeDaemon(t, accept);
  chmodSync(dirname(open), 0o777);
  const execution = await execute(plugin, { env: { COUNTERSIGN_SOCKET: open } });
  assertDenied(execution, "daemon-untrusted", /may be written to by others/);
});

test("socket impersonation: a folder in place of the socket: daemon-untrusted", async (t) => {
  const socket = join(privateFolder(t), "verifier.sock");
  mkdirSync(socket);
  assertDenied(await execute(await installPlugin(t, socket)), "daemon-untrusted", /not a socket/);
});
