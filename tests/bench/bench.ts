// What a file of figures is given, and what it is: every module in figures/ exports one `measure`, and nothing else is
// needed for its figures to be part of `npm run bench`.

import type { Figure } from "./figure.js";
import type { Effort } from "./sampling.js";
import { type Stage, startStage } from "./stage.js";

/** Measures what the file is named for; a figure is shown as soon as it is there. */
export type Measure = (bench: Bench) => AsyncIterable<Figure>;

/** One run of the benchmark. */
export class Bench {
  readonly quick: boolean;
  /** For what takes less than a turn. */
  readonly effort: Effort;
  /** For what takes milliseconds to seconds each time, such as processes. */
  readonly executions: number;
  #stage: Promise<Stage> | undefined;

  constructor(quick: boolean) {
    this.quick = quick;
    this.effort = quick ? { rounds: 5, turnMs: 25 } : { rounds: 15, turnMs: 200 };
    this.executions = quick ? 5 : 15;
  }

  /** A registry with a signed image and a daemon: the same for all, started for the first who asks. */
  stage(): Promise<Stage> {
    this.#stage ??= startStage();
    return this.#stage;
  }

  async close(): Promise<void> {
    await (await this.#stage)?.stop();
  }
}
