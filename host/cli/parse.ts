import { parseArgs } from "node:util";

import type { Command, Given, OptionTable } from "./command.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usage-error.js";

/** Reads the words after a command. Throws `UsageError` for anything its table does not have. */
export function parseGiven(command: Command, args: readonly string[]): Given<OptionTable> {
  const { options } = command;
  assertKnown(args, options);
  const { values, positionals } = parsed(args, options);
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes("")) throw new UsageError(`--${name} needs a value`);
  }
  assertOperands(command, positionals);
  return { values, operands: positionals };
}

function assertKnown(args: readonly string[], options: OptionTable): void {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(`unknown option ${token.rawName}${suggestion(token.rawName, known)}`);
    }
    if (option.type === "string") assertValue(token.rawName, token.value, token.inlineValue);
    const mayRepeat = option.type === "string" && option.multiple === true;
    if (seen.has(token.name) && !mayRepeat) throw new UsageError(`${token.rawName} is given twice`);
    seen.add(token.name);
  }
}

function assertValue(option: string, value: string | undefined, inline: boolean | undefined): void {
  if (value === undefined) throw new UsageError(`${option} needs a value`);
  // parseArgs takes it for a forgotten value.
  if (inline || !value.startsWith("-") || value.length === 1) return;
  const written = option.startsWith("--") ? `${option}=${value}` : `${option}${value}`;
  throw new UsageError(`${option} needs a value; one that begins with "-" is written ${written}`);
}

function parsed(args: readonly string[], options: OptionTable) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const [firstLine = ""] = (error as Error).message.split("\n");
    throw new UsageError(firstLine.charAt(0).toLowerCase() + firstLine.slice(1).replace(/\.$/, ""));
  }
}

function assertOperands({ operands: wanted = [] }: Command, given: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const surplus = given[wanted.length];
  if (surplus !== undefined && !wanted.at(-1)?.endsWith("…"))
    throw new UsageError(`unexpected ${JSON.stringify(surplus)}`);
}
