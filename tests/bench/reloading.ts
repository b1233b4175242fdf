// reloading POLICY NEXT…: has POLICY in force, puts each NEXT in its place, and sends for each the longest stretch of the main
// thread's processor time, in milliseconds, between two turns of its event loop: what a judgement could have waited for.
import { readFileSync, renameSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

import { findPolicy } from "../../host/service/policy-file.js";
import { PolicyInForce } from "../../host/service/policy-in-force.js";

const [path = "", ...versions] = process.argv.slice(2);
const ignore = () => {};
const log = { info: ignore, warn: ignore, error: (message: string) => fail(message) };
const policy = await PolicyInForce.start({ location: findPolicy(path, []), log });

let last = processorTime();
let longest = 0;
const turn = () => {
  const now = processorTime();
  longest = Math.max(longest, now - last);
  last = now;
  turning = setImmediate(turn);
};
let turning = setImmediate(turn);

const stretches: number[] = [];
for (const version of versions) {
  await setTimeout(100);
  renameSync(version, path);
  longest = 0;
  await policy.reload();
  await setTimeout(20);
  stretches.push(longest);
}
clearImmediate(turning);
process.send?.(stretches);

/** Of this thread alone, in milliseconds: how busy the machine is does not count. */
function processorTime(): number {
  return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e6;
}

function fail(message: string): never {
  throw new Error(message);
}
