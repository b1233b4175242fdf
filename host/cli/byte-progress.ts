const ERASE_LINE = "\r\x1b[K";
/** Milliseconds between two drawings: as fast as a person reads. */
const PAUSE = 100;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes done of all bytes, and the rate, overwritten as work goes on: on a terminal only. */
export class ByteProgress {
  readonly #verb: string;
  readonly #start = performance.now();
  /** When it was drawn last. */
  #drawn = Number.NEGATIVE_INFINITY;

  /** `verb`: what is being done, such as `checking`. */
  constructor(verb: string) {
    this.#verb = verb;
  }

  show(bytes: number, total: number): void {
    const now = performance.now();
    if (process.stderr.isTTY !== true || now - this.#drawn < PAUSE) return;
    this.#drawn = now;
    const rate = bytes / Math.max((now - this.#start) / 1000, 0.001);
    process.stderr.write(`${ERASE_LINE}${this.#verb} ${text(bytes)} of ${text(total)}, ${text(rate)}/s`);
  }

  end(): void {
    if (this.#drawn > 0) process.stderr.write(ERASE_LINE);
  }
}

function text(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
