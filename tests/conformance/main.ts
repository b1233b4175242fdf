// npm run conformance -- [--dir DIR] [--fixtures DIR] [--only SUITE] [--json]
//
// Runs the cases of ../shared/conformance (or DIR) through the built component and a probe of the same sources.
// Exit code 0: all as expected. 1: something failed, or cannot be run. 2: usage.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sharedPath } from "../support/shared.js";
import { readCorpus } from "./corpus.js";
import { failureText, jsonLine, ruleText, table } from "./report.js";
import { run } from "./runner.js";
import { Subject } from "./subject.js";

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`conformance: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

function main(): number {
  const options = readArguments();
  if (options === undefined) return 2;
  const directory = options.dir ?? sharedPath("conformance");
  if (directory === null) return 0;
  if (!existsSync(directory)) {
    process.stderr.write(`conformance: there is no ${directory}\n`);
    return 1;
  }

  const files = readCorpus(directory).filter(({ name }) => (options.only ?? name) === name);
  if (files.length === 0) {
    const what = options.only === undefined ? "suites" : `suite "${options.only}"`;
    process.stderr.write(`conformance: no ${what} in ${directory}\n`);
    return 1;
  }
  const subject = new Subject(options.fixtures ?? fixturesOf(directory));
  const result = run(files, subject);

  for (const failure of result.failures) process.stderr.write(failureText(failure));
  if (options.dir === undefined && options.only === undefined) {
    for (const rule of result.unused)
      process.stderr.write(`conformance: this exception fits no case: ${ruleText(rule)}\n`);
    for (const rule of result.unexpectedlyUsed)
      process.stderr.write(
        `conformance: this exception need not be "anticipated" any more: ${ruleText(rule)}\n`,
      );
  }
  process.stdout.write(`${options.json ? jsonLine(result) : table(result)}\n`);
  return result.failures.length > 0 ? 1 : 0;
}

interface Options {
  dir?: string;
  fixtures?: string;
  only?: string;
  json?: boolean;
}

function readArguments(): Options | undefined {
  try {
    return parseArgs({
      options: {
        dir: { type: "string" },
        fixtures: { type: "string" },
        only: { type: "string" },
        json: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`conformance: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** The cases' own fixtures where they have some, else those of the default corpus. */
function fixturesOf(directory: string): string {
  const own = existsSync(join(directory, "fixtures"));
  return own ? directory : (sharedPath("conformance") ?? directory);
}
