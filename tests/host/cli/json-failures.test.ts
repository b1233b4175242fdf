// Whoever reads what --json prints is told of a failure in the same way as of a result.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { COMMANDS } from "../../../host/cli/commands.js";
import { policyFile, REJECT_ALL, runCli, temporaryFolder } from "./run-cli.js";

for (const { words, load } of COMMANDS) {
  test(`${words} --json with wrong arguments`, async () => {
    const { default: command } = await load();
    const args = [...words.split(" "), "--json", "--no-such-option"];
    const { status, stdout, stderr } = await runCli(args);
    assert.equal(status, 2);
    if (!Object.hasOwn(command.options, "json")) return assert.equal(stdout, "");
    const { ok, code, reason } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([ok, code], [false, "usage"]);
    assert.equal(stderr, `countersign: ${reason}\n`);
  });
}

const CASES: [title: string, args: string[], status: number, code: string | null, reason: RegExp][] = [
  ["no policy", ["policy", "explain", "--policy", "/nonexistent", "a"], 2, "no-policy", /^no policy at/],
  ["no policy", ["policy", "digest", "--policy", "/nonexistent"], 2, "no-policy", /^no policy at/],
  ["no daemon", ["status", "--socket", "/nonexistent/s"], 3, "daemon-unreachable", /^no daemon at/],
  ["no key", ["public-key", "--key", "/nonexistent"], 2, "usage", /^\/nonexistent cannot be read/],
  ["a layout that is not there", signing("oci:/nonexistent:1"), 3, "source-unreadable", /^oci:/],
  ["a registry that is not there", signing("127.0.0.1:1/a:1"), 3, "registry-unavailable", /refused$/],
];

function signing(source: string): string[] {
  return ["sign-image", "--sign-identity", "a.example/b:1", source, "oci:/nonexistent/x:1", "KEY", "PUBLIC"];
}

for (const [title, args, expected, code, reason] of CASES) {
  test(`${args[0]} --json: ${title}`, async (t) => {
    const folder = temporaryFolder(t);
    const prefix = join(folder, "k");
    const env = { COSIGN_PASSWORD: "" };
    if (args.includes("KEY")) await runCli(["generate-key-pair", "--output-key-prefix", prefix], env);
    const files: Record<string, string> = { KEY: `${prefix}.key`, PUBLIC: `${prefix}.pub` };
    const given = args.map((arg) => files[arg] ?? arg);
    const { status, stdout } = await runCli([...given, "--json"], env);
    const failure = JSON.parse(stdout) as { ok: boolean; code: string; reason: string };
    assert.deepEqual([failure.ok, failure.code], [false, code]);
    assert.match(failure.reason, reason);
    assert.equal(status, expected);
  });
}

test("verify --json: what is not read as options was not asked for", async (t) => {
  const { stdout } = await runCli(["verify", "--policy", policyFile(t, REJECT_ALL), "--", "--json"]);
  assert.match(stdout, /^denied --json name-invalid: /);
});

test("a file's failure has no code of ours", async (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  const { status, stdout } = await runCli(["plugin", "status", "--json", "--bin-dir", file]);
  assert.deepEqual(Object.keys(JSON.parse(stdout)), ["ok", "code", "reason"]);
  assert.equal(JSON.parse(stdout).code, null);
  assert.equal(status, 2);
});
