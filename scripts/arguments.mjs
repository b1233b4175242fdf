// How scripts read the arguments of `npm run NAME -- …`, including --help.
import { parseArgs } from "node:util";

/** Wrong arguments: one line on standard error, and exit status 2. */
export class WrongArgument extends Error {}

/**
 * The values of `options`. Ends the process: with 0 for `--help`, after printing `usage`; with 2 for arguments that
 * `options` does not have, or that `check`, which may throw a `WrongArgument`, rejects.
 */
export function readArguments(command, usage, options = {}, check = () => {}) {
  if (process.argv.slice(2).includes("--help")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    const { values } = parseArgs({ options });
    check(values);
    return values;
  } catch (error) {
    if (!(error instanceof WrongArgument) && !error.code?.startsWith("ERR_PARSE_ARGS_")) throw error;
    const [line] = error.message.split("\n");
    process.stderr.write(`countersign: ${line.charAt(0).toLowerCase()}${line.slice(1)}\n`);
    const help = command.startsWith("npm") ? `${command} -- --help` : `${command} --help`;
    process.stderr.write(`countersign: see "${help}"\n`);
    process.exit(2);
  }
}
