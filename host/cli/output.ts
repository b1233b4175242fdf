/** Results go to standard output, everything else to standard error; nothing in either moves a terminal's cursor. */

import { escapeUnprintable } from "../service/one-line.js";

/** Part of the result: whole lines. */
export function print(text: string): void {
  process.stdout.write(text.split("\n").map(escapeUnprintable).join("\n"));
}

/** One line for the person at the terminal. */
export function note(text: string): void {
  process.stderr.write(`countersign: ${escapeUnprintable(text)}\n`);
}

/** What the person at the terminal should act on. */
export function warn(text: string): void {
  note(`warning: ${text}`);
}

/** A reader that has gone away (`countersign … | head -1`) is not an error: the exit status still says the result. */
export function survivePipesThatClose(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") process.exitCode ??= 3;
    });
  }
}

/** Resolves when everything printed so far has left the process, or cannot. */
export async function flushed(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  await new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
}
