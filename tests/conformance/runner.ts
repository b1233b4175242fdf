// Runs cases, and counts them by what became of them.

import { type Case, operation, type SuiteFile } from "./corpus.js";
import { RULES } from "./exceptions.js";
import type { Rule } from "./rule.js";
import type { Subject } from "./subject.js";
import { SUITES } from "./suites/index.js";
import { compare, type Failure, failed, ruleFor, type Verdict } from "./verdict.js";

export interface Counts {
  total: number;
  passed: number;
  failed: number;
  /** Those of `notYet` and `notExpressible`, and cases that differ as a rule says. */
  excepted: number;
  notYet: number;
  notExpressible: number;
}

export interface Result {
  suites: Map<string, Counts>;
  failures: Failure[];
  /** Rules that fitted no case. */
  unused: Rule[];
  /** Rules that fitted one although they say that none would. */
  unexpectedlyUsed: Rule[];
}

export async function run(files: SuiteFile[], subject: Subject): Promise<Result> {
  const suites = new Map<string, Counts>();
  const failures: Failure[] = [];
  const used = new Set<Rule>();
  for (const { name, cases, fault } of files) {
    const counts = suites.get(name) ?? none();
    suites.set(name, counts);
    const tally = (verdict: Verdict): void => {
      counts.total++;
      counts[verdict.as]++;
      if (verdict.as === "failed") failures.push({ suite: name, ...verdict.failure });
      if (verdict.as === "notYet" || verdict.as === "notExpressible") counts.excepted++;
    };
    if (fault !== undefined) tally(failed({ id: name }, "a suite of cases", fault));
    for (const test of cases) tally(await runCase(name, test, subject, used));
  }
  const unused = RULES.filter((rule) => !used.has(rule) && !rule.anticipated);
  const unexpectedlyUsed = RULES.filter((rule) => used.has(rule) && rule.anticipated);
  return { suites, failures, unused, unexpectedlyUsed };
}

/** Whatever goes wrong, a trap in the core included, is a failure of this case alone. */
async function runCase(suiteName: string, test: Case, subject: Subject, used: Set<Rule>): Promise<Verdict> {
  let expected = "an answer";
  try {
    if (test["fault"] !== undefined) return failed(test, "a case that can be read", String(test["fault"]));
    const rule = ruleFor(suiteName, test, subject);
    if (rule !== undefined) used.add(rule);
    if (rule !== undefined && rule.class !== "differs") return { as: rule.class };

    const suite = SUITES.find(({ name }) => name === suiteName);
    if (suite === undefined) return failed(test, "a suite and a case this runner knows", `"${suiteName}"`);
    expected = `an answer to ${operation(test) || "the case"}`;
    return compare(test, await suite.observe(test, subject), rule, subject);
  } catch (error) {
    return failed(test, expected, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

function none(): Counts {
  return { total: 0, passed: 0, failed: 0, excepted: 0, notYet: 0, notExpressible: 0 };
}

/** The sum over all suites. */
export function sum(suites: Iterable<Counts>): Counts {
  const all = none();
  for (const counts of suites)
    for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += counts[key];
  return all;
}
