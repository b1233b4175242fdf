import { readFileSync } from "node:fs";

/** One command of a document. */
export interface Step {
  /** Of the document, from 1. */
  readonly line: number;
  /** As it stands there, with continued lines and here-documents. */
  readonly command: string;
  /** What it prints, as it stands there; null where the document does not say. */
  readonly expected: string | null;
}

/** A file that stands in a document as a block of its own: `<!-- file: PATH -->` before it. */
export interface FileBlock {
  readonly line: number;
  readonly path: string;
  readonly content: string;
}

interface Block {
  readonly line: number;
  readonly language: string;
  /** The comment on the line before; empty without one. */
  readonly comment: string;
  readonly lines: readonly string[];
}

/**
 * What a reader of a document does, in order. In blocks of `sh` each command has to succeed, and indented lines go on with it; in
 * those of `console` commands follow `$ `, and what they print follows them. `<!-- given: COMMAND -->` before a block makes what it takes
 * for granted.
 */
export function stepsOf(document: string): (Step | FileBlock)[] {
  return blocksOf(readFileSync(document, "utf8")).flatMap((block): (Step | FileBlock)[] => {
    const { line, language, comment, lines } = block;
    const [, path] = /^<!-- file: (\S+) -->$/.exec(comment) ?? [];
    if (path !== undefined) return [{ line, path, content: `${lines.join("\n")}\n` }];
    const [, command] = /^<!-- given: (.+) -->$/.exec(comment) ?? [];
    const given = command === undefined ? [] : [{ line: line - 2, command, expected: null }];
    if (language === "console") return [...given, ...consoleSteps(block)];
    return language === "sh" ? [...given, ...shellSteps(block)] : [];
  });
}

/** Blocks that say of no language what they are, by line: a command in one would be run by nobody. */
export function unmarkedBlocks(document: string): number[] {
  return blocksOf(readFileSync(document, "utf8"))
    .filter(({ language }) => language === "")
    .map(({ line }) => line);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const [, language] = /^ *```(\S*)$/.exec(lines[i] ?? "") ?? [];
    if (language === undefined) continue;
    const end = lines.findIndex((line, at) => at > i && /^ *```$/.test(line));
    if (end === -1) throw new Error(`line ${i + 1}: the block has no end`);
    const before = lines[i - 1] ?? "";
    const comment = before.startsWith("<!--") ? before : "";
    blocks.push({ line: i + 2, language, comment, lines: lines.slice(i + 1, end) });
    i = end;
  }
  return blocks;
}

function shellSteps({ line, lines }: Block): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < lines.length; ) {
    const text = lines[i] ?? "";
    if (text.trim() === "" || text.startsWith("#")) {
      i++;
      continue;
    }
    let length = commandLength(lines, i);
    while (/^(?: {2,}\S|\})/.test(lines[i + length] ?? "")) length += commandLength(lines, i + length);
    steps.push({ line: line + i, command: lines.slice(i, i + length).join("\n"), expected: null });
    i += length;
  }
  return steps;
}

function consoleSteps({ line, lines }: Block): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < lines.length; ) {
    if (!lines[i]?.startsWith("$ ")) throw new Error(`line ${line + i}: output before any command`);
    const length = commandLength(lines, i);
    const command = lines.slice(i, i + length).join("\n");
    const rest = lines.slice(i + length);
    const next = rest.findIndex((text) => text.startsWith("$ "));
    const output = next === -1 ? rest : rest.slice(0, next);
    steps.push({ line: line + i, command: command.slice(2), expected: output.join("\n") });
    i += length + output.length;
  }
  return steps;
}

/** How many lines a command takes: those it is continued on by `\`, and the here-document it begins. */
function commandLength(lines: readonly string[], first: number): number {
  let last = first;
  while (lines[last]?.endsWith("\\")) last++;
  const [, delimiter] = /<<'?(\w+)'?/.exec(lines.slice(first, last + 1).join("\n")) ?? [];
  if (delimiter !== undefined) {
    const end = lines.findIndex((text, at) => at > last && text === delimiter);
    if (end === -1) throw new Error(`the here-document ${delimiter} has no end`);
    last = end;
  }
  return last - first + 1;
}

/** Whether output is as a document has it: `…` stands for anything within a line, alone on a line for any lines. */
export function isAsWritten(output: string, expected: string): boolean {
  const pattern = expected
    .trimEnd()
    .split("\n")
    .map((line) => (line.trim() === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(escaped).join(".+?")}\\n`));
  const text = output.trimEnd();
  return new RegExp(`^${pattern.join("")}$`).test(text === "" ? "\n" : `${text}\n`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
