import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { finish } from "../support/process.js";

const DEMO = fileURLToPath(new URL("../demo/main.js", import.meta.url));

test("the demo without containerd shows one allowed image and four denied ones", async () => {
  const { status, stdout, stderr } = await finish(process.execPath, [DEMO]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  const verdicts = [...stdout.matchAll(/^\S+ +(allowed|denied) +(\S+) /gm)].map(([, verdict, code]) => [
    verdict,
    code,
  ]);
  assert.deepEqual(verdicts, [
    ["allowed", "accepted"],
    ["denied", "no-signature"],
    ["denied", "signature-invalid"],
    ["denied", "payload-digest-mismatch"],
    ["denied", "identity-mismatch"],
  ]);
});

test("the demo ends in order when nobody reads it to its end", async () => {
  // With pipefail a demo that fails fails the shell.
  const script = 'set -o pipefail; "$0" "$1" | head -n 1';
  const { status, stdout, stderr } = await finish("bash", ["-c", script, process.execPath, DEMO]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /^Running .*\n$/);
});

test("the demo refuses an unknown option", async () => {
  const { status, stderr } = await finish(process.execPath, [DEMO, "--kubernetes"]);
  assert.match(stderr, /^demo: unknown option '--kubernetes'\ndemo: see "npm run demo -- --help"\n$/);
  assert.equal(status, 2);
});
