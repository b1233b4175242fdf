import type { Command, Given, OptionTable } from "./command.js";
import { COMMANDS, type CommandRow } from "./commands.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { failureJson } from "./failure-json.js";
import { commandHelp, programHelp } from "./help.js";
import { print } from "./output.js";
import { parseGiven } from "./parse.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usage-error.js";
import { version } from "./version.js";

/** Finds the command that `argv` (without program names) begins with, and runs it. */
export async function dispatch(argv: readonly string[]): Promise<ExitCode> {
  const [first, second] = argv;
  if (first === undefined) throw new UsageError(`a command is missing${seeHelp()}`);
  if (first === "help") return await dispatch([...argv.slice(1), "--help"]);
  if (first === "--help" || first === "-h") return say(programHelp(COMMANDS));
  if (first === "--version" || first === "version") return say(`countersign ${version()}\n`);
  if (first.startsWith("-"))
    throw new UsageError(`unknown option ${first}${suggestion(first, ["--help", "--version"]) || seeHelp()}`);

  const row = COMMANDS.find(({ words }) => words === `${first} ${second}` || words === first);
  if (row === undefined) return withoutCommand(first, second);
  const { default: command } = await row.load();
  const args = argv.slice(row.words.split(" ").length);
  if (has(args, "--help") || has(args, "-h")) return say(commandHelp(row, command));
  try {
    return await command.run(given(row, command, args));
  } catch (error) {
    if (Object.hasOwn(command.options, "json") && has(args, "--json")) print(failureJson(error));
    throw error;
  }
}

function given(row: CommandRow, command: Command, args: readonly string[]): Given<OptionTable> {
  try {
    return parseGiven(command, args);
  } catch (error) {
    if (!(error instanceof UsageError) || error.message.endsWith("?")) throw error;
    throw new UsageError(`${error.message}${seeHelp(row.words)}`);
  }
}

function seeHelp(words = ""): string {
  return `: see "countersign ${words === "" ? "" : `${words} `}--help"`;
}

function withoutCommand(first: string, second: string | undefined): ExitCode {
  const group = COMMANDS.filter(({ words }) => words.startsWith(`${first} `));
  if (group.length > 0 && (second === "--help" || second === "-h")) return say(programHelp(group));
  if (group.length > 0 && second === undefined)
    throw new UsageError(`${first} needs one of: ${lastWords(group)}`);
  const typed = group.length > 0 ? `${first} ${second}` : first;
  const known = COMMANDS.map(({ words }) => words);
  const part = known.find((words) => words.split(/[ -]/).includes(first));
  const near =
    suggestion(typed, known) ||
    suggestion(`${first} ${second}`, known) ||
    (part === undefined ? "" : `, did you mean ${part}?`);
  throw new UsageError(`unknown command ${JSON.stringify(typed)}${near || seeHelp()}`);
}

function lastWords(group: readonly CommandRow[]): string {
  return group.map(({ words }) => words.slice(words.indexOf(" ") + 1)).join(", ");
}

/** Anywhere before `--`, whatever else is wrong. */
function has(args: readonly string[], option: string): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes(option);
}

function say(text: string): ExitCode {
  print(text);
  return EXIT.ok;
}
