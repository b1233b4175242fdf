const ERASE_LINE = "\r\x1b[K";

/** A line that is overwritten as work goes on: on a terminal only, and on standard error only. */
export class Progress {
  readonly #visible: boolean;
  readonly #total: number;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
    this.#visible = process.stderr.isTTY === true && total > 1;
    this.#draw();
  }

  advance(): void {
    this.#done += 1;
    this.#draw();
  }

  /** Makes room for what `print` prints. */
  around(print: () => void): void {
    this.end();
    print();
    this.#draw();
  }

  end(): void {
    if (this.#visible) process.stderr.write(ERASE_LINE);
  }

  #draw(): void {
    if (!this.#visible) return;
    process.stderr.write(`${ERASE_LINE}${this.#done} of ${this.#total} images judged`);
  }
}
