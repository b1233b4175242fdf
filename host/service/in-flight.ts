/** Counts the judgements under way, in all and by registry host, and refuses those beyond a limit. */
export class InFlight {
  readonly #limit: number;
  readonly #limitPerRegistry: number;
  readonly #byRegistry = new Map<string, number>();
  #all = 0;

  constructor(limit: number, limitPerRegistry: number) {
    this.#limit = limit;
    this.#limitPerRegistry = limitPerRegistry;
  }

  /** Counts one judgement; undefined if there are too many. Whoever enters has to leave. */
  enter(): Passage | undefined {
    if (this.#all >= this.#limit) return undefined;
    this.#all += 1;
    const joined = new Set<string>();
    return {
      join: (registry) => {
        if (joined.has(registry)) return true;
        const count = this.#byRegistry.get(registry) ?? 0;
        if (count >= this.#limitPerRegistry) return false;
        this.#byRegistry.set(registry, count + 1);
        joined.add(registry);
        return true;
      },
      leave: () => {
        this.#all -= 1;
        for (const registry of joined) this.#depart(registry);
      },
    };
  }

  #depart(registry: string): void {
    const count = this.#byRegistry.get(registry) ?? 0;
    if (count > 1) this.#byRegistry.set(registry, count - 1);
    else this.#byRegistry.delete(registry);
  }
}

/** One judgement under way. */
export interface Passage {
  /** Counts it among those of a registry host, once; false when that host has too many. */
  join(registry: string): boolean;
  /** To be called once. */
  leave(): void;
}
