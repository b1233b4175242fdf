import { setMaxListeners } from "node:events";

/** The one moment by which a judgement has to be given, or at which its caller stopped waiting. */
export class Deadline {
  /** Aborted when the moment has come. */
  readonly signal: AbortSignal;
  /** Resolves when the moment has come; never rejects. */
  readonly reached: Promise<void>;
  readonly #due: number;
  readonly #timer: NodeJS.Timeout;
  readonly #detach: () => void;

  /** `ms` from now, or earlier when `caller` is aborted. */
  constructor(ms: number, caller?: AbortSignal) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    this.signal = controller.signal;
    // Every fetch of a judgement listens to one signal, every judgement of a run to the other: no leak to warn of.
    setMaxListeners(0, controller.signal, ...(caller ? [caller] : []));
    this.reached = new Promise((resolve) => {
      controller.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#due = performance.now() + ms;
    this.#timer = setTimeout(abort, ms);
    caller?.addEventListener("abort", abort, { once: true });
    this.#detach = () => caller?.removeEventListener("abort", abort);
    if (caller?.aborted) abort();
  }

  get isReached(): boolean {
    return this.signal.aborted;
  }

  /** Milliseconds until then, by the clock: Node.js does not run timers of different lengths in the order they are due. */
  get leftMs(): number {
    return this.isReached ? 0 : Math.max(0, this.#due - performance.now());
  }

  /** Releases the timer and the caller's signal. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#detach();
  }
}
