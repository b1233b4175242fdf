import type { ExitCode } from "./exit-code.js";

/**
 * An option of a command: `--name`, or `--name VALUE`, where `value` is the placeholder in the help text; `short`: also
 * `-s`.
 */
export type Option =
  | { readonly type: "boolean"; readonly short?: string; readonly help: string }
  | {
      readonly type: "string";
      readonly value: string;
      readonly short?: string;
      readonly multiple?: true;
      readonly help: string;
    };

export type OptionTable = Readonly<Record<string, Option>>;

/** What was given on the command line, typed by the option table. */
export interface Given<Options extends OptionTable> {
  readonly values: { readonly [Name in keyof Options]?: Value<Options[Name]> };
  readonly operands: readonly string[];
}

type Value<Of extends Option> = Of extends { multiple: true }
  ? string[]
  : Of extends { type: "string" }
    ? string
    : boolean;

/** One command. Its words and summary stand in the table of commands. */
export interface Command<Options extends OptionTable = OptionTable> {
  /** What must follow the options: exactly these, or with an ellipsis one or more. */
  readonly operands?: readonly string[];
  readonly options: Options;
  /** Paragraphs for `--help`: what the command's name does not say. */
  readonly description: string;
  run(given: Given<Options>): Promise<ExitCode>;
}

/** A command whose `run` sees the values of its own options. */
export function command<const Options extends OptionTable>(definition: Command<Options>): Command {
  return definition as unknown as Command;
}
