import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { privateFolder } from "./fake-daemon.js";
import { ARGUMENTS, type Execution } from "./installed-plugin.js";

const SOURCE = fileURLToPath(new URL("../../../../tests/host/plugin/sanitized.c", import.meta.url));

const FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-g", "-O1"];
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/**
 * The native plugin with the address and undefined-behaviour sanitizers, one process for each execution. What they find
 * ends the process and is on standard error, which `complaints` has.
 */
export class SanitizedPlugin {
  complaints = "";
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.complaints += text;
    });
  }

  static async start(t: TestContext): Promise<SanitizedPlugin> {
    const program = join(privateFolder(t), "sanitized");
    await promisify(execFile)("cc", [...FLAGS, ...SANITIZERS, "-o", program, SOURCE]);
    const child = spawn(program, ARGUMENTS, { env: {} });
    t.after(async () => {
      const ended = once(child, "close");
      child.stdin.end();
      await ended;
    });
    return new SanitizedPlugin(child);
  }

  /** Executes it once; the status of one ended by a signal is above 128. */
  async execute(socket: string): Promise<Execution> {
    this.child.stdin.write(`${socket}\n`);
    for (;;) {
      const end = this.#received.indexOf(10);
      const [status = Number.NaN, length = Number.NaN] = this.#received
        .subarray(0, end)
        .toString()
        .split(" ")
        .map(Number);
      if (end >= 0 && this.#received.length >= end + 1 + length) {
        const stdout = this.#received.subarray(end + 1, end + 1 + length).toString();
        this.#received = this.#received.subarray(end + 1 + length);
        return { status, stdout };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
