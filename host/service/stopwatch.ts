/** Milliseconds a judgement took, by phase. */
export interface Durations {
  readonly planMs: number;
  readonly fetchMs: number;
  readonly judgeMs: number;
  readonly totalMs: number;
}

/** How much of it was spent in each. */
export type Phases = Omit<Durations, "totalMs">;

/** Adds up the time of each phase. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #spent: { -readonly [phase in keyof Phases]: number } = { planMs: 0, fetchMs: 0, judgeMs: 0 };

  time<T>(phase: "planMs" | "judgeMs", work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#spent[phase] += performance.now() - start;
    }
  }

  async timeFetch<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#spent.fetchMs += performance.now() - start;
    }
  }

  get phases(): Phases {
    return { ...this.#spent };
  }

  /** `phases`: times of work that was done elsewhere for what is timed here. */
  read({ planMs, fetchMs, judgeMs }: Phases = this.#spent): Durations {
    return {
      planMs: rounded(planMs),
      fetchMs: rounded(fetchMs),
      judgeMs: rounded(judgeMs),
      totalMs: rounded(performance.now() - this.#start),
    };
  }
}

/** To microseconds, so that a record stays short. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
