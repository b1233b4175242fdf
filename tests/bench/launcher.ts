import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finish } from "../support/process.js";
import { type Sample, sampleOf } from "./sampling.js";

const SOURCE = fileURLToPath(new URL("../../../tests/bench/launch.c", import.meta.url));

/** A program as containerd executes a verifier. */
export interface Execution {
  readonly program: string;
  readonly args: readonly string[];
  /** File that is its standard input. */
  readonly input: string;
  /** Executions in a turn. */
  readonly perTurn: number;
}

/**
 * Times whole processes, from a small one: to start a program out of Node.js takes longer than some of them run. Null where
 * there is no C compiler for it.
 */
export async function timeProcesses(
  folder: string,
  executions: readonly Execution[],
  rounds: number,
): Promise<Sample[] | null> {
  const launcher = join(folder, "launch");
  const { status } = await finish("cc", ["-O2", "-o", launcher, SOURCE]).catch(() => ({ status: 127 }));
  if (status !== 0) return null;
  const times: number[][] = executions.map(() => []);
  for (const execution of executions) await turn(launcher, execution);
  for (let round = 0; round < rounds; round++)
    for (const [i, execution] of executions.entries()) times[i]?.push(...(await turn(launcher, execution)));
  return times.map(sampleOf);
}

async function turn(launcher: string, { program, args, input, perTurn }: Execution): Promise<number[]> {
  const { stdout } = await finish(launcher, [String(perTurn), input, program, ...args]);
  const lines = stdout.trimEnd().split("\n");
  const ended = lines.map((line) => line.split(" ").map(Number));
  if (ended.length !== perTurn || ended.some(([, status]) => status !== 0))
    throw new Error(`${program} did not succeed: ${lines.join(", ")}`);
  return ended.map(([ms = Number.NaN]) => ms);
}
