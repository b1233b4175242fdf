import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { countersign } from "./cli.js";

/** Which plugin is to be installed; the one of the command's own choice where it is not said. */
export type PluginChoice = "native" | "on-node";

/** Installs the plugin into `binDir` by the command people use; returns the file that containerd executes. */
export async function installPlugin(binDir: string, socket: string, choice?: PluginChoice): Promise<string> {
  await mkdir(binDir, { recursive: true, mode: 0o755 });
  const options = ["--bin-dir", binDir, "--socket", socket, ...(choice === "on-node" ? ["--on-node"] : [])];
  const { status, stdout, stderr } = await countersign("plugin", "install", ...options);
  if (choice === "native" && !stdout.includes("\nit is the native plugin"))
    throw new Error(`countersign plugin install did not install the native plugin: ${stdout}`);
  if (status !== 0) throw new Error(`countersign plugin install failed (${status}): ${stderr}`);
  return join(binDir, "00-countersign");
}

/** What containerd asks a verifier about. */
export interface Question {
  readonly name: string;
  readonly digest: string;
  /** Raw JSON. */
  readonly descriptor: string;
}

/**
 * Executes a verifier as containerd's bindir does (pkg/imageverifier/bindir): these arguments in this order, the
 * descriptor and a line feed on standard input, containerd's own environment; standard output is the reason.
 */
export async function executeAsContainerd(
  plugin: string,
  { name, digest, descriptor }: Question,
): Promise<{ status: number | null; stdout: string }> {
  const mediaType = "application/vnd.oci.descriptor.v1+json";
  const args = ["-name", name, "-digest", digest, "-stdin-media-type", mediaType];
  const child = spawn(plugin, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(`${descriptor}\n`);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const [status] = await once(child, "close");
  return { status, stdout };
}
