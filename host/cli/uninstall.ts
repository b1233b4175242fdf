import { rm } from "node:fs/promises";
import { join } from "node:path";

import { readIfThere } from "../installation/files.js";
import { ENTRY, removeEntry } from "../plugin/installation/bin-dir.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import {
  CONTAINERD_CONFIGURATION,
  CONTAINERD_IMPORT,
  INSTALL_OPTIONS,
  placeOf,
  UNIT_DIR,
} from "./install-options.js";
import { print, warn } from "./output.js";

const UNITS = ["countersign.service", "countersign.socket"];

export default command({
  description: `Removes the plugin from containerd's bin_dir, and the systemd units. The policy, its keys, the daemon's cache and
containerd's configuration are left in place. Stop the daemon first:
systemctl disable --now countersign.service countersign.socket

From then on containerd allows every image that no other verifier in bin_dir refuses.`,
  options: INSTALL_OPTIONS,
  async run({ values }) {
    const { at, binDir } = placeOf(values);
    const dryRun = values["dry-run"] ?? false;
    const done = (what: string) => print(`${dryRun ? "dry run: " : ""}${what}\n`);

    const installed = dryRun || (await removeEntry(at(binDir)));
    done(installed ? `${join(binDir, ENTRY)} removed` : `there is no ${join(binDir, ENTRY)}`);
    for (const name of UNITS) {
      const path = join(UNIT_DIR, name);
      if ((await readIfThere(at(path))) === null) continue;
      if (!dryRun) await rm(at(path));
      done(`${path} removed`);
    }
    const configuration = (await readIfThere(at(CONTAINERD_CONFIGURATION))) ?? "";
    if (configuration.includes(CONTAINERD_IMPORT)) {
      print(
        `${CONTAINERD_CONFIGURATION} still imports ${CONTAINERD_IMPORT}: both are harmless, and may be removed\n`,
      );
    }
    if (installed)
      warn("this node is open: containerd allows every image, unless another verifier is in bin_dir");
    return EXIT.ok;
  },
});
