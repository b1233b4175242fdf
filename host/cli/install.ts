import { mkdir, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { NotMergeable, verifierConfiguration, withImport } from "../installation/containerd-import.js";
import { type Change, putFile, readIfThere } from "../installation/files.js";
import { units, WRITABLE } from "../installation/units.js";
import { ENTRY } from "../plugin/installation/bin-dir.js";
import { DEFAULT_SOCKET } from "../plugin/run.js";
import { command } from "./command.js";
import { containerdConfiguration } from "./containerd-configuration.js";
import { EXIT } from "./exit-code.js";
import {
  CONTAINERD_CONFIGURATION,
  CONTAINERD_IMPORT,
  DEFAULT_POLICY,
  INSTALL_OPTIONS,
  type Place,
  placeOf,
  UNIT_DIR,
} from "./install-options.js";
import { print, warn } from "./output.js";
import { parseGiven } from "./parse.js";
import { assertProtected, putPlugin } from "./put-plugin.js";
import { UsageError } from "./usage-error.js";

export default command({
  description: `Puts the plugin into containerd's bin_dir and the daemon's systemd units into ${UNIT_DIR}, and creates the
policy's folder. Nothing is overwritten without a backup beside it, and nothing is started: the commands for that are
printed. Running it again changes nothing that is already in place.

The containerd configuration that is needed is printed. With --write-containerd-config,
${CONTAINERD_IMPORT} is written, and imported by ${CONTAINERD_CONFIGURATION};
CRI settings are left alone, and doctor says which of them bypass verifiers.`,
  options: {
    ...INSTALL_OPTIONS,
    policy: { type: "string", value: "FILE", help: `the policy (default: ${DEFAULT_POLICY})` },
    socket: { type: "string", value: "PATH", help: `the daemon's socket (default: ${DEFAULT_SOCKET})` },
    "serve-option": {
      type: "string",
      value: "ARGUMENT",
      multiple: true,
      help: "a further argument for the daemon: --serve-option=--cache-accepted=0",
    },
    "write-containerd-config": { type: "boolean", help: "change containerd's configuration, too" },
    "on-node": {
      type: "boolean",
      help: "install the plugin that runs on Node.js, even if there is a native one",
    },
  },
  async run({ values }) {
    const place = placeOf(values);
    const policy = resolve("/", values.policy ?? DEFAULT_POLICY);
    const socket = resolve("/", values.socket ?? DEFAULT_SOCKET);
    const program = [process.execPath, await realpath(process.argv[1] ?? "")] as const;
    const args = values["serve-option"] ?? [];
    await assertServed(args, { socket, policy });
    const files = units({ program, socket, policy, args });
    const changed = values["write-containerd-config"] ? await configurationWithImport(place) : null;
    const dryRun = values["dry-run"] ?? false;
    const done = (what: string) => print(`${dryRun ? "dry run: " : ""}${what}\n`);

    await assertProtected(place.at(place.binDir));
    // The daemon's socket belongs to systemd, and therefore to root, whoever builds the node's image.
    const plugin = { socket, owner: 0, onNode: values["on-node"] ?? false };
    if (!dryRun) await putPlugin(place.at(place.binDir), plugin);
    done(`${join(place.binDir, ENTRY)} asks ${socket}`);
    if (!dryRun) await mkdir(dirname(place.at(policy)), { recursive: true, mode: 0o755 });
    let unitChanged = false;
    for (const [name, text] of Object.entries(files)) {
      const path = join(UNIT_DIR, name);
      const change = dryRun ? "written" : await putFile(place.at(path), text);
      unitChanged ||= typeof change === "object";
      done(`${path} ${said(change)}`);
    }
    if (changed !== null) {
      for (const [path, text] of changed) {
        done(`${path} ${said(dryRun ? "written" : await putFile(place.at(path), text))}`);
      }
    }
    if ((await readIfThere(place.at(policy))) === null) {
      warn(`there is no policy at ${policy}: until there is one, every image is denied`);
    }
    print(nextSteps(place.binDir, { configurationIsLeft: changed === null, unitChanged }));
    return EXIT.ok;
  },
});

/** A daemon that does not start denies every image: what it would not be started with is said now. */
async function assertServed(args: readonly string[], own: { socket: string; policy: string }): Promise<void> {
  if (args.length === 0) return;
  const { default: serve } = await import("./serve.js");
  try {
    const { values } = parseGiven(serve, ["--socket", own.socket, "--policy", own.policy, ...args]);
    assertWritable("audit-log", values["audit-log"]);
    assertWritable("blob-cache", values["blob-cache"]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`--serve-option: ${error.message}`);
  }
}

function assertWritable(option: string, path: unknown): void {
  if (typeof path !== "string" || path === "-") return;
  if (WRITABLE.some((folder) => `${resolve("/", path)}/`.startsWith(`${folder}/`))) return;
  throw new UsageError(`--${option}: the unit lets the daemon write only below ${WRITABLE.join(" and ")}`);
}

function said(change: Change): string {
  if (change === "written") return "written";
  return change === "unchanged" ? "unchanged" : `written; the previous one is ${change.backup}`;
}

/** What would be written, by path. Throws `UsageError` for a configuration that cannot be added to. */
async function configurationWithImport({ at, binDir }: Place): Promise<readonly [string, string][]> {
  const own: [string, string] = [CONTAINERD_IMPORT, verifierConfiguration(binDir)];
  const configuration = (await readIfThere(at(CONTAINERD_CONFIGURATION))) ?? "version = 3\n";
  try {
    const merged = withImport(configuration, CONTAINERD_IMPORT);
    return merged === null ? [own] : [own, [CONTAINERD_CONFIGURATION, merged]];
  } catch (error) {
    if (!(error instanceof NotMergeable)) throw error;
    throw new UsageError(
      `${CONTAINERD_CONFIGURATION} is left as it is: ${error.message}. Add to its imports ${JSON.stringify(CONTAINERD_IMPORT)}, or what follows "containerd's configuration must say" without --write-containerd-config`,
    );
  }
}

function nextSteps(
  binDir: string,
  { configurationIsLeft, unitChanged }: { configurationIsLeft: boolean; unitChanged: boolean },
): string {
  const configuration = configurationIsLeft
    ? `\n# containerd's configuration must say (containerd 2.1 or later):\n${containerdConfiguration(binDir)}`
    : "";
  return `${configuration}
# then
systemctl daemon-reload
systemctl enable --now countersign.socket countersign.service
${unitChanged ? "systemctl restart countersign.service\n" : ""}systemctl restart containerd
countersign doctor
`;
}
