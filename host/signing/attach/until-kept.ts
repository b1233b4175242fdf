import { ImageError } from "../../oci/image-error.js";
import { type Clock, systemClock } from "../../registry/clock.js";

export interface AttachOptions {
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Called once, when everything is in place for the first time: what follows checks that it stays. */
  readonly onWritten?: () => void;
}

/**
 * The outcome of one look. `kept`: nothing was missing. `moved`: others changed it before it could be written. Else it
 * was written, `window` milliseconds after it had been read.
 */
export type Round = "kept" | "moved" | { readonly window: number };

const MAX_ROUNDS = 64;
/** A writer that shares its processor with others may need this long, however near the registry is. */
const LEAST_WINDOW_MS = 6;

/**
 * Changes something by reading it, adding to it and writing it, while others may be doing the same and the last writer
 * wins (registries have no If-Match). So after writing it is read again, once writers that had read before must be
 * done: three times as long after as this writer took from reading to writing, and longer once others have been
 * noticed. `what` names the thing in the error of a writer that always loses.
 */
export async function untilKept(
  round: () => Promise<Round>,
  what: string,
  { signal, clock = systemClock, onWritten = () => {} }: AttachOptions,
): Promise<void> {
  let isWritten = false;
  for (let rounds = 1; rounds <= MAX_ROUNDS; rounds++) {
    const outcome = await round();
    if (outcome !== "moved" && !isWritten) {
      isWritten = true;
      onWritten();
    }
    if (outcome === "kept") return;
    const window = Math.max(LEAST_WINDOW_MS, outcome === "moved" ? 0 : outcome.window);
    // Writers that collided must not do so again in step.
    const jitter = rounds === 1 ? 0 : Math.random() * window * Math.min(rounds, 8);
    await clock.wait(outcome === "moved" ? jitter : 3 * window + jitter, signal);
  }
  throw new ImageError(`others have overwritten ${what} ${MAX_ROUNDS} times`);
}
