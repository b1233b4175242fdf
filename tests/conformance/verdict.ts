// What becomes of a case, once it was observed what upstream and we say about it.

import { isDeepStrictEqual } from "node:util";
import type { Case } from "./corpus.js";
import { RULES } from "./exceptions.js";
import type { Differs, Rule } from "./rule.js";
import type { Subject } from "./subject.js";
import type { Observation } from "./suite.js";

export interface Failure {
  suite: string;
  id: string;
  /** The case's own remark. */
  note: string;
  expected: string;
  got: string;
}

export type Verdict =
  | { as: "passed" | "excepted" | "notYet" | "notExpressible" }
  | { as: "failed"; failure: Omit<Failure, "suite"> };

/** The exception a case is, if it is one. */
export function ruleFor(suite: string, test: Case, subject: Subject): Rule | undefined {
  return RULES.find(({ suites, fits }) => suites.includes(suite) && fits(test, subject));
}

/** Equal outcomes pass; under a rule it has to be the outcome the rule documents, and another than upstream's. */
export function compare(
  test: Case,
  observation: Observation,
  rule: Differs | undefined,
  subject: Subject,
): Verdict {
  if (rule !== undefined) return differs(test, observation, rule.ours(test, subject), rule);
  if (isDeepStrictEqual(observation.ours, observation.upstream)) return { as: "passed" };
  return failed(test, JSON.stringify(observation.upstream), answerOf(observation));
}

function differs(test: Case, observation: Observation, documented: unknown, rule: Differs): Verdict {
  const asDocumented =
    isDeepStrictEqual(observation.ours, documented) &&
    (rule.code === undefined || rule.code === observation.code);
  if (asDocumented && !isDeepStrictEqual(documented, observation.upstream)) return { as: "excepted" };
  const outcome = `${JSON.stringify(documented)}${rule.code === undefined ? "" : ` by ${rule.code}`}`;
  return failed(test, `${outcome}, as "${rule.reason}"`, answerOf(observation));
}

function answerOf({ ours, code, reason }: Observation): string {
  return [JSON.stringify(ours), code, reason].filter((part) => part !== undefined).join(" · ");
}

export function failed(test: Case, expected: string, got: string): Verdict {
  const note = typeof test["note"] === "string" ? test["note"] : "";
  return { as: "failed", failure: { id: test.id, note, expected, got } };
}
