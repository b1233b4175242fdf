import { COMMANDS, type CommandRow } from "./commands.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { commandHelp, programHelp } from "./help.js";
import { print } from "./output.js";
import { parseGiven } from "./parse.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usage-error.js";
import { version } from "./version.js";

/** Finds the command that `argv` (without program names) begins with, and runs it. */
export async function dispatch(argv: readonly string[]): Promise<ExitCode> {
  const [first, second] = argv;
  if (first === undefined) throw new UsageError(`a command is missing: see "countersign --help"`);
  if (first === "--help") return say(programHelp(COMMANDS));
  if (first === "--version") return say(`countersign ${version()}\n`);
  if (first.startsWith("-"))
    throw new UsageError(`unknown option ${first}${suggestion(first, ["--help", "--version"])}`);

  const row = COMMANDS.find(({ words }) => words === `${first} ${second}` || words === first);
  if (row === undefined) return withoutCommand(first, second);
  const { default: command } = await row.load();
  const args = argv.slice(row.words.split(" ").length);
  if (asksForHelp(args)) return say(commandHelp(row, command));
  return await command.run(parseGiven(command, args));
}

function withoutCommand(first: string, second: string | undefined): ExitCode {
  const group = COMMANDS.filter(({ words }) => words.startsWith(`${first} `));
  if (group.length > 0 && second === "--help") return say(programHelp(group));
  if (group.length > 0 && second === undefined)
    throw new UsageError(`${first} needs one of: ${lastWords(group)}`);
  const typed = group.length > 0 ? `${first} ${second}` : first;
  const known = COMMANDS.map(({ words }) => words);
  const near = suggestion(typed, known) || suggestion(`${first} ${second}`, known);
  throw new UsageError(`unknown command ${JSON.stringify(typed)}${near}`);
}

function lastWords(group: readonly CommandRow[]): string {
  return group.map(({ words }) => words.slice(words.indexOf(" ") + 1)).join(", ");
}

/** `--help` anywhere before `--`, whatever else is wrong. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--help");
}

function say(text: string): ExitCode {
  print(text);
  return EXIT.ok;
}
