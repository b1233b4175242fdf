// What a run prints: a line for each pair, and totals.
import type { Row } from "./run.js";

export class Totals {
  passed = 0;
  failed = 0;
  excepted = 0;
  /** How often skopeo said what. */
  readonly upstream: Record<string, number> = {};
  /** By reason, how often a rule of the exceptions file was needed. */
  readonly rules: Record<string, number> = {};
  readonly #rows: Row[] = [];

  constructor(readonly seed: number) {}

  add(row: Row): void {
    this.#rows.push(row);
    if (row.as === "passed") this.passed++;
    else if (row.as === "failed") this.failed++;
    else this.excepted++;
    count(this.upstream, row.upstream);
    if (row.rule !== undefined) count(this.rules, row.rule.reason);
  }

  /** In the order of their numbers. */
  get rows(): readonly Row[] {
    return this.#rows.toSorted((a, b) => a.number - b.number);
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** `17  denied  identity-mismatch  [P-256 for repository] by tag | host: by P-256 (unsaid); …`, and why it failed. */
export function rowLine({ number, upstream, ours, pair, rule, failure }: Row): string {
  const columns = [String(number).padStart(5), upstream.padEnd(14), ours.padEnd(20), pair];
  const exception = rule === undefined ? "" : ` · as ${JSON.stringify(rule.reason)}`;
  if (failure === undefined) return columns.join("  ") + exception;
  const { expected, got, note } = failure;
  return `${columns.join("  ")}\n  expected ${expected}\n  got      ${got}\n  policy   ${note}`;
}

export function jsonLine({ seed, rows, passed, failed, excepted, upstream, rules }: Totals): string {
  return JSON.stringify({ seed, total: rows.length, passed, failed, excepted, upstream, rules });
}

export function totalsText({ seed, rows, passed, failed, excepted, upstream, rules }: Totals): string {
  const verdicts = Object.entries(upstream).map(([verdict, times]) => `${times} ${verdict}`);
  return [
    `seed ${seed}: ${rows.length} pairs, ${passed} equal, ${excepted} by a rule, ${failed} failed`,
    `skopeo: ${verdicts.join(", ")}`,
    ...Object.entries(rules).map(([reason, times]) => `rule, ${times} times: ${reason}`),
  ].join("\n");
}
