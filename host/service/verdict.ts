import type { CoreJudgement } from "../core/core.js";
import type { Denial } from "./denial.js";
import type { Durations } from "./stopwatch.js";

/** A decision: by the core, which alone can allow, or by the host, which can only deny. */
export type Decision = CoreJudgement | Denial;

/** A decision and what it took; `cached`: it was given before, and is repeated. */
export type Verdict = Decision & { readonly durations: Durations; readonly cached: boolean };
