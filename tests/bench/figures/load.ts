import { LoadedDaemon, type Registry } from "../../support/countersign/loaded-daemon.js";
import type { Bench } from "../bench.js";
import type { Figure } from "../figure.js";

/** Calls under way at once about the registry that answers. */
const AT_ONCE = 32;
/** Callers of the one that does not: its whole share of what may be under way, and a surplus. */
const NEIGHBOURS = 100;
const PERCENTILES = [50, 95, 99];

/**
 * How long VerifyImage takes from request to answer while many ask, each about a name nobody has asked about before:
 * with a registry beside it that does not answer, and without. The registries share their processor with the callers.
 */
export async function* measure({ quick, executions }: Bench): AsyncGenerator<Figure> {
  const calls = quick ? 100 : 250;
  const daemon = await LoadedDaemon.start();
  try {
    const [fast, slow] = [await daemon.addRegistry(), await daemon.addRegistry()];
    await times(daemon, fast, 4 * calls);
    const alone: number[][] = [];
    const beside: number[][] = [];
    for (let round = 0; round < executions; round++) {
      alone.push(await times(daemon, fast, calls));
      slow.hold();
      const waiting = Array.from({ length: NEIGHBOURS }, () => daemon.verify(slow));
      beside.push(await times(daemon, fast, calls));
      slow.release();
      await Promise.all(waiting);
    }
    for (const percentile of PERCENTILES) {
      yield {
        name: `VerifyImage, ${AT_ONCE} at once, beside a slow registry, p${percentile}`,
        unit: "ms",
        ours: sampleOf(beside, percentile),
        peer: "without it",
        theirs: sampleOf(alone, percentile),
        runs: executions * calls,
      };
    }
  } finally {
    await daemon.stop();
  }
}

/** Milliseconds of each of `count` calls. */
async function times(daemon: LoadedDaemon, registry: Registry, count: number): Promise<number[]> {
  const taken: number[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) {
      const start = performance.now();
      const { ok, code } = await daemon.verify(registry);
      if (!ok) throw new Error(`a signed image is denied: ${code}`);
      taken.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return taken;
}

/** The percentile of all calls, between those of the best and of the worst round. */
function sampleOf(rounds: readonly number[][], percentile: number): Figure["ours"] {
  const ofRounds = rounds.map((round) => percentileOf(round, percentile));
  const median = percentileOf(rounds.flat(), percentile);
  return { median, min: Math.min(...ofRounds), max: Math.max(...ofRounds) };
}

function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? Number.NaN;
}
