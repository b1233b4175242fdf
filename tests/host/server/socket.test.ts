import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, createServer } from "node:net";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";

import { SocketRefused } from "../../../host/server/daemon.js";
import {
  type DaemonUnderTest,
  daemonUnderTest,
  temporaryFolder,
  verifierClient,
  verifyImage,
} from "./daemon-under-test.js";

test("the socket has mode 0600, whatever the umask, in a folder made with 0700", async (t) => {
  const socket = join(temporaryFolder(t), "countersign", "verifier.sock");
  const umask = process.umask(0);
  try {
    await start(t, socket);
    assert.equal(process.umask(), 0);
  } finally {
    process.umask(umask);
  }
  assert.ok(lstatSync(socket).isSocket());
  assert.equal(lstatSync(socket).mode & 0o777, 0o600);
  assert.equal(lstatSync(join(socket, "..")).mode & 0o777, 0o700);
});

test("a socket nobody listens on is replaced", async (t) => {
  const socket = staleSocket(t);
  const { daemon } = await start(t, socket);
  assert.equal((await verifyImage(verifierClient(t, daemon))).ok, true);
});

test("of daemons that start at once where a socket is stale, one listens and the others are refused", async (t) => {
  const socket = staleSocket(t);
  const starts = await Promise.allSettled(Array.from({ length: 4 }, () => start(t, socket)));
  const [first, ...more] = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  assert.ok(first !== undefined);
  assert.equal(more.length, 0);
  for (const start of starts) {
    if (start.status === "rejected") assert.match(start.reason.message, /another daemon answers on it; /);
  }
  assert.equal((await verifyImage(verifierClient(t, first.daemon))).ok, true);
  assert.deepEqual(readdirSync(dirname(socket)), ["verifier.sock"]);
});

test("a lock that a killed daemon left behind does not hold up the next", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(`${socket}.lock`, `${pid} 12345\n`);
  const { daemon } = await start(t, socket);
  assert.equal((await verifyImage(verifierClient(t, daemon))).ok, true);
});

test("a lock left behind by a process whose number another has now does not hold up the next", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  writeFileSync(`${socket}.lock`, `${process.pid} 12345\n`);
  await start(t, socket);
});

test("a lock that somebody who lives goes on holding is refused, and left to him", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const [pid, , ...rest] = readFileSync("/proc/self/stat", "utf8").split(" ");
  const holder = `${pid} ${rest[19]}\n`;
  writeFileSync(`${socket}.lock`, holder);
  let now = performance.now();
  t.mock.method(performance, "now", () => {
    now += 2_000;
    return now;
  });
  await assertRefused(
    start(t, socket),
    `${socket}.lock is held by another daemon that starts; if there is none, remove it`,
  );
  assert.equal(readFileSync(`${socket}.lock`, "utf8"), holder);
  assert.deepEqual(readdirSync(dirname(socket)), ["verifier.sock.lock"]);
});

test("a socket another daemon answers on is refused, and the other goes on", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const { daemon } = await start(t, socket);
  await assertRefused(
    start(t, socket),
    `${socket} is in use: another daemon answers on it; stop it, or choose another --socket`,
  );
  assert.equal((await verifyImage(verifierClient(t, daemon))).ok, true);
});

test("a socket whose daemon is too busy to answer is not taken for a stale one", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  await stoppedServer(t, socket);
  await assertRefused(start(t, socket), `${socket} cannot be asked whether it is in use: EAGAIN`);
  assert.ok(lstatSync(socket).isSocket());
});

test("what systemd passes has to be a socket", async (t) => {
  const file = openSync(join(temporaryFolder(t), "file"), "w");
  t.after(() => closeSync(file));
  const socket = join(temporaryFolder(t), "verifier.sock");
  await assertRefused(
    daemonUnderTest(t, { options: { socket, activated: file } }),
    /is not what systemd passes: that is no socket$/,
  );
  await assertRefused(
    daemonUnderTest(t, { options: { socket, activated: 9_999 } }),
    `${socket} cannot be had from systemd: EBADF`,
  );
});

test("a file in the socket's place is refused and kept", async (t) => {
  const socket = join(temporaryFolder(t), "verifier.sock");
  writeFileSync(socket, "precious");
  await assertRefused(
    start(t, socket),
    `${socket} is there and is not a socket: remove it, or choose another --socket`,
  );
  assert.equal(readFileSync(socket, "utf8"), "precious");
});

test("a link in the socket's place is refused, even to a socket", async (t) => {
  const folder = temporaryFolder(t);
  const elsewhere = createServer().listen(join(folder, "elsewhere.sock"));
  t.after(() => elsewhere.close());
  const socket = join(folder, "verifier.sock");
  symlinkSync(join(folder, "elsewhere.sock"), socket);
  await assertRefused(
    start(t, socket),
    `${socket} is there and is not a socket: remove it, or choose another --socket`,
  );
});

const ELSEWHERE = "choose a --socket in a folder of its own";
for (const mode of [0o770, 0o707, 0o1777]) {
  test(`a folder of mode ${mode.toString(8)}, which others may write to, is refused`, async (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, mode);
    const advice = mode & 0o1000 ? ELSEWHERE : `chmod go-w ${folder}, or ${ELSEWHERE}`;
    await assertRefused(
      start(t, join(folder, "verifier.sock")),
      `${folder} may be written to by others: ${advice}`,
    );
  });
}

test("a folder that is a link is refused", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "real"), { mode: 0o700 });
  symlinkSync(join(folder, "real"), join(folder, "link"));
  await assertRefused(
    start(t, join(folder, "link", "verifier.sock")),
    `${join(folder, "link")} is not a folder but a link: ${ELSEWHERE}`,
  );
});

const isRoot = process.geteuid?.() === 0;
test("a folder of somebody else is refused", {
  skip: !isRoot && "only root can give a folder away",
}, async (t) => {
  const folder = temporaryFolder(t);
  chownSync(folder, 12345, 12345);
  await assertRefused(
    start(t, join(folder, "verifier.sock")),
    `${folder} belongs to user 12345, neither to root nor to us: ${ELSEWHERE}`,
  );
});

test("a path longer than a socket can have is refused, not cut", async (t) => {
  const socket = join(temporaryFolder(t), `${"s".repeat(120)}.sock`);
  await assertRefused(start(t, socket), `${socket} is longer than 107 bytes: choose a shorter --socket`);
});

test("a folder that cannot be made is one clear line", async (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  await assertRefused(start(t, join(file, "countersign", "verifier.sock")), /cannot be made: ENOTDIR$/);
});

test("what is no gRPC at all is cut off, and the daemon goes on", async (t) => {
  const { daemon } = await start(t, join(temporaryFolder(t), "verifier.sock"));
  await new Promise<void>((resolve) => {
    const connection = createConnection(daemon.socket, () => connection.write("GET / HTTP/1.1\r\n\r\n"));
    connection.on("error", () => {});
    connection.on("close", () => resolve());
    connection.resume();
  });
  assert.equal((await verifyImage(verifierClient(t, daemon))).ok, true);
});

test("a drained daemon leaves no socket behind", async (t) => {
  const { daemon } = await start(t, join(temporaryFolder(t), "verifier.sock"));
  await daemon.drain(1000);
  assert.equal(existsSync(daemon.socket), false);
});

/** A socket whose daemon was killed. */
function staleSocket(t: TestContext): string {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const killed = spawnSync(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  assert.equal(killed.signal, "SIGKILL");
  assert.ok(lstatSync(socket).isSocket());
  return socket;
}

/** A server that is stopped, with as many clients waiting as may wait. */
async function stoppedServer(t: TestContext, socket: string): Promise<void> {
  const listen = `require("net").createServer().listen({ path: ${JSON.stringify(socket)}, backlog: 1 }, () => console.log())`;
  const server = spawn(process.execPath, ["-e", listen]);
  t.after(() => server.kill("SIGKILL"));
  await once(server.stdout, "data");
  server.kill("SIGSTOP");
  for (;;) {
    const client = createConnection(socket);
    t.after(() => client.destroy());
    const refused = once(client, "error");
    if (await Promise.race([refused, once(client, "connect").then(() => false)])) return;
  }
}

function start(t: TestContext, socket: string): Promise<DaemonUnderTest> {
  return daemonUnderTest(t, { options: { socket } });
}

async function assertRefused(start: Promise<unknown>, message: string | RegExp): Promise<void> {
  await assert.rejects(start, (error) => {
    assert.ok(error instanceof SocketRefused);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}
