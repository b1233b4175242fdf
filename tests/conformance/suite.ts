// What every suite does: have the core look at a case, and set what it says beside what upstream says.

import type { NameRefused } from "../../host/core/core.js";
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
  observe(test: Case, subject: Subject): Observation | Promise<Observation>;
}

/** The observation that the core refuses a name; `upstream` is null where it has to. */
export function refused(upstream: unknown, { code, reason }: NameRefused): Observation {
  return { upstream, ours: null, code, reason };
}
