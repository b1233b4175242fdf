import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** How long a program of somebody else may take to answer or to end, in milliseconds. */
const PATIENCE = 60_000;

/** A program that runs until it is stopped. */
export class RunningProcess {
  readonly #child: ChildProcess;
  #output = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Starts it and waits until `answers` is true of it. */
  static async start(
    program: string,
    args: readonly string[],
    answers: (running: RunningProcess) => boolean | Promise<boolean>,
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<RunningProcess> {
    const running = new RunningProcess(spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] }));
    await once(running.#child, "spawn");
    try {
      await running.until(`${program} does not answer`, () => answers(running));
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  /** Waits until that is so; throws the complaint, with the output, if that does not come or the program ends. */
  async until(complaint: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!(await isSo())) {
      if (this.#ended || Date.now() > deadline) throw new Error(`${complaint}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    if (!this.#ended) await once(this.#child, "exit");
  }

  /** Everything it has written, to either stream. */
  get output(): string {
    return this.#output;
  }

  /** Ends it, first politely; resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    // One that was stopped would not see that.
    this.#child.kill("SIGCONT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE);
    await ended;
    clearTimeout(timer);
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit status (-1: it was killed). */
export async function finish(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { ...options, timeout: PATIENCE });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (stdout === undefined || stderr === undefined) throw error;
    return { status: typeof code === "number" ? code : -1, stdout, stderr };
  }
}

/** Runs a program that has to succeed; its standard output. */
export async function succeed(...call: Parameters<typeof finish>): Promise<string> {
  const { status, stdout, stderr } = await finish(...call);
  if (status !== 0) throw new Error(`${call[0]} ${call[1].join(" ")} failed (${status}):\n${stderr}`);
  return stdout;
}
