import { UsageError } from "./usage-error.js";

/** The number an option was given, or `otherwise`. Throws `UsageError` outside of the bounds. */
export function numberOf(
  option: string,
  given: string | undefined,
  { otherwise, min, max }: { otherwise: number; min: number; max: number },
): number {
  if (given === undefined) return otherwise;
  const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${option}: ${JSON.stringify(given)} is not a number from ${min} to ${max}`);
}
