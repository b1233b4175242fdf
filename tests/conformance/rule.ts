// What an exception is.

import type { Code } from "#component/types";
import type { Case } from "./corpus.js";
import type { Subject } from "./subject.js";

interface Exception {
  suites: readonly string[];
  reason: string;
  fits(test: Case, subject: Subject): boolean;
  /** Nothing in the corpus at hand has this, but a corpus of its kind may. */
  anticipated?: true;
}

/** Not run: the core does not do this so far, or a verifier for containerd has no place for the question. */
export interface NotRun extends Exception {
  class: "notYet" | "notExpressible";
}

/** Run, and has to give the outcome written here: upstream's is a failure. */
export interface Differs extends Exception {
  class: "differs";
  /** Our outcome, in the shape the suite gives. */
  ours(test: Case, subject: Subject): unknown;
  /** The code our judgement has to have. */
  code?: Code;
}

export type Rule = NotRun | Differs;
