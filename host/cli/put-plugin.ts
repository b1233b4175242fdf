import { accessTo, putEntry } from "../plugin/installation/bin-dir.js";
import { executable, type Runtime } from "../plugin/installation/executable.js";
import { script } from "../plugin/installation/script.js";
import { DEADLINE_MS } from "../plugin/run.js";
import { warn } from "./output.js";
import { quotable } from "./plugin-options.js";
import { UsageError } from "./usage-error.js";

/** What is installed: for whose socket, and whether Node.js has to run it although there is a native plugin. */
interface Wanted {
  readonly socket: string;
  /** Who may own the socket, besides root. */
  readonly owner: number;
  readonly onNode: boolean;
}

/** Puts the plugin into `binDir`. */
export async function putPlugin(binDir: string, { socket, owner, onNode }: Wanted): Promise<Runtime> {
  const installation = { socket, owner, deadlineMs: DEADLINE_MS };
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
export async function assertProtected(binDir: string): Promise<void> {
  const access = await accessTo(binDir);
  if (access?.isFolder === false) throw new UsageError(`${binDir} is not a folder`);
  if (access?.writableByOthers) {
    throw new UsageError(
      `${binDir} may be written to by others: chmod go-w it first, or what they put there runs as root`,
    );
  }
  if (access !== null && access.owner !== 0) warn(`${binDir} belongs to user ${access.owner}, not to root`);
}
