import type { Response } from "./body.js";
import type { Clock } from "./clock.js";
import { RegistryError, type RegistryErrorOptions } from "./error.js";

export interface RetryPolicy {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** The first pause in milliseconds; each later one is twice as long. */
  readonly firstPauseMs: number;
  /** A registry that wants us to wait longer has answered. */
  readonly longestPauseMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, firstPauseMs: 100, longestPauseMs: 2_000 };

/** For pushes and copies, which have no deadline of seconds and have much to lose. */
export const PATIENT_RETRY: RetryPolicy = { attempts: 6, firstPauseMs: 200, longestPauseMs: 60_000 };

/**
 * Repeats what failed for the moment (429, 500, 502, 503, 504, a broken connection), as long as the signal allows. An
 * attempt is told its number, from 1. If time runs out during a pause, the failure that led to it is the one reported.
 */
export async function retrying<T>(
  policy: RetryPolicy,
  clock: Clock,
  signal: AbortSignal,
  attempt: (tries: number) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(tries);
    } catch (error) {
      if (!(error instanceof RegistryError && error.transient) || tries >= policy.attempts) throw error;
      const pause = error.retryAfterMs ?? policy.firstPauseMs * 2 ** (tries - 1);
      if (pause > policy.longestPauseMs) throw error;
      await clock.wait(pause, signal).catch(() => {
        throw error;
      });
    }
  }
}

/** A transient failure with its Retry-After: seconds, or a date (RFC 9110 10.2.3). */
export function retryAfter(response: Response, clock: Clock): RegistryErrorOptions {
  const value = response.headers["retry-after"];
  if (typeof value !== "string") return { transient: true };
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - clock.now();
  return Number.isNaN(ms) ? { transient: true } : { transient: true, retryAfterMs: Math.max(0, ms) };
}
