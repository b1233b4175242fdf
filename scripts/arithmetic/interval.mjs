// Straight-line code on 64-bit integers that can be printed as AssemblyScript and executed on intervals. Both walk over
// the same expressions, so what is proved about the intervals holds for the code: no step leaves 64 bits, whatever the
// operands are within their bounds.

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/** An expression: `text` in AssemblyScript, `range(values)` the interval `[low, high]` of what it evaluates to. */
const expression = (text, range) => ({ text, range: (values) => within(range(values), text) });

function within([low, high], text) {
  if (low < I64_MIN || high > I64_MAX)
    throw new RangeError(`${text} may be from ${low} to ${high}: not an i64`);
  return [low, high];
}

/** A local variable. */
export const local = (name) => expression(name, (values) => values.locals.get(name));

/** Limb `index` of the element at the address in parameter `operand`; in a loop, `ROW` is the limb of the round. */
export const limb = (operand, index) =>
  index === ROW
    ? expression(`load<i64>(${operand} + row)`, (values) => values.operands[operand][values.row])
    : expression(`load<i64>(${operand}, ${8 * index})`, (values) => values.operands[operand][index]);

export const ROW = Symbol("row");

export const constant = (value) => expression(`${value}`, () => [value, value]);

export const negate = (a) => expression(`(-${a.text})`, (values) => negated(a.range(values)));

export const add = (a, b) =>
  expression(`(${a.text} + ${b.text})`, (values) => sum(a.range(values), b.range(values)));

export const subtract = (a, b) =>
  expression(`(${a.text} - ${b.text})`, (values) => sum(a.range(values), negated(b.range(values))));

export const multiply = (a, b) =>
  expression(`${a.text} * ${b.text}`, (values) => hull(products(a.range(values), b.range(values))));

/** a·a, which is never negative. */
export const square = (a) =>
  expression(`${a.text} * ${a.text}`, (values) => {
    const [low, high] = a.range(values);
    const ends = hull([low * low, high * high]);
    return low <= 0n && high >= 0n ? [0n, ends[1]] : ends;
  });

export const shiftLeft = (a, bits) =>
  expression(`(${a.text} << ${bits})`, (values) => a.range(values).map((end) => end << BigInt(bits)));

/** Rounds down. */
export const shiftRight = (a, bits) =>
  expression(`(${a.text} >> ${bits})`, (values) => a.range(values).map((end) => end >> BigInt(bits)));

/** The lowest `bits` bits: from 0, whatever the sign. */
export const lowest = (a, bits) => {
  const mask = (1n << BigInt(bits)) - 1n;
  return expression(`(${a.text} & 0x${mask.toString(16)})`, (values) => {
    const [low, high] = a.range(values);
    return low >= 0n && high <= mask ? [low, high] : [0n, mask];
  });
};

const negated = ([low, high]) => [-high, -low];
const sum = (a, b) => [a[0] + b[0], a[1] + b[1]];
const products = (a, b) => a.flatMap((x) => b.map((y) => x * y));
const hull = (values) => [values.reduce(least), values.reduce(most)];
const least = (a, b) => (a < b ? a : b);
const most = (a, b) => (a > b ? a : b);

/** A function without branches from elements to one element, given and returned by their addresses. */
export class Routine {
  #statements = [];
  #locals = new Set();

  /** @param operands names of the addresses it reads from; it writes to `out`, which may be any of them */
  constructor(name, operands) {
    this.name = name;
    this.operands = operands;
  }

  assign(name, value) {
    this.#locals.add(name);
    this.#statements.push({
      text: `${name} = ${value.text};`,
      execute: (values) => values.locals.set(name, value.range(values)),
    });
  }

  store(index, value) {
    this.#statements.push({
      text: `store<i64>(out, ${value.text}, ${8 * index});`,
      execute: (values) => {
        values.out[index] = value.range(values);
      },
    });
  }

  /** `count` rounds of what `body` adds to the routine. */
  loop(count, body) {
    const before = this.#statements;
    const round = [];
    this.#statements = round;
    body();
    this.#statements = before;
    const lines = round.map(({ text }) => `    ${text}\n`).join("");
    this.#statements.push({
      text: `for (let row: usize = 0; row < ${8 * count}; row += 8) {\n${lines}  }`,
      execute: (values) => {
        for (values.row = 0; values.row < count; values.row++)
          for (const statement of round) statement.execute(values);
      },
    });
  }

  /** Bounds of the result's limbs from bounds of the operands' limbs. Throws a RangeError for a step beyond 64 bits. */
  bounds(operands) {
    const values = { operands, locals: new Map(), out: [] };
    for (const statement of this.#statements) statement.execute(values);
    return values.out;
  }

  /** @param guards statements that come first */
  text(guards = []) {
    const parameters = ["out", ...this.operands].map((name) => `${name}: usize`).join(", ");
    const locals = [...this.#locals].map((name) => `${name}: i64 = 0`).join(", ");
    const body = [`let ${locals};`, ...guards, ...this.#statements.map(({ text }) => text)];
    return `function ${this.name}(${parameters}): void {\n${body.map((line) => `  ${line}\n`).join("")}}\n`;
  }
}

/** Whether all intervals of `inner` lie in those of `outer`. */
export const includes = (outer, inner) =>
  inner.every(([low, high], i) => outer[i][0] <= low && high <= outer[i][1]);

/** The least intervals that include both. */
export const union = (a, b) => a.map(([low, high], i) => [least(low, b[i][0]), most(high, b[i][1])]);
