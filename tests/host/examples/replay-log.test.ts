// docs/examples/replay-log.mjs: a log is what was measured, to the letter, and says what may have been in force.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

import { type Finished, finish } from "../../support/process.js";

const PROGRAM = fileURLToPath(new URL("../../../../docs/examples/replay-log.mjs", import.meta.url));
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const [POLICY, CORE] = [digest("a"), digest("b")];

const loaded = (policyDigest = POLICY, coreDigest = CORE) =>
  `${JSON.stringify({ event: "policy-load", policyDigest, coreDigest, path: "/p" })}\n`;
const accepted = `${JSON.stringify({
  ...{ event: "image-accept", policyDigest: POLICY, coreDigest: CORE },
  ...{ name: "ghcr.io/a/b:1", digest: digest("c"), signer: "k" },
})}\n`;

/** A PCR that was extended by the SHA-256 of each event. */
function extended(events: readonly string[]): string {
  const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest();
  const pcr = events.reduce<Buffer>(
    (pcr, event) => sha256(Buffer.concat([pcr, sha256(event)])),
    Buffer.alloc(32),
  );
  return pcr.toString("hex").toUpperCase();
}

async function replayed(
  t: TestContext,
  log: readonly string[],
  measured: readonly string[],
): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-replay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "log"), log.join(""));
  return finish(process.execPath, [PROGRAM, join(folder, "log"), extended(measured), POLICY, CORE]);
}

test("a log in order, and what was accepted", async (t) => {
  const events = [loaded(), accepted, loaded()];
  const { status, stdout } = await replayed(t, events, events);
  assert.equal(stdout, `${digest("c")} as ghcr.io/a/b:1, signed by k\n`);
  assert.equal(status, 0);
});

const REFUSED: readonly [
  what: string,
  log: readonly string[],
  measured: readonly string[],
  message: RegExp,
][] = [
  ["a line left out", [loaded()], [loaded(), accepted], /^the log is not what was measured$/m],
  ["a line put in", [loaded(), accepted], [loaded()], /^the log is not what was measured$/m],
  ["another order", [accepted, loaded()], [loaded(), accepted], /^the log is not what was measured$/m],
  ["the last line cut", [loaded(), "{}"], [loaded(), "{}\n"], /^the log is not what was measured$/m],
  ["nothing", [], [], /^nothing was measured$/m],
  ["another policy", [loaded(digest("0"))], [loaded(digest("0"))], /^another policy: sha256:0+$/m],
  [
    "another core",
    [loaded(POLICY, digest("0"))],
    [loaded(POLICY, digest("0"))],
    /^another core: sha256:0+$/m,
  ],
];

for (const [what, log, measured, message] of REFUSED) {
  test(`refused: ${what}`, async (t) => {
    const { status, stderr } = await replayed(t, log, measured);
    assert.match(stderr, message);
    assert.equal(status, 1);
  });
}
