// How a script ends, and how it runs other programs.
import { spawn } from "node:child_process";

/** Something foreseen: its message is all a person needs. */
export class Failure extends Error {}

/** Runs a script's body, which may return an exit status; a Failure is one line on standard error. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Failure ? `countersign: ${error.message}` : error.stack}\n`);
    process.exitCode = 1;
  }
}

/** One line of progress, on standard error: standard output belongs to results. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a program without standard input. `onLine` is given each line of its output (both streams) as it comes.
 * Resolves to the exit status (1 when a signal ended it) and the whole output.
 */
export function run(program, args, { cwd, env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) onLine?.(line);
      });
      stream.on("end", () => rest !== "" && onLine?.(rest));
    }
    child.on("error", (error) => reject(new Failure(`${program} could not be started: ${error.message}`)));
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}

/** As `run`, but anything other than status 0 is a Failure that shows the end of the output. */
export async function mustRun(what, program, args, options) {
  const { status, output } = await run(program, args, options);
  if (status !== 0) throw new Failure(`${what} failed (exit status ${status}):\n${lastLines(output, 30)}`);
  return output;
}

function lastLines(text, count) {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
