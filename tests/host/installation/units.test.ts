import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { quoted, units } from "../../../host/installation/units.js";
import { MAIN } from "../../support/countersign/cli.js";

const missing =
  spawnSync("systemd-analyze", ["--version"]).status === 0 ? false : "there is no systemd-analyze(1)";
const OPTIONS = {
  program: [process.execPath, MAIN],
  socket: "/run/countersign/verifier.sock",
  policy: "/etc/countersign/policy.json",
  args: ["--metrics-listen=127.0.0.1:9464"],
} as const;

function written(t: TestContext): string[] {
  const folder = mkdtempSync(join(tmpdir(), "countersign-units-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return Object.entries(units(OPTIONS)).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}

test("systemd-analyze verify has nothing to say about the units", { skip: missing }, (t) => {
  const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...written(t)], {
    encoding: "utf8",
  });
  assert.equal(`${stdout}${stderr}`, "");
  assert.equal(status, 0);
});

test("systemd-analyze security finds the service as closed as it can be", { skip: missing }, (t) => {
  const service = written(t).find((path) => path.endsWith(".service")) as string;
  // 10 is wide open. What is left is root, the network, and a compiler in the process.
  execFileSync("systemd-analyze", ["security", "--offline=true", "--threshold=25", service], {
    stdio: "pipe",
  });
});

test("both units come before containerd", () => {
  for (const text of Object.values(units(OPTIONS))) assert.match(text, /^Before=containerd\.service$/m);
});

const QUOTED: readonly [text: string, unit: string][] = [
  ["/opt/a-b_c/main.js", "/opt/a-b_c/main.js"],
  ["/a b", '"/a b"'],
  ["100%", "100%%"],
  ["$HOME", "$$HOME"],
  ['say "hi" \\', '"say \\"hi\\" \\\\"'],
  ["", '""'],
];

for (const [text, unit] of QUOTED) {
  test(`${JSON.stringify(text)} is ${unit} in a unit`, () => assert.equal(quoted(text), unit));
}
