import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { readPolicy, readPolicyAside } from "../../../host/service/policy-loader.js";
import { KEY } from "../core/signed-image.js";

const CASES: [what: string, policy: (folder: string) => string | null][] = [
  [
    "a policy with a key, one that is missing and something to warn of",
    (folder) =>
      JSON.stringify({
        default: [{ type: "insecureAcceptAnything" }],
        transports: {
          docker: {
            "ghcr.io/a": [{ type: "sigstoreSigned", keyPath: join(folder, "team.pub") }],
            "ghcr.io/b": [{ type: "sigstoreSigned", keyPath: join(folder, "missing.pub") }],
          },
        },
      }),
  ],
  ["text that is no policy", () => "{"],
  ["no file", () => null],
];
for (const [what, policyIn] of CASES) {
  test(`a thread reads the same as is read at once: ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "policy.json");
    const policy = policyIn(folder);
    writeFileSync(join(folder, "team.pub"), KEY);
    if (policy !== null) writeFileSync(path, policy);
    const [aside, atOnce] = [await readPolicyAside(path), readPolicy(path)];
    assert.deepEqual(aside.warnings, atOnce.warnings);
    assert.deepEqual(plain(aside.reading), plain(atOnce.reading));
    assert.equal(aside.state.kind, atOnce.state.kind);
    if (aside.state.kind === "loaded" && atOnce.state.kind === "loaded") {
      assert.deepEqual(aside.state.core.summary, atOnce.state.core.summary);
      assert.ok(aside.warnings.length > 0);
    } else assert.deepEqual(aside.state, atOnce.state);
  });
}

test("others are served while a policy of many scopes and keys is loaded", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "policy.json");
  const docker = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, i) => {
      const keyPath = join(folder, `${i}.pub`);
      writeFileSync(keyPath, KEY);
      return [`registry.example/team-${i}`, [{ type: "sigstoreSigned", keyPath }]];
    }),
  );
  writeFileSync(path, JSON.stringify({ default: [{ type: "reject" }], transports: { docker } }));
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  t.after(() => clearInterval(turning));
  const { state } = await readPolicyAside(path);
  assert.equal(state.kind, "loaded");
  // Loaded at once, there is none.
  assert.ok(turns > 3, `${turns} turns`);
});

/** Bytes that came from another thread are of another class. */
function plain(
  reading: { policy: Uint8Array; files: ReadonlyMap<string, Uint8Array | null> } | null,
): unknown {
  if (reading === null) return null;
  const files = [...reading.files].map(([path, content]) => [path, content && Buffer.from(content)]);
  return { policy: Buffer.from(reading.policy), files };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-loader-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
