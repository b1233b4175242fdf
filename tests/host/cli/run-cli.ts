import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../host/cli/main.cjs", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line as a user would, without this machine's credentials. */
export function startCli(
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  const home = { HOME: "/nonexistent", PATH: process.env["PATH"] ?? "" };
  return spawn(process.execPath, [MAIN, ...args], { env: { ...home, ...env } });
}

export async function runCli(args: readonly string[], env?: Record<string, string>): Promise<Finished> {
  return await finish(startCli(args, env));
}

/** Waits for the end; no stack trace may reach a user, whatever happened. */
export async function finish(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end();
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  assert.doesNotMatch(stderr, /^\s+at .*(:\d+|\))$/m);
  return { status, stdout, stderr };
}

/** Asserts one line on standard error, nothing on standard output, and exit status 2. */
export function assertUsageError({ status, stdout, stderr }: Finished, message: RegExp): void {
  assert.match(stderr, /^countersign: [^\n]+\n$/);
  assert.match(stderr, message);
  assert.equal(stdout, "");
  assert.equal(status, 2);
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a policy (an object, or text as it is) into a folder of its own; its path. */
export function policyFile(t: TestContext, policy: object | string): string {
  const file = join(temporaryFolder(t), "policy.json");
  writeFileSync(file, typeof policy === "string" ? policy : JSON.stringify(policy));
  return file;
}

export const REJECT_ALL = { default: [{ type: "reject" }] };
export const ACCEPT_ALL = { default: [{ type: "insecureAcceptAnything" }] };
