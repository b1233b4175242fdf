import { join, resolve } from "node:path";

import { ENTRY, otherEntries } from "../plugin/installation/bin-dir.js";
import { PLATFORM } from "../plugin/installation/native.js";
import { DEFAULT_SOCKET } from "../plugin/run.js";
import { SOCKET_PATH_LIMIT } from "../plugin/socket.js";
import { command } from "./command.js";
import { containerdConfiguration } from "./containerd-configuration.js";
import { EXIT } from "./exit-code.js";
import { print, warn } from "./output.js";
import { BIN_DIR_OPTION, binDirOf } from "./plugin-options.js";
import { assertProtected, putPlugin } from "./put-plugin.js";
import { UsageError } from "./usage-error.js";

export default command({
  description: `Puts one executable, ${ENTRY}, into containerd's bin_dir and prints the configuration that containerd needs
to run it. Besides root, the user who installs it may own the daemon's socket. It is the native plugin if this build
has one for this machine; otherwise it runs on the Node.js that installed it: install it again if that moves.`,
  options: {
    "bin-dir": BIN_DIR_OPTION,
    socket: { type: "string", value: "PATH", help: `the daemon's socket (default: ${DEFAULT_SOCKET})` },
    "on-node": {
      type: "boolean",
      help: "install the plugin that runs on Node.js, even if there is a native one",
    },
  },
  async run({ values }) {
    const binDir = binDirOf(values["bin-dir"]);
    await assertProtected(binDir);
    const socket = resolve(values.socket ?? DEFAULT_SOCKET);
    if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT)
      throw new UsageError(`--socket: ${socket} is longer than ${SOCKET_PATH_LIMIT} bytes`);
    const runtime = await putPlugin(binDir, {
      socket,
      owner: process.getuid?.() ?? 0,
      onNode: values["on-node"] ?? false,
    });

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
