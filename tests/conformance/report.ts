// What a run prints: failures on stderr, figures on stdout.

import type { Rule } from "./rule.js";
import { type Counts, type Result, sum } from "./runner.js";
import type { Failure } from "./verdict.js";

export function failureText({ suite, id, note, expected, got }: Failure): string {
  const remark = note === "" ? "" : ` (${note})`;
  return `${suite} ${id}${remark}\n  expected ${expected}\n  got      ${got}\n`;
}

export function ruleText(rule: Rule): string {
  return `${rule.class} in ${rule.suites.join(", ")}: ${rule.reason}`;
}

/** One line: `{"total":…,"passed":…,"failed":…,"excepted":…,"suites":{NAME:{…}}}`. */
export function jsonLine({ suites }: Pick<Result, "suites">): string {
  const { total, passed, failed, excepted } = sum(suites.values());
  return JSON.stringify({ total, passed, failed, excepted, suites: Object.fromEntries(suites) });
}

export function table({ suites }: Pick<Result, "suites">): string {
  const columns: (keyof Counts)[] = ["total", "passed", "failed", "excepted", "notYet", "notExpressible"];
  const row = (name: string, cells: (string | number)[]): string =>
    `${name.padEnd(16)}${cells.map((cell) => String(cell).padStart(15)).join("")}`;
  const rows = [...suites].map(([name, counts]) =>
    row(
      name,
      columns.map((column) => counts[column]),
    ),
  );
  const all = sum(suites.values());
  return [
    row("suite", columns),
    ...rows,
    row(
      "all",
      columns.map((column) => all[column]),
    ),
  ].join("\n");
}
