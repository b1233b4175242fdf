import { resolve } from "node:path";

import { DEFAULT_BIN_DIR } from "../plugin/installation/bin-dir.js";
import { isQuotable } from "../plugin/installation/script.js";
import { UsageError } from "./usage-error.js";

export const BIN_DIR_OPTION = {
  type: "string",
  value: "DIR",
  help: `containerd's bin_dir (default: ${DEFAULT_BIN_DIR})`,
} as const;

/** The absolute path of `bin_dir`. */
export function binDirOf(given: string | undefined): string {
  return quotable("--bin-dir", resolve(given ?? DEFAULT_BIN_DIR));
}

/** `path`, if it can be written into a shell script and a TOML file between single quotes. */
export function quotable(what: string, path: string): string {
  if (!isQuotable(path))
    throw new UsageError(`${what}: ${JSON.stringify(path)} has characters that need quoting`);
  return path;
}
