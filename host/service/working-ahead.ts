import { CoreFault, type PolicyCore } from "../core/core.js";
import type { Log } from "./log.js";

/** Microseconds of a slice: how long a request that arrives meanwhile waits. */
const SLICE = 500;

/** Lets the core prepare for the keys it is asked about most, in slices between the work that somebody waits for. */
export class WorkingAhead {
  readonly #log: Log;
  #isScheduled = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** To be called when a judgement is over. Keeps no process alive. */
  schedule(core: Pick<PolicyCore, "idle">): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#work(core)) this.schedule(core);
    }).unref();
  }

  /** Whether there is more to do. */
  #work(core: Pick<PolicyCore, "idle">): boolean {
    try {
      return core.idle(SLICE);
    } catch (error) {
      if (!(error instanceof CoreFault)) throw error;
      // The next judgement gets a fresh instance.
      this.#log.error("the core failed while it worked ahead", { error: String(error) });
      return false;
    }
  }
}
