import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { COMMANDS } from "../../../host/cli/commands.js";
import { MAIN } from "../../support/countersign/cli.js";
import { assertUsageError, finish, policyFile, runCli, startCli } from "./run-cli.js";

test("--help lists every command on standard output", async () => {
  const { status, stdout, stderr } = await runCli(["--help"]);
  for (const { words } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${words} `, "m"));
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

for (const { words } of COMMANDS) {
  test(`${words} --help names its options and the exit statuses, whatever else is wrong`, async () => {
    const { status, stdout, stderr } = await runCli([...words.split(" "), "--help", "--no-such-option"]);
    assert.ok(stdout.startsWith(`Usage: countersign ${words} [options]`));
    assert.match(
      stdout,
      /0 allowed, or done; 1 denied, or not in order; 2 usage or configuration; 3 could not decide, or ask/,
    );
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });
}

test("help is had however it is asked for", async () => {
  const program = (await runCli(["--help"])).stdout;
  const verify = (await runCli(["verify", "--help"])).stdout;
  const group = (await runCli(["policy", "--help"])).stdout;
  for (const [args, expected] of [
    [["help"], program],
    [["-h"], program],
    [["help", "verify"], verify],
    [["verify", "-h"], verify],
    [["help", "policy"], group],
    [["policy", "-h"], group],
  ] as const) {
    assert.deepEqual(await runCli(args), { status: 0, stdout: expected, stderr: "" }, args.join(" "));
  }
});

test("help fits a terminal of 120 columns", async () => {
  for (const args of [["--help"], ...COMMANDS.map(({ words }) => [...words.split(" "), "--help"])]) {
    for (const line of (await runCli(args)).stdout.split("\n")) assert.ok(line.length <= 120, line);
  }
});

test("--version prints the version in package.json", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const { status, stdout } = await runCli(["--version"]);
  assert.equal(stdout, `countersign ${version}\n`);
  assert.equal(status, 0);
  assert.equal((await runCli(["version"])).stdout, stdout);
});

const WRONG: [args: string[], message: RegExp][] = [
  [[], /a command is missing/],
  [["verfy", "nginx"], /unknown command "verfy", did you mean verify\?/],
  [["frobnicate"], /unknown command "frobnicate": see "countersign --help"$/m],
  [["check", "policy.json"], /unknown command "check", did you mean policy check\?/],
  [["sign", "a", "b"], /unknown command "sign", did you mean sign-image\?/],
  [["policy"], /policy needs one of: check, explain, digest/],
  [["polcy", "check", "policy.json"], /unknown command "polcy", did you mean policy check\?/],
  [["policy", "digset"], /unknown command "policy digset", did you mean policy digest\?/],
  [["--polcy"], /unknown option --polcy/],
  [["-x"], /unknown option -x: see "countersign --help"/],
  [["verify"], /NAME… is missing: see "countersign verify --help"/],
  [["verify", "--polcy", "p.json", "nginx"], /unknown option --polcy, did you mean --policy\?/],
  [["verify", "-x", "nginx"], /unknown option -x: see "countersign verify --help"/],
  [["verify", "--constructor", "nginx"], /unknown option --constructor/],
  [["verify", "--json=yes", "nginx"], /--json.* does not take an argument/],
  [["verify", "nginx", "--policy"], /--policy needs a value/],
  [["install", "--serve-option", "--x=1"], /--serve-option needs a value; .* --serve-option=--x=1/],
  [["sign-image", "-a", "-x=1", "a", "b", "c", "d"], /-a needs a value; .* written -a-x=1/],
  [["verify", "nginx", "--timeout", "-1"], /--timeout needs a value; .* written --timeout=-1/],
  [["verify", "nginx", "--policy", ""], /--policy needs a value/],
  [["verify", "nginx", "--policy", "a", "--policy", "b"], /--policy is given twice/],
  [["verify", "nginx", "--platform", "arm64"], /--platform: "arm64" is not OS\/ARCH/],
  [["verify", "nginx", "--concurrency", "0"], /--concurrency: "0" is not a whole number from 1 to/],
  [["verify", "nginx", "--timeout", "soon"], /--timeout: "soon" is not a number/],
  [["verify", "nginx", "--plain-http", "http://host"], /--plain-http: "http:\/\/host" is not a host/],
  [
    ["verify", "nginx", "--auth-file", "/nonexistent/auth.json"],
    /--auth-file: \/nonexistent\/auth.json: no such file/,
  ],
  [["verify", "nginx", "--audit-log", "/nonexistent/audit"], /--audit-log: .*ENOENT/],
  [["serve", "extra"], /unexpected "extra"/],
  [["policy", "check"], /FILE is missing/],
  [["policy", "explain", "a", "b"], /unexpected "b": see "countersign policy explain --help"/],
  [
    ["plugin", "install", "--bin-dir", "/tmp/it's"],
    /--bin-dir: "\/tmp\/it's" has characters that need quoting/,
  ],
];
for (const [args, message] of WRONG) {
  test(`refused: countersign ${args.join(" ")}`, async () => assertUsageError(await runCli(args), message));
}

test("a reader that goes away is not a crash", async () => {
  const child = startCli(["--help"]);
  child.stdout.destroy();
  const { status, stderr } = await finish(child);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

test("results that cannot be written are no success", {
  skip: !existsSync("/dev/full") && "there is no /dev/full",
}, async (t) => {
  const policy = policyFile(t, { default: [{ type: "reject" }] });
  const full = openSync("/dev/full", "w");
  t.after(() => closeSync(full));
  for (const [args, expected] of [
    [["--help"], 3],
    [["policy", "digest", "--policy", policy], 3],
    [["verify", "--policy", policy, "a.example/b:1"], 1],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    assert.match(stderr, /^countersign: standard output cannot be written: ENOSPC$/m);
    assert.equal(status, expected, args.join(" "));
  }
});

test("text that moves a terminal's cursor: what was typed, what files are called", async (t) => {
  const strange = "\u001b[2J\u009b\u202e";
  const shown = "\\u001b[2J\\u009b\\u202e";
  const folder = await mkdtemp(join(tmpdir(), "countersign-cli-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, `${strange}.json`);
  await writeFile(file, '{"default":[{"type":"reject"}]}');
  for (const args of [
    [strange],
    ["verify", `--${strange}`],
    ["policy", "check", file],
    ["policy", "check", `/nonexistent/${strange}`],
    ["verify", "--auth-file", `/nonexistent/${strange}`, "--policy", file, "a.example/b:1"],
    ["verify", "--policy", file, `a.example/${strange}`],
    ["verify", "--json", "--policy", file, `a.example/${strange}`],
    ["public-key", "--key", `/nonexistent/${strange}`],
  ]) {
    const { stdout, stderr } = await runCli(args);
    assert.doesNotMatch(stdout + stderr, /[^\P{C}\n]/u, args.join(" "));
    assert.ok((stdout + stderr).includes(shown) || (stdout + stderr).includes("\\x1b[2J"), args.join(" "));
  }
});
