import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>["values"];

/** An argument that is not as it should be; its message is one line. */
export class WrongArgument extends Error {}

/**
 * What `npm run NAME -- …` was given, read by `read` out of the values of `options`. For `--help` it prints `usage` and
 * ends the process with 0; for what is not in `options`, or a `WrongArgument`, with 2.
 */
export function readArguments<T extends Options, R>(
  name: string,
  usage: string,
  options: T,
  read: (values: Values<T>) => R,
): R {
  // Whatever else is wrong, as `countersign` does.
  if (process.argv.slice(2).includes("--help")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return read(parseArgs({ options }).values as Values<T>);
  } catch (error) {
    if (!(error instanceof WrongArgument) && !isFromParseArgs(error)) throw error;
    const [line = ""] = error.message.split("\n");
    process.stderr.write(`${name}: ${line.charAt(0).toLowerCase()}${line.slice(1)}\n`);
    process.stderr.write(`${name}: see "npm run ${name} -- --help"\n`);
    process.exit(2);
  }
}

/** A whole number from `least` to 999999999. Throws `WrongArgument`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least) return number;
  throw new WrongArgument(
    `--${option}: expected a whole number from ${least} to 999999999, got ${JSON.stringify(text)}`,
  );
}

function isFromParseArgs(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
