import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { coreModule } from "../core/component.js";
import { type HandedOverPolicy, PolicyCore } from "../core/core.js";
import { type PolicyRead, type PolicyState, policyWarnings, readPolicyState } from "./policy-file.js";

/** What the thread is started with. */
export interface Loading {
  readonly path: string;
  /** The core's. */
  readonly module: WebAssembly.Module;
}

/** Its first answer. To each further message it answers with a piece of the instance's memory. */
export type Loaded =
  | { readonly state: Exclude<PolicyState, { kind: "loaded" }> }
  | {
      readonly policy: Omit<HandedOverPolicy, "instance">;
      readonly instance: Omit<HandedOverPolicy["instance"], "chunks">;
      readonly warnings: readonly string[];
    };

/** Loads a policy's file at once, while everybody waits. */
export function readPolicy(path: string): PolicyRead {
  const { state, reading } = readPolicyState(path);
  return { state, reading, warnings: policyWarnings(state) };
}

/**
 * The same, read and loaded in its own thread, because a policy with many scopes or keys takes a second. The instance
 * is handed over in pieces, and others are served in between. Rejects if no thread can be started.
 */
export async function readPolicyAside(path: string): Promise<PolicyRead> {
  const workerData: Loading = { path, module: coreModule() };
  const worker = new Worker(new URL("./policy-loader-thread.js", import.meta.url), {
    workerData,
    execArgv: [],
  });
  const ended = new AbortController();
  worker.on("error", (error) => ended.abort(error)).on("exit", () => ended.abort());
  const ask = async () => {
    worker.postMessage(null);
    const [answer] = await once(worker, "message", { signal: ended.signal });
    return answer;
  };
  try {
    const loaded: Loaded = await ask();
    if ("state" in loaded) return { state: loaded.state, reading: null, warnings: [] };
    const { policy, instance, warnings } = loaded;
    const core = await PolicyCore.takeOver({ ...policy, instance: { ...instance, chunks: answersOf(ask) } });
    return { state: { kind: "loaded", core, path, loadedAt: new Date() }, reading: policy, warnings };
  } finally {
    await worker.terminate();
  }
}

async function* answersOf(ask: () => Promise<Uint8Array | null | "end">): AsyncGenerator<Uint8Array | null> {
  for (;;) {
    const chunk = await ask();
    if (chunk === "end") return;
    yield chunk;
  }
}
