import type { Measure } from "../bench.js";
import { timeFresh } from "../fresh-process.js";

/** What a process that judges one image pays for the core; in a fresh process each time. */
export const measure: Measure = async function* ({ executions }) {
  yield {
    name: "compile + instantiate + load + first verify, one-shot",
    unit: "ms",
    ours: await timeFresh("first-verdict.js", executions),
    peer: "",
    theirs: null,
    runs: executions,
  };
};
