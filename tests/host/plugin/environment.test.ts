import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { assertDenied } from "./denied.js";
import { test } from "./each-plugin.js";
import { accept, fakeDaemon, privateFolder } from "./fake-daemon.js";
import { execute, installPlugin } from "./installed-plugin.js";

test("an empty environment", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  assert.equal((await execute(plugin, { env: {} })).status, 0);
});

test("NODE_OPTIONS cannot turn a denial into an acceptance", async (t) => {
  const folder = privateFolder(t);
  const accepting = join(folder, "accept.cjs");
  writeFileSync(accepting, `require("node:fs").writeSync(1, "accepted: owned\\n"); process.exit(0);`);
  const plugin = await installPlugin(t, join(folder, "verifier.sock"));
  const env = {
    NODE_OPTIONS: `--require ${accepting}`,
    NODE_PATH: folder,
    NODE_REPL_EXTERNAL_MODULE: accepting,
    NODE_V8_COVERAGE: join(folder, "coverage"),
    PATH: folder,
  };
  assertDenied(await execute(plugin, { env }), "daemon-unreachable", /ENOENT/);
  assert.deepEqual(readdirSync(folder), ["accept.cjs"]);
});

test("COUNTERSIGN_SOCKET names another socket", async (t) => {
  const plugin = await installPlugin(t, "/nonexistent/verifier.sock");
  const env = { COUNTERSIGN_SOCKET: await fakeDaemon(t, accept) };
  assert.equal((await execute(plugin, { env })).status, 0);
});

test("an empty COUNTERSIGN_SOCKET is none", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  assert.equal((await execute(plugin, { env: { COUNTERSIGN_SOCKET: "" } })).status, 0);
});

for (const type of ["module", "commonjs"]) {
  test(`a package.json of type ${type} above bin_dir changes nothing`, async (t) => {
    const plugin = await installPlugin(t, await fakeDaemon(t, accept));
    writeFileSync(join(dirname(dirname(plugin)), "package.json"), JSON.stringify({ type }));
    assert.equal((await execute(plugin)).status, 0);
  });
}

test("the installed file stands alone: it runs wherever it is copied", async (t) => {
  const plugin = await installPlugin(t, await fakeDaemon(t, accept));
  const elsewhere = join(privateFolder(t), "a folder with spaces");
  mkdirSync(elsewhere);
  cpSync(plugin, join(elsewhere, "verifier"));
  assert.equal((await execute(join(elsewhere, "verifier"))).status, 0);
});
