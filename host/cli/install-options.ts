import { statSync } from "node:fs";
import { join, resolve } from "node:path";

import { DEFAULT_BIN_DIR } from "../plugin/installation/bin-dir.js";
import type { Given } from "./command.js";
import { quotable } from "./plugin-options.js";
import { UsageError } from "./usage-error.js";

export const DEFAULT_POLICY = "/etc/countersign/policy.json";
export const CONTAINERD_CONFIGURATION = "/etc/containerd/config.toml";
/** What containerd's configuration imports. */
export const CONTAINERD_IMPORT = "/etc/containerd/countersign.toml";
export const UNIT_DIR = "/etc/systemd/system";

export const INSTALL_OPTIONS = {
  root: {
    type: "string",
    value: "DIR",
    help: "the node's root folder, when building a machine image (default: /)",
  },
  "bin-dir": { type: "string", value: "DIR", help: `containerd's bin_dir (default: ${DEFAULT_BIN_DIR})` },
  "dry-run": { type: "boolean", help: "print what would be done, and do nothing" },
} as const;

/** Paths on the node, and where they are now. */
export interface Place {
  readonly binDir: string;
  /** Where a path of the node is from here. */
  at(path: string): string;
}

export function placeOf(values: Given<typeof INSTALL_OPTIONS>["values"]): Place {
  const root = resolve(values.root ?? "/");
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--root: ${root} is not a folder`);
  const binDir = quotable("--bin-dir", resolve("/", values["bin-dir"] ?? DEFAULT_BIN_DIR));
  return { binDir, at: (path) => join(root, path) };
}
