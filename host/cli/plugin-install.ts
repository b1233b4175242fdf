import { join, resolve } from "node:path";

import { accessTo, ENTRY, otherEntries, putEntry } from "../plugin/installation/bin-dir.js";
import { executable, type Runtime } from "../plugin/installation/executable.js";
import { PLATFORM } from "../plugin/installation/native.js";
import { script } from "../plugin/installation/script.js";
import { DEADLINE_MS, DEFAULT_SOCKET, type Installation } from "../plugin/run.js";
import { SOCKET_PATH_LIMIT } from "../plugin/socket.js";
import { command } from "./command.js";
import { containerdConfiguration } from "./containerd-configuration.js";
import { EXIT } from "./exit-code.js";
import { print, warn } from "./output.js";
import { BIN_DIR_OPTION, binDirOf, quotable } from "./plugin-options.js";
import { UsageError } from "./usage-error.js";

export default command({
  description: `Puts one executable, ${ENTRY}, into containerd's bin_dir and prints the containerd configuration that is
needed for it to be asked. The user who installs it may own the daemon's socket, besides root. It is the native
plugin where this build has one for this machine; otherwise it runs on the Node.js that installed it: install it
again when that moves.`,
  options: {
    "bin-dir": BIN_DIR_OPTION,
    socket: { type: "string", value: "PATH", help: `socket of the daemon (${DEFAULT_SOCKET})` },
    "on-node": {
      type: "boolean",
      help: "install the plugin that runs on Node.js, also where there is a native one",
    },
  },
  async run({ values }) {
    const binDir = binDirOf(values["bin-dir"]);
    await assertProtected(binDir);
    const socket = resolve(values.socket ?? DEFAULT_SOCKET);
    if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT)
      throw new UsageError(`--socket: ${socket} is longer than ${SOCKET_PATH_LIMIT} bytes`);
    const owner = process.getuid?.() ?? 0;
    const installation = { socket, owner, deadlineMs: DEADLINE_MS };
    const runtime = await install(binDir, installation, values["on-node"] ?? false);

    print(`installed ${join(binDir, ENTRY)}, asking ${socket}\n`);
    print(
      runtime === "native" ? `it is the native plugin for ${PLATFORM}\n` : `it runs on ${runtime.node}\n`,
    );
    print(`\n# containerd's configuration must say (containerd 2.1 or later; restart containerd):\n`);
    print(containerdConfiguration(binDir));
    for (const entry of await otherEntries(binDir)) {
      warn(
        `${join(binDir, entry)} is executed by containerd too: if it is not a verifier, it blocks every pull`,
      );
    }
    return EXIT.ok;
  },
});

async function install(binDir: string, installation: Installation, onNode: boolean): Promise<Runtime> {
  const native = onNode ? null : executable("native", installation);
  if (native !== null) {
    await putEntry(binDir, native);
    return "native";
  }
  const node = quotable("the path of Node.js", process.execPath);
  await putEntry(binDir, Buffer.from(script(node, installation)));
  return { node };
}

/** Whoever may write to bin_dir decides what containerd executes as root. */
async function assertProtected(binDir: string): Promise<void> {
  const access = await accessTo(binDir);
  if (access?.isFolder === false) throw new UsageError(`${binDir} is not a folder`);
  if (access?.writableByOthers) {
    throw new UsageError(
      `${binDir} may be written to by others: chmod go-w it first, or what they put there runs as root`,
    );
  }
  if (access !== null && access.owner !== 0) warn(`${binDir} belongs to user ${access.owner}, not to root`);
}
