import { dispatch } from "./dispatch.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { flushed, lostOutput, note, surviveFailedWrites } from "./output.js";
import { UsageError } from "./usage-error.js";

export { dispatch } from "./dispatch.js";

/** The whole program; `argv` is without program names. Ends the process. */
export async function run(argv: readonly string[]): Promise<never> {
  surviveFailedWrites();
  process.on("uncaughtException", (error) => void exit(failed(error)));
  return exit(await dispatch(argv).catch(failed));
}

/** One line for whatever was thrown; the stack only for those who ask for it. */
function failed(error: unknown): ExitCode {
  const [firstLine] = (error instanceof Error ? error.message : String(error)).split("\n");
  note((firstLine || "failed without a message") + adviceOn(error, process.geteuid?.()));
  if (process.env["COUNTERSIGN_DEBUG"] === "1") console.error(error);
  return error instanceof UsageError || isFromFileSystem(error) ? EXIT.usage : EXIT.undecided;
}

/** What may help, where there is one such thing. `user`: who runs this. */
export function adviceOn(error: unknown, user: number | undefined): string {
  const denied =
    isFromFileSystem(error) && "code" in error && ["EACCES", "EPERM"].includes(String(error.code));
  return denied && user !== 0 ? ": run it as root, or as who may" : "";
}

/** A path, on the command line or in the configuration, that cannot be used as intended. */
function isFromFileSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error;
}

async function exit(code: ExitCode): Promise<never> {
  await flushed();
  const lost = lostOutput();
  if (lost === null) process.exit(code);
  note(`standard output cannot be written: ${lost}`);
  await flushed();
  process.exit(code === EXIT.ok ? EXIT.undecided : code);
}
