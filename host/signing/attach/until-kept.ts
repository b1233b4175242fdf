import { ImageError } from "../../oci/image-error.js";
import { type Clock, systemClock } from "../../registry/clock.js";

export interface AttachOptions {
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

const MAX_ROUNDS = 32;
const LEAST_PAUSE_MS = 10;

/**
 * Changes something by reading it, adding to it and writing it, where others may be doing the same and the last
 * one wins (registries have no If-Match). So after writing it is read again, when writers that had read before
 * are done too: later than this writer itself took from reading to writing, three times over. `addMissing` reads, and
 * writes if something is missing; true: nothing was. `what` names the thing in the error of a writer that always loses.
 */
export async function untilKept(
  addMissing: () => Promise<boolean>,
  what: string,
  { signal, clock = systemClock }: AttachOptions,
): Promise<void> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const began = clock.now();
    if (await addMissing()) return;
    const took = Math.max(LEAST_PAUSE_MS, clock.now() - began);
    // Those who collided must not do so in step again.
    const jitter = round === 1 ? 0 : Math.random() * took * Math.min(round, 8);
    await clock.wait(3 * took + jitter, signal);
  }
  throw new ImageError(`others have overwritten ${what} ${MAX_ROUNDS} times`);
}
