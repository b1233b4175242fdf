import { join } from "node:path";

import { ENTRY, otherEntries, removeEntry } from "../plugin/installation/bin-dir.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { print, warn } from "./output.js";
import { BIN_DIR_OPTION, binDirOf } from "./plugin-options.js";

export default command({
  description: `Removes ${ENTRY} from containerd's bin_dir. containerd has no switch for verification: from then on it allows
every image that no other verifier in bin_dir refuses.`,
  options: { "bin-dir": BIN_DIR_OPTION },
  async run({ values }) {
    const binDir = binDirOf(values["bin-dir"]);
    const removed = await removeEntry(binDir);
    print(
      removed
        ? `removed ${join(binDir, ENTRY)}\n`
        : `nothing to remove: there is no ${join(binDir, ENTRY)}\n`,
    );

    const others = await otherEntries(binDir);
    if (others.length === 0)
      warn(`this node is open: with nothing in ${binDir} containerd allows every image`);
    else warn(`Countersign is no longer asked; containerd still executes ${others.join(", ")}`);
    return EXIT.ok;
  },
});
