import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { status } from "@grpc/grpc-js";
import { connectionFailure } from "../../../host/server/connection-failure.js";
import { countersign } from "../../support/countersign/cli.js";

/** A socket that nobody listens on any more, as a daemon leaves that was killed. */
async function deadSocket(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-dead-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [path, left] = [join(folder, "listening"), join(folder, "verifier.sock")];
  const server = createServer().listen(path);
  await once(server, "listening");
  renameSync(path, left);
  server.close();
  await once(server, "close");
  return left;
}

test("status says in two words why nobody answers", async (t) => {
  const socket = await deadSocket(t);
  const { status, stderr } = await countersign("status", "--socket", socket);
  const expected = `countersign: daemon-unreachable: no daemon answers on ${socket}: connect ECONNREFUSED\n`;
  assert.equal(stderr, expected);
  assert.equal(status, 3);
});

test("doctor does, too", async (t) => {
  const socket = await deadSocket(t);
  const { stdout } = await countersign("doctor", "--no-canary", "--containerd", socket, "--socket", socket);
  assert.match(stdout, /^ERROR +containerd-daemon: no containerd answers on \S+: connect ECONNREFUSED$/m);
  assert.match(stdout, /^ERROR +daemon: daemon-unreachable: no daemon answers: connect ECONNREFUSED$/m);
});

const grpc = (cause: string) =>
  `No connection established. Last error: Error: connect ${cause} /run/x.sock. Resolution note: `;
const CASES: readonly [code: status, details: string, expected: string | null][] = [
  [status.UNAVAILABLE, grpc("ENOENT"), "connect ENOENT"],
  [status.UNAVAILABLE, grpc("EACCES"), "connect EACCES: it is root's, so ask as root"],
  [status.UNAVAILABLE, "Connection dropped", null],
  [status.UNIMPLEMENTED, grpc("ENOENT"), null],
];

for (const [code, details, expected] of CASES) {
  test(`${code}: ${details}`, () => assert.equal(connectionFailure({ code, details }), expected));
}
