const UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds of a duration as Go writes it (`time.ParseDuration`), such as `1m30s`; null if it is none, or negative. */
export function parseGoDuration(text: string): number | null {
  const unsigned = text.replace(/^\+/, "");
  if (unsigned === "0") return 0;
  let total = 0;
  PART.lastIndex = 0;
  do {
    const match = PART.exec(unsigned);
    if (match === null) return null;
    total += Number(match[1]) * (UNITS.get(match[2] as string) as number);
  } while (PART.lastIndex < unsigned.length);
  return total;
}
