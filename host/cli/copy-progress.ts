import type { Progress, Transferred } from "../signing/copy/transfer.js";

/** Often enough to be read. */
const REDRAW_MS = 100;
const MEGABYTE = 1e6;
/** Where a terminal does not say how wide it is. */
const DEFAULT_COLUMNS = 80;
const SHORT_DIGEST = "sha256:".length + 12;

const ENDINGS: Readonly<Record<Transferred, string>> = {
  present: "is there already",
  mounted: "taken from another repository",
  written: "copied",
};

interface Blob {
  readonly began: number;
  readonly latest: Progress;
}

/** Where progress is shown. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows, on a terminal only, how far each blob has come: a line for each, which stays when the blob has arrived. */
export class CopyProgress {
  readonly #screen: Screen;
  readonly #clock: () => number;
  readonly #underWay = new Map<string, Blob>();
  #lines = 0;
  #drawn = 0;

  /** `clock` is in milliseconds. */
  constructor(screen: Screen = process.stderr, clock: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#clock = clock;
  }

  readonly report = (progress: Progress): void => {
    if (this.#screen.isTTY !== true) return;
    const now = this.#clock();
    const began = this.#underWay.get(progress.blob)?.began ?? now;
    this.#underWay.set(progress.blob, { began, latest: progress });
    if (progress.ended !== null) {
      this.#erase();
      this.#screen.write(`${this.#line({ began, latest: progress }, now)}\n`);
      this.#underWay.delete(progress.blob);
    } else if (now - this.#drawn < REDRAW_MS) return;
    this.#draw(now);
  };

  /** Leaves what has ended, and clears away the rest. */
  end(): void {
    this.#erase();
  }

  #draw(now: number): void {
    this.#erase();
    const lines = [...this.#underWay.values()].map((blob) => this.#line(blob, now));
    this.#screen.write(lines.join("\n"));
    this.#lines = lines.length;
    this.#drawn = now;
  }

  #erase(): void {
    if (this.#lines === 0) return;
    const up = this.#lines > 1 ? `\x1b[${this.#lines - 1}A` : "";
    this.#screen.write(`\r${up}\x1b[J`);
    this.#lines = 0;
  }

  /** A longer line would be two on the screen, and could not be erased. */
  #line({ began, latest: { blob, bytes, total, ended } }: Blob, now: number): string {
    const seconds = (now - began) / 1000;
    const rate = seconds > 0 && bytes > 0 ? `${megabytes(bytes / seconds)}/s` : "";
    const name = blob.slice(0, SHORT_DIGEST);
    const size = ended === null ? `${megabytes(bytes)} of ${megabytes(total)}` : megabytes(total);
    const how = ended === null ? rate : `${ENDINGS[ended]}${ended === "written" && rate ? `, ${rate}` : ""}`;
    return [name, size, how]
      .join("  ")
      .trimEnd()
      .slice(0, (this.#screen.columns || DEFAULT_COLUMNS) - 1);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
