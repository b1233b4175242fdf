import { access, constants } from "node:fs/promises";
import { join, resolve } from "node:path";

import { Denial } from "../plugin/denial.js";
import { isServing } from "../plugin/health.js";
import { accessTo, ENTRY, otherEntries, readEntry } from "../plugin/installation/bin-dir.js";
import { isCurrent, recordedIn } from "../plugin/installation/executable.js";
import { DEFAULT_SOCKET } from "../plugin/run.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { print } from "./output.js";
import { BIN_DIR_OPTION, binDirOf } from "./plugin-options.js";

export default command({
  description: `Checks whether the plugin is installed, is from this build and can be executed; whether the daemon answers on a socket
that the plugin would trust and has a policy in force; and what else containerd would execute.
Exits with 0 only if all of it is in order, otherwise with 1.`,
  options: {
    "bin-dir": BIN_DIR_OPTION,
    socket: {
      type: "string",
      value: "PATH",
      help: "the daemon's socket (default: the one recorded at installation)",
    },
    json: { type: "boolean", help: "print one JSON object" },
  },
  async run({ values }) {
    const checks = await inspect(binDirOf(values["bin-dir"]), values.socket);
    const ok = checks.every((check) => check.ok);
    print(values.json ? `${JSON.stringify({ ok, checks })}\n` : checks.map(line).join(""));
    return ok ? EXIT.ok : EXIT.denied;
  },
});

/** One thing that must be so for containerd to be answered. */
interface Check {
  readonly check: "plugin" | "node" | "bin-dir" | "daemon";
  readonly ok: boolean;
  readonly detail: string;
}

function line({ check, ok, detail }: Check): string {
  return `${ok ? "ok  " : "FAIL"}  ${check.padEnd(8)}${detail}\n`;
}

async function inspect(binDir: string, socket: string | undefined): Promise<Check[]> {
  const file = await readEntry(binDir);
  const recorded = file === null ? null : recordedIn(file);
  const owner = recorded?.installation.owner ?? process.getuid?.() ?? 0;
  const daemon = resolve(socket ?? recorded?.installation.socket ?? DEFAULT_SOCKET);
  return [
    pluginCheck(join(binDir, ENTRY), file),
    ...(recorded === null || recorded.runtime === "native" ? [] : [await nodeCheck(recorded.runtime.node)]),
    await binDirCheck(binDir),
    await daemonCheck(daemon, owner),
  ];
}

function pluginCheck(path: string, file: Buffer | null): Check {
  if (file === null) return { check: "plugin", ok: false, detail: `not installed: there is no ${path}` };
  if (isCurrent(file)) return { check: "plugin", ok: true, detail: path };
  return {
    check: "plugin",
    ok: false,
    detail: `${path} is not from this build: run countersign plugin install`,
  };
}

async function nodeCheck(node: string): Promise<Check> {
  const ok = await access(node, constants.X_OK).then(
    () => true,
    () => false,
  );
  return { check: "node", ok, detail: ok ? node : `${node} is gone: run countersign plugin install` };
}

async function binDirCheck(binDir: string): Promise<Check> {
  const others = await otherEntries(binDir);
  if ((await accessTo(binDir))?.writableByOthers) {
    return { check: "bin-dir", ok: false, detail: `${binDir} may be written to by others` };
  }
  if (others.length === 0) return { check: "bin-dir", ok: true, detail: `${binDir} holds no other verifier` };
  return { check: "bin-dir", ok: true, detail: `containerd also executes ${others.join(", ")} in ${binDir}` };
}

async function daemonCheck(socket: string, owner: number): Promise<Check> {
  try {
    const serving = await isServing(socket, owner);
    const detail = serving
      ? `${socket} serves`
      : `${socket} answers, but has no policy in force and denies everything`;
    return { check: "daemon", ok: serving, detail };
  } catch (error) {
    if (!(error instanceof Denial)) throw error;
    return { check: "daemon", ok: false, detail: `${error.code}: ${error.message}` };
  }
}
