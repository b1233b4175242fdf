// What every suite does: have the core look at a case, and set what it says beside what upstream says.

import type { Case } from "./corpus.js";
import type { Subject } from "./subject.js";

/** Two values of the same shape, compared deeply. */
export interface Observation {
  upstream: unknown;
  ours: unknown;
  /** The code of our judgement, where there is one. */
  code?: string;
  /** The reason of our judgement, for people. */
  reason?: string;
}

export interface Suite {
  name: string;
  /** Throws `MalformedCase` for a case it cannot read. */
  observe(test: Case, subject: Subject): Observation;
}
