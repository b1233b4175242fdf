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

/** What cannot be written ends nothing at that moment; `lostOutput` tells of it at the end. */
export function surviveFailedWrites(): void {
  process.stdout.on("error", (error) => {
    failedWrite ??= error;
  });
  process.stderr.on("error", () => {});
}

/** The stream of a file forgets it. */
let failedWrite: NodeJS.ErrnoException | null = null;

/**
 * Why results did not reach standard output, such as ENOSPC; null if they did. A reader that has gone away (`countersign … |
 * head -1`) had what it wanted: the exit status still says the result. Known once everything is `flushed`.
 */
export function lostOutput(): string | null {
  if (failedWrite === null || failedWrite.code === "EPIPE") return null;
  return failedWrite.code ?? failedWrite.message;
}

/** Resolves when everything printed so far has left the process, or cannot. */
export async function flushed(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  await new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
}
