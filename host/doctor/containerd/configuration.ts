import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readlink, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { promisify } from "node:util";

import { parse } from "smol-toml";

import { importedFiles } from "./imports.js";

type Table = Record<string, unknown>;

const run = promisify(execFile);
const DUMP_TIMEOUT_MS = 5_000;
export const DEFAULT_CONFIGURATION = "/etc/containerd/config.toml";

/** The part of containerd's configuration that decides whether verifiers are asked, in the form of its version 3. */
export interface Configuration {
  /** Where it was read from, for people. */
  readonly from: string;
  readonly disabledPlugins: readonly string[];
  readonly bindir: Table;
  readonly images: Table;
}

/** A configuration that cannot be read. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/**
 * The effective configuration: as the running daemon's own program prints it (`containerd config dump`) or, if none is
 * running, the file with its imports. containerd's defaults are not repeated here: a missing member has its default.
 */
export async function readConfiguration(file: string, processId: number | null): Promise<Configuration> {
  if (processId !== null) {
    try {
      const { program, configuration } = await commandLineOf(processId);
      const args = ["--config", configuration ?? file, "config", "dump"];
      const { stdout } = await run(program, args, { timeout: DUMP_TIMEOUT_MS, maxBuffer: 4 * 1024 * 1024 });
      return extract(
        parseToml(stdout, "containerd config dump"),
        `containerd config dump (process ${processId})`,
      );
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      // If we may not look into its process, its file has to do.
    }
  }
  const from = existsSync(file) ? file : `${file}, which is not there: containerd's defaults`;
  return extract(await readMerged(file), from);
}

/** What a process runs, and the configuration it was told to use. */
async function commandLineOf(processId: number): Promise<{ program: string; configuration: string | null }> {
  await assertContainerd(processId);
  const line = (await readFile(`/proc/${processId}/cmdline`, "utf8")).split("\0");
  const folder = await readlink(`/proc/${processId}/cwd`);
  return { program: `/proc/${processId}/exe`, configuration: configurationOf(line, folder) };
}

/**
 * The process number comes from whoever answers on the socket, and may belong to another PID namespace: the program
 * that is run must be owned by root or by us, and be called containerd. Throws otherwise.
 */
export async function assertContainerd(processId: number): Promise<void> {
  const { uid } = await stat(`/proc/${processId}`);
  const program = await readlink(`/proc/${processId}/exe`);
  const { uid: owner, mode } = await stat(`/proc/${processId}/exe`);
  const trusted = [uid, owner].every((user) => user === 0 || user === process.geteuid?.());
  if (!trusted || (mode & 0o022) !== 0 || basename(program) !== "containerd") {
    throw new Error(`process ${processId} is not containerd's`);
  }
}

/** `--config FILE`, `-c FILE` or `--config=FILE`. */
export function configurationOf(line: readonly string[], folder: string): string | null {
  for (const [i, argument] of line.entries()) {
    const [, joined] = /^--?(?:config|c)=(.*)$/s.exec(argument) ?? [];
    const given = joined ?? (/^--?(?:config|c)$/.test(argument) ? line[i + 1] : undefined);
    if (given !== undefined) return resolve(folder, given);
  }
  return null;
}

async function readMerged(file: string): Promise<Table> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new ConfigurationError(`${file} cannot be read (${error.code?.toLowerCase()})`);
  });
  const own = parseToml(text, file);
  let merged = own;
  for (const imported of await importedFiles(own["imports"], dirname(file))) {
    merged = merge(merged, parseToml(await readFile(imported, "utf8"), imported));
  }
  return merged;
}

/** As containerd merges what a file imports: tables of plugins are replaced whole, by the later file. */
function merge(first: Table, later: Table): Table {
  const plugins = { ...tableAt(first["plugins"]), ...tableAt(later["plugins"]) };
  const disabled = [...listAt(first["disabled_plugins"]), ...listAt(later["disabled_plugins"])];
  return { ...first, ...later, plugins, disabled_plugins: disabled };
}

function extract(document: Table, from: string): Configuration {
  const plugins = tableAt(document["plugins"]);
  const oldCri = tableAt(plugins["io.containerd.grpc.v1.cri"]);
  const oldContainerd = tableAt(oldCri["containerd"]);
  // Version 2 has the members of images in the CRI plugin, those of snapshots below `containerd`.
  const old = {
    ...oldCri,
    ...pick(oldContainerd, ["disable_snapshot_annotations", "discard_unpacked_layers"]),
  };
  return {
    from,
    disabledPlugins: listAt(document["disabled_plugins"]).map(String),
    bindir: tableAt(plugins["io.containerd.image-verifier.v1.bindir"]),
    images: tableAt(plugins["io.containerd.cri.v1.images"] ?? old),
  };
}

function pick(table: Table, names: readonly string[]): Table {
  return Object.fromEntries(names.filter((name) => name in table).map((name) => [name, table[name]]));
}

/** Without the parser's message: it quotes the lines around the mistake, and registry.configs holds passwords. */
function parseToml(text: string, name: string): Table {
  try {
    return parse(text) as Table;
  } catch {
    throw new ConfigurationError(`${name} is not valid toml`);
  }
}

function tableAt(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function listAt(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
