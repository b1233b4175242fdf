// Time per call, by contenders that take turns: this machine and its neighbours slow all of them down alike.

/** One way of doing the work. It is called often; a promise is awaited. */
export type Contender = () => unknown;

export interface Sample {
  median: number;
  min: number;
  max: number;
}

export interface Effort {
  /** Turns each contender has; the median is over these. */
  rounds: number;
  /** Milliseconds of a turn. At least one call is made. */
  turnMs: number;
}

/**
 * Milliseconds per call of each contender, in the order given: of this process's processor time, which says the same on
 * a busy machine; and of time as it passes for contenders that return promises, as others do their work.
 */
export async function compare(
  contenders: readonly Contender[],
  { rounds, turnMs }: Effort,
): Promise<Sample[]> {
  const times: number[][] = contenders.map(() => []);
  for (const contender of contenders) await turn(contender, turnMs);
  for (let round = 0; round < rounds; round++)
    for (const [i, contender] of contenders.entries()) times[i]?.push(await turn(contender, turnMs));
  return times.map(sampleOf);
}

async function turn(contender: Contender, turnMs: number): Promise<number> {
  const start = performance.now();
  const result = contender();
  if (!(result instanceof Promise)) return synchronousTurn(contender, turnMs);
  await result;
  let calls = 1;
  for (; performance.now() - start < turnMs; calls++) await contender();
  return (performance.now() - start) / calls;
}

/** In batches, so that what is measured is not the clock. */
function synchronousTurn(contender: Contender, turnMs: number): number {
  const start = processorTime();
  let calls = 0;
  let spent = 0;
  do {
    const batch = Math.max(1, calls);
    for (let i = 0; i < batch; i++) contender();
    calls += batch;
    spent = processorTime() - start;
  } while (spent < turnMs);
  return spent / calls;
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Of times; their median, and how far they reach. */
export function sampleOf(times: readonly number[]): Sample {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[Math.floor(index)] ?? Number.NaN;
  return { median: at((sorted.length - 1) / 2), min: at(0), max: at(sorted.length - 1) };
}
