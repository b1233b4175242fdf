import { UsageError } from "./usage-error.js";

/** A whole number from 1 to `max`. Throws `UsageError` for anything else. */
export function wholeNumber(option: string, given: string, max: number): number {
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new UsageError(`--${option}: ${JSON.stringify(given)} is not a whole number from 1 to ${max}`);
}

/** A number above 0 and up to `max`, with decimals or without. Throws `UsageError` for anything else. */
export function numberUpTo(option: string, given: string, max: number): number {
  const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (number > 0 && number <= max) return number;
  throw new UsageError(`--${option}: ${JSON.stringify(given)} is not a number above 0 and up to ${max}`);
}
