/** Values of labels, by name. */
export type Labels = Readonly<Record<string, string>>;

/** Something that can be exposed. */
export interface Metric {
  /** Lines of the text format, HELP and TYPE first. */
  expose(): string;
}

/** Series of one metric beyond this are counted together: names that others choose must not fill the memory. */
const MOST_SERIES = 1_000;
const OVERFLOW = "…";

/** Values by labels, bounded. */
class Series<Value> {
  readonly #values = new Map<string, Value>();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  at(labels: Labels, make: () => Value): Value {
    const known = this.#values.get(this.#key(labels));
    if (known !== undefined) return known;
    const bounded =
      this.#values.size < MOST_SERIES
        ? labels
        : Object.fromEntries(this.#names.map((name) => [name, OVERFLOW]));
    const key = this.#key(bounded);
    const value = this.#values.get(key) ?? make();
    this.#values.set(key, value);
    return value;
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }

  /** As the format has them, in the order of the names: `a="x",b="y"`. */
  #key(labels: Labels): string {
    return this.#names.map((name) => `${name}="${escaped(labels[name] ?? "")}"`).join(",");
  }
}

/** What only grows. */
export class Counter implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #series: Series<{ count: number }>;

  constructor(name: string, help: string, labels: readonly string[] = []) {
    this.#name = name;
    this.#help = help;
    this.#series = new Series(labels);
    if (labels.length === 0) this.add({}, 0);
  }

  add(labels: Labels = {}, count = 1): void {
    this.#series.at(labels, () => ({ count: 0 })).count += count;
  }

  expose(): string {
    const lines = [...this.#series.entries()].map(([labels, { count }]) => line(this.#name, labels, count));
    return head(this.#name, "counter", this.#help) + lines.join("");
  }
}

/** What is read when it is asked for. */
export class Gauge implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #read: () => Iterable<readonly [Labels, number]>;

  constructor(name: string, help: string, read: () => Iterable<readonly [Labels, number]>) {
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  expose(): string {
    const lines = [...this.#read()].map(([labels, value]) => {
      const text = Object.entries(labels).map(([name, label]) => `${name}="${escaped(label)}"`);
      return line(this.#name, text.join(","), value);
    });
    return head(this.#name, "gauge", this.#help) + lines.join("");
  }
}

/** Observations by size, `bounds` ascending. */
export class Histogram implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series: Series<{ counts: number[]; sum: number }>;

  constructor(name: string, help: string, bounds: readonly number[], labels: readonly string[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
    this.#series = new Series(labels);
  }

  observe(labels: Labels, value: number): void {
    const make = () => ({ counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 });
    const series = this.#series.at(labels, make);
    const bound = this.#bounds.findIndex((bound) => value <= bound);
    const place = bound < 0 ? this.#bounds.length : bound;
    series.counts[place] = (series.counts[place] ?? 0) + 1;
    series.sum += value;
  }

  expose(): string {
    const name = this.#name;
    const lines = [...this.#series.entries()].map(([labels, { counts, sum }]) => {
      let total = 0;
      const buckets = counts.map((count, i) => {
        total += count;
        return line(`${name}_bucket`, `${labels},le="${this.#bounds[i] ?? "+Inf"}"`, total);
      });
      return buckets.join("") + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, total);
    });
    return head(name, "histogram", this.#help) + lines.join("");
  }
}

function head(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === "" ? "" : `{${labels}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
