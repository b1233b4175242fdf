import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { MAIN } from "../../support/countersign/cli.js";

/** False, or why nothing can be typed here: a terminal is had by `script`, of util-linux. */
export const noTerminal = spawnSync("script", ["--version"]).status === 0 ? false : "there is no script(1)";

/** What the person at the terminal waits for, and then types. */
export type Turn = readonly [prompt: string, keys: string];

/**
 * Runs the command line on a terminal; everything that appeared on it, with a last line `status N: echo` where echo
 * is on when it has ended (`-echo`: off).
 */
export async function onTerminal(args: readonly string[], turns: readonly Turn[]): Promise<string> {
  const quoted = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  const line = `${quoted}; printf 'status %s: %s' $? "$(stty -a | grep -o -e '-\\?\\becho\\b')"`;
  const env = { HOME: "/nonexistent", PATH: process.env["PATH"] ?? "" };
  const terminal = spawn("script", ["--quiet", "--command", line, "/dev/null"], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });

  const waiting = [...turns];
  let shown = "";
  let answered = 0;
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    const [prompt, keys] = waiting[0] ?? [];
    if (prompt === undefined || !shown.slice(answered).includes(prompt)) return;
    answered = shown.length;
    waiting.shift();
    terminal.stdin.write(keys ?? "");
  });
  await once(terminal, "close");
  return shown.replaceAll("\r\n", "\n");
}
