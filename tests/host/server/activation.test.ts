import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { takeActivatedSocket } from "../../../host/server/activation.js";
import { MAIN } from "../../support/countersign/cli.js";
import { finish, policyFile, REJECT_ALL, temporaryFolder } from "../cli/run-cli.js";
import { execute, installPlugin } from "../plugin/installed-plugin.js";

const missing =
  spawnSync("systemd-socket-activate", ["--version"]).status === 0
    ? false
    : "there is no systemd-socket-activate(1)";

test("a pull that comes before the daemon waits in systemd's socket, and is answered", {
  skip: missing,
}, async (t) => {
  const folder = temporaryFolder(t);
  const socket = join(folder, "verifier.sock");
  const serve = [process.execPath, MAIN, "serve", "--socket", socket, "--policy", policyFile(t, REJECT_ALL)];
  const child = spawn("systemd-socket-activate", ["-l", socket, ...serve]);
  t.after(() => child.kill("SIGKILL"));
  const finished = finish(child);
  while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));

  // Nobody runs yet: what makes the daemon start is the call itself.
  const plugin = await installPlugin(t, socket);
  const answers = await Promise.all([execute(plugin), execute(plugin)]);
  for (const { status, stdout } of answers) {
    assert.match(stdout, /^rejected-by-policy: /);
    assert.equal(status, 1);
  }
  child.kill("SIGTERM");
  assert.equal((await finished).status, 0);
  // It is systemd's: the next daemon gets the same one.
  assert.ok(existsSync(socket));
});

test("only what is passed to this process counts, and is not passed on", () => {
  const own = { LISTEN_PID: "7", LISTEN_FDS: "1", LISTEN_FDNAMES: "x", OTHER: "1" };
  assert.equal(takeActivatedSocket(own, 7), 3);
  assert.deepEqual(own, { OTHER: "1" });
  assert.equal(takeActivatedSocket({ LISTEN_PID: "8", LISTEN_FDS: "1" }, 7), null);
  assert.equal(takeActivatedSocket({}, 7), null);
  assert.throws(() => takeActivatedSocket({ LISTEN_PID: "7", LISTEN_FDS: "2" }, 7), /passes 2 sockets/);
});
