import type { VerdictAges } from "../service/verdict-cache.js";
import type { Given } from "./command.js";
import { UsageError } from "./usage-error.js";

const DAY_S = 24 * 60 * 60;
const DEFAULTS = { accepted: 300, denied: 5 };
/** Longer, and a denial would outlive what it was given for: a signature that comes a moment after its image. */
const MOST_DENIED_S = 60;

export const CACHE_OPTIONS = {
  "cache-accepted": {
    type: "string",
    value: "SECONDS",
    help: `how long an acceptance is given again without asking; 0 is not at all (${DEFAULTS.accepted})`,
  },
  "cache-denied": {
    type: "string",
    value: "SECONDS",
    help: `the same for a denial, at most ${MOST_DENIED_S} (${DEFAULTS.denied})`,
  },
} as const;

/** How long verdicts are given again. Throws `UsageError`. */
export function verdictAges(values: Given<typeof CACHE_OPTIONS>["values"]): VerdictAges {
  return {
    acceptedMs: 1000 * seconds("cache-accepted", values["cache-accepted"], DEFAULTS.accepted, DAY_S),
    deniedMs: 1000 * seconds("cache-denied", values["cache-denied"], DEFAULTS.denied, MOST_DENIED_S),
  };
}

function seconds(option: string, given: string | undefined, otherwise: number, most: number): number {
  if (given === undefined) return otherwise;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number <= most) return number;
  throw new UsageError(`--${option}: ${JSON.stringify(given)} is not a whole number from 0 to ${most}`);
}
