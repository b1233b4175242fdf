import { spawn } from "node:child_process";

import { CredentialError } from "./source.js";

const MAX_OUTPUT_BYTES = 64 * 1024;

export interface Execution {
  readonly args: readonly string[];
  readonly input: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/**
 * Runs a program that gives credentials. Throws a `CredentialError` that begins with its path: it does not start, takes too
 * long, says too much. What it prints is a secret and stays out of every message; its standard error is not read.
 */
export function execute(
  program: string,
  { args, input, env = process.env, timeoutMs }: Execution,
): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise<{ readonly status: number; readonly output: string }>((resolve, reject) => {
    // A process group of its own, so that what it has started ends with it.
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "ignore"], detached: true });
    child.once("error", reject);
    const { pid } = child;
    // Where there are too many open files it has no streams either.
    if (pid === undefined) return;
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (what: string) => {
      killGroup(pid);
      child.stdout.destroy();
      fail(what);
    };
    const timer = setTimeout(() => end(`took more than ${timeoutMs} ms`), timeoutMs);
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new CredentialError(`${program}: ${what}`));
    };
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_OUTPUT_BYTES) chunks.push(chunk);
      else end(`printed more than ${MAX_OUTPUT_BYTES} bytes`);
    });
    child.once("close", (status, signal) => {
      if (status === null) return fail(`was ended by ${signal}`);
      clearTimeout(timer);
      resolve({ status, output: Buffer.concat(chunks).toString() });
    });
    // A program that does not read its input has said so by its exit status.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof CredentialError) throw error;
    throw new CredentialError(`${program}: does not start (${error.code?.toLowerCase()})`);
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
