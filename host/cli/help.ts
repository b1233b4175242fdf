import type { Command, Option } from "./command.js";
import type { CommandRow } from "./commands.js";

const EXIT_STATUS = `Exit status: 0 allowed, or done; 1 denied, or not in order; 2 usage or configuration; 3 could not decide, or ask.`;

/** Help for the program, or for the commands of one group such as `policy`. */
export function programHelp(rows: readonly CommandRow[]): string {
  return `Usage: countersign COMMAND [options]

Decides by containers-policy.json(5) whether an image may be used, and answers containerd.

Commands:
${columns(rows.map(({ words, summary }) => [words, summary]))}

${EXIT_STATUS}
"countersign COMMAND --help" describes a command; "countersign --version" prints the version.
`;
}

export function commandHelp(
  { words, summary }: CommandRow,
  { operands = [], options, description }: Command,
): string {
  const rows = Object.entries(options).map(([name, option]): [string, string] => [
    spelling(name, option),
    option.help,
  ]);
  return `Usage: ${["countersign", words, "[options]", ...operands].join(" ")}

${summary}.

${description}

Options:
${columns([...rows, ["--help", "print this help"]])}

${EXIT_STATUS}
`;
}

function spelling(name: string, option: Option): string {
  const value = option.type === "string" ? ` ${option.value}` : "";
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${name}${value}${option.type === "string" && option.multiple ? " …" : ""}`;
}

/** A terminal is at least this wide. */
const WIDTH = 120;

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const indent = " ".repeat(2 + width);
  return rows
    .map(
      ([left, right]) =>
        `  ${left.padEnd(width)}${wrapped(right, WIDTH - indent.length).join(`\n${indent}`)}`,
    )
    .join("\n");
}

/** Lines of whole words, none longer than `width` unless a single word is. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
