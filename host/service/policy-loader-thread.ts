/** A thread's whole program (policy-loader.ts): loads one policy and hands it over. */
import { on } from "node:events";
import { parentPort, workerData } from "node:worker_threads";

import { adoptModule } from "../core/component.js";
import { policyWarnings, readPolicyState } from "./policy-file.js";
import type { Loaded, Loading } from "./policy-loader.js";

const { path, module } = workerData as Loading;
adoptModule(module);
const answers = load();
for await (const _ of on(parentPort ?? failed(), "message")) {
  const { value } = await answers.next();
  parentPort?.postMessage(value, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
}

async function* load(): AsyncGenerator<Loaded | Uint8Array | null, "end"> {
  const { state, loaded } = readPolicyState(path);
  if (state.kind !== "loaded" || loaded === null) {
    yield { state } as Loaded;
    return "end";
  }
  const { instance, ...policy } = loaded.handOver();
  const { chunks, ...whole } = instance;
  yield { policy, instance: whole, warnings: policyWarnings(state) };
  yield* chunks;
  return "end";
}

function failed(): never {
  throw new TypeError("not the main thread's program");
}
