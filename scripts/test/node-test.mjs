// Runs files of node:test, each in a process of its own, and counts what became of every test.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../command.mjs";

/** No single test needs this long, in milliseconds; one that hangs must not hold up the rest. */
const TEST_TIMEOUT = 120_000;

/**
 * `folder`: where the compiled tests are; those of all folders below it run. Resolves to how many passed or failed, by
 * file.
 */
export async function runNodeTests(tally, folder) {
  const files = await testFiles(folder);
  const ran = new Map();
  if (files.length === 0) return ran;
  const printed = new Map();
  const { status, output } = await run(process.execPath, nodeArguments(files), {
    onLine: (line) => count(tally, printed, ran, line),
  });
  if (status !== 0 && tally.failed === 0) tally.fail(folder, output);
  return ran;
}

function nodeArguments(files) {
  return [
    "--test",
    "--test-concurrency=1", // the suites run side by side already
    `--test-timeout=${TEST_TIMEOUT}`,
    "--test-reporter=./scripts/test/reporter.mjs",
    ...files,
  ];
}

/** `printed`: by file, what it has written to standard error; shown when one of its tests fails. */
function count(tally, printed, ran, line) {
  if (!line.startsWith("{")) return tally.say(line);
  const { file, name, outcome, detail, output } = JSON.parse(line);
  if (output !== undefined) return printed.set(file, (printed.get(file) ?? "") + output);
  const title = `${file}: ${name}`;
  if (outcome === "skipped") return tally.skip(title, detail);
  ran.set(file, (ran.get(file) ?? 0) + 1);
  if (outcome === "passed") return tally.pass();
  tally.fail(title, `${detail}\n${printed.get(file) ?? ""}`);
  printed.delete(file);
}

async function testFiles(folder) {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries
    .filter((name) => name.endsWith(".test.js"))
    .sort()
    .map((name) => join(folder, name));
}
