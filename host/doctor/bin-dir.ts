import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { DEFAULT_BIN_DIR, ENTRY, readEntry } from "../plugin/installation/bin-dir.js";
import { isCurrent, recordedIn } from "../plugin/installation/executable.js";
import { parseGoDuration } from "../registry/hosts/go-duration.js";
import type { Configuration } from "./containerd/configuration.js";
import { error, type Finding, ok, warning } from "./finding.js";

const BINDIR = "[plugins.'io.containerd.image-verifier.v1.bindir']";
const BINDIR_PLUGIN = "io.containerd.image-verifier.v1.bindir";
/** containerd's own. */
const DEFAULT_MAX_VERIFIERS = 10;
const DEFAULT_TIMEOUT_MS = 10_000;
/** By then the plugin has given its verdict, whatever the daemon does. */
const PLUGIN_NEEDS_MS = 9_500;
const WRITABLE_BY_OTHERS = 0o022;

/** Where containerd looks for verifiers. */
export function binDirOf({ bindir }: Configuration): string {
  return typeof bindir["bin_dir"] === "string" ? bindir["bin_dir"] : DEFAULT_BIN_DIR;
}

/** Whether containerd asks the plugin at all, and only root can keep it from asking. */
export async function binDirFindings(configuration: Configuration): Promise<Finding[]> {
  const folder = binDirOf(configuration);
  const entries = await readdir(folder).catch(() => null);
  return [
    disabledFinding(configuration),
    await folderFinding(folder, entries),
    ...(entries === null ? [] : [await entriesFinding(folder, entries), await pluginFinding(folder)]),
    maxVerifiersFinding(configuration, entries ?? []),
    timeoutFinding(configuration),
  ];
}

function disabledFinding({ disabledPlugins, from }: Configuration): Finding {
  const disabled = disabledPlugins.find(
    (plugin) => plugin === BINDIR_PLUGIN || plugin === "io.containerd.transfer.v1.local",
  );
  if (disabled === undefined) return ok("verifier-disabled", "containerd's verifier plugin is not disabled");
  return error(
    "verifier-disabled",
    `disabled_plugins has ${disabled} (${from})`,
    "containerd pulls nothing, or asks no verifier",
    "take it out of disabled_plugins, then restart containerd",
  );
}

async function folderFinding(folder: string, entries: readonly string[] | null): Promise<Finding> {
  if (entries === null) {
    return error(
      "bin-dir",
      `bin_dir ${folder} does not exist, or is not a readable folder`,
      "without it containerd accepts every image",
      "run countersign plugin install",
    );
  }
  const real = await realpath(folder);
  // Where there are links, those who can change what is above either can change what is found there.
  for (const path of new Set([...withParents(folder), ...withParents(real)])) {
    const { uid, mode } = await stat(path);
    const sticky = (mode & 0o1000) !== 0 && path !== folder && path !== real;
    if (uid !== 0 || ((mode & WRITABLE_BY_OTHERS) !== 0 && !sticky)) {
      return error(
        "bin-dir",
        `${path} can be changed by users other than root`,
        "whoever can put a file there, or take ours away, decides which images may run",
        `chown root:root ${path}; chmod go-w ${path}`,
      );
    }
  }
  return ok("bin-dir", `${folder} can only be changed by root`);
}

function withParents(path: string): readonly string[] {
  return path === dirname(path) ? [path] : [path, ...withParents(dirname(path))];
}

/** containerd executes every entry, in order of name, and pulls nothing if one of them cannot be executed. */
async function entriesFinding(folder: string, entries: readonly string[]): Promise<Finding> {
  for (const entry of entries) {
    const stats = await lstat(join(folder, entry));
    const executable = stats.isFile() && (stats.mode & 0o111) !== 0;
    if (!executable && !stats.isSymbolicLink()) {
      return error(
        "bin-dir-entries",
        `${join(folder, entry)} is not an executable file`,
        "containerd executes every entry, and refuses all images when one fails",
        "move it elsewhere",
      );
    }
  }
  const others = entries.filter((entry) => entry !== ENTRY);
  if (others.length === 0) return ok("bin-dir-entries", "bin_dir has no other verifier");
  return ok("bin-dir-entries", `containerd also asks ${others.join(", ")}; an image has to satisfy all`);
}

async function pluginFinding(folder: string): Promise<Finding> {
  const file = await readEntry(folder);
  const path = join(folder, ENTRY);
  if (file === null) {
    return error(
      "plugin",
      `there is no ${path}`,
      "containerd does not ask Countersign",
      "run countersign plugin install",
    );
  }
  if (recordedIn(file) === null || !isCurrent(file)) {
    return warning(
      "plugin",
      `${path} is not from this version`,
      "what is installed may speak another version of the daemon's interface",
      "run countersign plugin install",
    );
  }
  return ok("plugin", path);
}

function maxVerifiersFinding({ bindir, from }: Configuration, entries: readonly string[]): Finding {
  const given = bindir["max_verifiers"];
  const most = given === undefined ? DEFAULT_MAX_VERIFIERS : Number(given);
  const place = [...entries].sort().indexOf(ENTRY);
  if (most < 0 || Math.max(place, 0) < most) {
    return ok("max-verifiers", `max_verifiers is ${most}, and the plugin is among them`);
  }
  return error(
    "max-verifiers",
    `max_verifiers is ${most}, and ${ENTRY} is number ${place + 1} (${from})`,
    "containerd skips those beyond the limit, and accepts without them",
    `set max_verifiers to -1 in ${BINDIR}`,
  );
}

function timeoutFinding({ bindir, from }: Configuration): Finding {
  const given = bindir["per_verifier_timeout"];
  const ms = given === undefined ? DEFAULT_TIMEOUT_MS : (parseGoDuration(String(given)) ?? 0);
  if (ms >= PLUGIN_NEEDS_MS) return ok("verifier-timeout", `per_verifier_timeout is ${ms / 1000} s`);
  return warning(
    "verifier-timeout",
    `per_verifier_timeout is ${given} (${from})`,
    "when a registry is slow, containerd ends the plugin before it can say why an image is refused",
    `set per_verifier_timeout to '10s' in ${BINDIR}`,
  );
}
