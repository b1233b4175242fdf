import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { putEntry } from "../../../host/plugin/installation/bin-dir.js";
import { executable, type Runtime } from "../../../host/plugin/installation/executable.js";
import type { Installation } from "../../../host/plugin/run.js";
import { runtimeOf } from "./each-plugin.js";
import { privateFolder } from "./fake-daemon.js";

const DIGEST = `sha256:${"ab".repeat(32)}`;

/** What containerd passes for an image. */
export const ARGUMENTS = [
  ...["-name", "ghcr.io/automata/app:1"],
  ...["-digest", DIGEST],
  ...["-stdin-media-type", "application/vnd.oci.descriptor.v1+json"],
];
export const DESCRIPTOR = `{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"${DIGEST}","size":423}\n`;

export interface Execution {
  readonly status: number | null;
  readonly stdout: string;
}

/** Installs the plugin the test is about, for `socket`, into a folder of its own; the path containerd would execute. */
export async function installPlugin(
  t: TestContext,
  socket: string,
  changes: Partial<Installation> = {},
  runtime: Runtime = runtimeOf(t),
): Promise<string> {
  const installation = { socket, owner: process.getuid?.() ?? 0, deadlineMs: 9_000, ...changes };
  const binDir = join(privateFolder(t), "bin");
  const file = executable(runtime, installation);
  if (file === null) throw new Error("there is no native plugin");
  await putEntry(binDir, file);
  return join(binDir, "00-countersign");
}

/** Executes `plugin` as containerd does: the file itself, descriptor on standard input, standard output kept. */
export async function execute(
  plugin: string,
  { args = ARGUMENTS, stdin = DESCRIPTOR as string | null, env = {} as Record<string, string> } = {},
): Promise<Execution> {
  const child = spawn(plugin, args, { env, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {});
  if (stdin === null) child.stdin.write("{");
  else child.stdin.end(stdin);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, stdout };
}
