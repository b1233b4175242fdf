import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Measure } from "../bench.js";
import { sampleOf } from "../sampling.js";

const CHILD = fileURLToPath(new URL("../first-verdict.js", import.meta.url));

/** What a process that judges one image pays for the core; in a fresh process each time. */
export const measure: Measure = async function* ({ executions }) {
  const times: number[] = [];
  for (let i = 0; i < executions; i++) {
    const child = fork(CHILD);
    const [time] = (await once(child, "message")) as [number];
    times.push(time);
    await once(child, "exit");
  }
  yield {
    name: "compile + instantiate + load + first verify, one-shot",
    unit: "ms",
    ours: sampleOf(times),
    peer: "",
    theirs: null,
    runs: executions,
  };
};
