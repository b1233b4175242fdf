// Multiplication modulo a number m in Montgomery form: an element a stands for a/R mod m, with R = 2^(bits·limbs), and
// is kept in `limbs` signed limbs of 64 bits, of which all but the highest are from 0 to 2^bits − 1 in a result. There
// is no subtraction of m in the end: R has a few bits more than m, and products shrink by as many.
//
// Products are accumulated row by row (operand scanning), each row followed by the reduction of the lowest column. The
// multiple q·m that clears it costs no multiplication where m is −1 modulo 2^bits and else a few powers of two.

import {
  add,
  constant,
  limb,
  local,
  lowest,
  multiply,
  negate,
  ROW,
  Routine,
  shiftLeft,
  shiftRight,
  square,
  subtract,
  union,
} from "./interval.mjs";

/** So many bits more than the modulus let sums of a few elements be multiplied again and again. */
const ROOMY = 8;

/** Limbs with which code for every single product still pays; the size of the module counts too. */
const MOST_UNROLLED = 14;

export class Field {
  #routines = new Map();
  /** By routine and operand, what it is ever given. */
  #domains = new Map();

  /**
   * @param prefix of the routines' names
   * @param modulus as a sum of powers of two, `[exponent, sign]` each, without the last term, or null
   * @param last what has to be subtracted from that sum; 1 costs nothing
   */
  constructor(prefix, value, limbs, bits, powers, last = 1n) {
    Object.assign(this, { prefix, value, limbs, bits, powers, last });
    this.spareBits = limbs * bits - value.toString(2).length;
    this.R = 1n << BigInt(limbs * bits);
    const mask = (1n << BigInt(bits)) - 1n;
    this.digits = digitsOf(value, limbs, bits);
    this.inverse = inverseOf(value & mask, mask + 1n);
    const sum = powers?.reduce(
      (total, [exponent, sign]) => total + BigInt(sign) * 2n ** BigInt(exponent),
      -last,
    );
    if (powers !== null && sum !== value) throw new Error(`${prefix}: the powers of two are not the modulus`);
  }

  /** Bounds of an element from 0 to `multiple`·m. */
  canonical(multiple = 1n) {
    const mask = (1n << BigInt(this.bits)) - 1n;
    const top = (multiple * this.value) >> BigInt(this.bits * (this.limbs - 1));
    return Array.from({ length: this.limbs }, (_, i) => [0n, i < this.limbs - 1 ? mask : top]);
  }

  /** Bounds of an element from −`multiple`·m to `multiple`·m whose limbs exceed their bits by a little. */
  loose(multiple) {
    const slack = 1n << BigInt(this.bits - 3);
    return this.canonical(multiple).map(([, high]) => [-high - slack, high + slack]);
  }

  /**
   * A routine `scale·(Σ sign·left·right) + Σ coefficient·operand`, where each left and right is a sum of multiples of
   * operands: `[[coefficient, operand], …]`. A product of one factor is a square. `fold`: what exceeds m by far is
   * brought near it, where R has too few bits more than m to make up for it. `rare`: small is better than fast.
   */
  define(name, { products, plus = [], scale = 1, fold = false, rare = false }) {
    const operands = [
      ...new Set(
        [...products.flatMap(({ left, right = [] }) => [...left, ...right]), ...plus].map(
          ([, operand]) => operand,
        ),
      ),
    ];
    const routine = new Routine(`${this.prefix}${name}`, operands);
    const columns = new Columns(routine, this);
    const isSquare = products.length === 1 && products[0].right === undefined;
    const isCompact = rare || this.limbs > MOST_UNROLLED;
    if (isCompact) columns.multiplyInLoop(products.map((product) => ({ right: product.left, ...product })));
    else if (isSquare) columns.square(products[0].left);
    else columns.multiply(products);
    columns.finish(plus, scale, fold && this.spareBits < ROOMY);
    this.#routines.set(name, routine);
    this.#domains.set(name, new Map());
  }

  /** Bounds of the result for operands within these bounds, in the order in which `define` met them. */
  call(name, ...given) {
    const routine = this.#routines.get(name);
    if (routine === undefined || routine.operands.length !== given.length)
      throw new Error(`no such call of ${name}`);
    const domain = this.#domains.get(name);
    routine.operands.forEach((operand, i) => {
      domain.set(operand, domain.has(operand) ? union(domain.get(operand), given[i]) : given[i]);
    });
    return routine.bounds(Object.fromEntries(routine.operands.map((operand, i) => [operand, given[i]])));
  }

  /** All routines as AssemblyScript, those that are never called left out; `checked`: with their operands' bounds asserted. */
  text(checked) {
    let text = "";
    for (const [name, routine] of this.#routines) {
      const domain = this.#domains.get(name);
      if (domain.size === 0) continue;
      // All call sites at once: their operands' bounds are not more than the routine can take together.
      routine.bounds(Object.fromEntries(domain));
      text += `${routine.text(checked ? guards(domain) : [])}\n`;
    }
    return text;
  }
}

function guards(domain) {
  return [...domain].flatMap(([operand, bounds]) =>
    bounds.map(
      ([low, high], i) =>
        `assert(load<i64>(${operand}, ${8 * i}) >= ${low} && load<i64>(${operand}, ${8 * i}) <= ${high});`,
    ),
  );
}

/** The 2n − 1 columns that products of n limbs add up to, and their reduction. */
class Columns {
  #begun = new Set();
  /** The name of the column that is the lowest of the result. */
  #first;

  constructor(routine, field) {
    this.routine = routine;
    this.field = field;
    this.#first = field.limbs;
  }

  /**
   * A round for each row. The lowest column is gone after it, so that each of the others takes the name of the one below:
   * what is added to a column is the same as in `multiply`, in the same order.
   */
  multiplyInLoop(products) {
    const { limbs, bits, powers, digits } = this.field;
    this.#first = 0;
    products.forEach(({ right }, p) => {
      for (let j = 0; j < limbs; j++) this.routine.assign(`b${p}_${j}`, combination(right, j));
    });
    for (let j = 0; j < limbs - 1; j++) this.routine.assign(`t${j}`, constant(0n));
    const row = (column, j) =>
      products.reduce(
        (sum, { sign = 1 }, p) =>
          (sign > 0 ? add : subtract)(sum, multiply(local(`x${p}`), local(`b${p}_${j}`))),
        column,
      );
    this.routine.loop(limbs, () => {
      products.forEach(({ left }, p) => {
        this.routine.assign(`x${p}`, combination(left, ROW));
      });
      this.routine.assign("t", row(local("t0"), 0));
      this.routine.assign("q", this.#quotient(local("t")));
      for (let j = 1; j < limbs; j++) {
        let column = row(j < limbs - 1 ? local(`t${j}`) : constant(0n), j);
        if (j === 1) column = add(column, this.#carry(local("t")));
        if (powers === null) column = add(column, multiply(local("q"), constant(digits[j])));
        for (const [exponent, sign] of powers ?? []) {
          if (Math.floor(exponent / bits) !== j) continue;
          column = (sign > 0 ? add : subtract)(column, shiftLeft(local("q"), exponent % bits));
        }
        this.routine.assign(`t${j - 1}`, column);
      }
    });
  }

  multiply(products) {
    const { limbs } = this.field;
    products.forEach(({ right }, p) => {
      for (let j = 0; j < limbs; j++) this.routine.assign(`b${p}_${j}`, combination(right, j));
    });
    for (let i = 0; i < limbs; i++) {
      products.forEach(({ sign = 1, left }, p) => {
        this.routine.assign("x", combination(left, i));
        for (let j = 0; j < limbs; j++) this.#add(i + j, multiply(local("x"), local(`b${p}_${j}`)), sign);
      });
      this.#reduce(i);
    }
  }

  square(factor) {
    const { limbs } = this.field;
    for (let i = 0; i < limbs; i++) this.routine.assign(`a${i}`, combination(factor, i));
    for (let i = 0; i < limbs; i++) {
      this.#add(2 * i, square(local(`a${i}`)));
      if (i < limbs - 1) this.routine.assign("x", shiftLeft(local(`a${i}`), 1));
      for (let j = i + 1; j < limbs; j++) this.#add(i + j, multiply(local("x"), local(`a${j}`)));
      for (const column of [2 * i, 2 * i + 1]) if (column < limbs) this.#reduce(column);
    }
  }

  /** Carries from the first column that is left to the last, with what is to be added. */
  finish(plus, scale, fold) {
    const { limbs, bits } = this.field;
    this.routine.assign("carry", constant(0n));
    if (scale !== 1) this.routine.assign("scaledCarry", constant(0n));
    for (let k = 0; k < limbs; k++) {
      let value = k < limbs - 1 ? add(local(`t${k + this.#first}`), local("carry")) : local("carry");
      for (const [coefficient, operand] of plus) value = addMultiple(value, coefficient, limb(operand, k));
      const isLast = k === limbs - 1;
      if (!isLast) {
        this.routine.assign("x", value);
        this.routine.assign("carry", shiftRight(local("x"), bits));
        value = lowest(local("x"), bits);
      }
      if (scale !== 1) {
        this.routine.assign("x", add(multiply(value, constant(BigInt(scale))), local("scaledCarry")));
        this.routine.assign("scaledCarry", shiftRight(local("x"), bits));
        value = isLast ? local("x") : lowest(local("x"), bits);
      }
      // An operand may stand where the result goes, and its next limbs are still to be read; not this one.
      if (fold) this.routine.assign(`r${k}`, value);
      else this.routine.store(k, value);
    }
    if (fold) this.#fold();
  }

  /** Takes off as many times m as the highest limb holds of m's highest power of two. */
  #fold() {
    const { limbs, bits, powers, last } = this.field;
    const [[highest], ...others] = powers;
    const shift = highest - bits * (limbs - 1);
    const top = local(`r${limbs - 1}`);
    this.routine.assign("q", shiftRight(top, shift));
    this.routine.assign(`r${limbs - 1}`, lowest(top, shift));
    for (const [exponent, sign] of [...others, [0, -Number(last)]]) {
      const name = `r${Math.floor(exponent / bits)}`;
      const multiple = shiftLeft(local("q"), exponent % bits);
      this.routine.assign(name, (sign > 0 ? subtract : add)(local(name), multiple));
    }
    for (let k = 0; k < limbs; k++) this.routine.store(k, local(`r${k}`));
  }

  /** Adds the multiple of m that makes column k divisible by 2^bits, and carries that column into the next. */
  #reduce(k) {
    const { bits, powers, digits } = this.field;
    const q = local("q");
    this.routine.assign("q", this.#quotient(local(`t${k}`)));
    this.#add(k + 1, this.#carry(local(`t${k}`)));
    if (powers === null) {
      for (let i = 1; i < digits.length; i++) this.#add(k + i, multiply(q, constant(digits[i])));
      return;
    }
    for (const [exponent, sign] of powers.toReversed())
      this.#add(k + Math.floor(exponent / bits), shiftLeft(q, exponent % bits), sign);
  }

  /** How often m has to be added to make column t divisible by 2^bits. */
  #quotient(t) {
    const { bits, powers, last, inverse } = this.field;
    const radix = 1n << BigInt(bits);
    const low = lowest(t, bits);
    if (powers !== null && last === 1n) return low;
    const factor = powers === null ? radix - inverse : inverseOf(last, radix);
    return lowest(multiply(low, constant(factor)), bits);
  }

  /** What column t, with the lowest digit of q·m, is of the next one. */
  #carry(t) {
    const { bits, powers, last, digits } = this.field;
    if (powers === null) return shiftRight(add(t, multiply(local("q"), constant(digits[0]))), bits);
    return shiftRight(last === 1n ? t : subtract(t, multiply(local("q"), constant(last))), bits);
  }

  #add(column, value, sign = 1) {
    const name = `t${column}`;
    const begun = this.#begun.has(name);
    this.#begun.add(name);
    if (begun) this.routine.assign(name, (sign > 0 ? add : subtract)(local(name), value));
    else this.routine.assign(name, sign > 0 ? value : negate(value));
  }
}

/** Limb `index` of a sum of multiples of operands. */
function combination(terms, index) {
  return terms.reduce(
    (sum, [coefficient, operand]) => addMultiple(sum, coefficient, limb(operand, index)),
    null,
  );
}

function addMultiple(sum, coefficient, value) {
  const size = Math.abs(coefficient);
  const multiple = size === 1 ? value : shiftLeft(value, Math.log2(size));
  if (sum === null) return coefficient > 0 ? multiple : negate(multiple);
  return (coefficient > 0 ? add : subtract)(sum, multiple);
}

/** The digits of a number to the base 2^bits, lowest first. */
export function digitsOf(number, count, bits) {
  const mask = (1n << BigInt(bits)) - 1n;
  return Array.from({ length: count }, (_, i) => (number >> BigInt(i * bits)) & mask);
}

export function inverseOf(a, m) {
  let [r, s, x, y] = [m, ((a % m) + m) % m, 0n, 1n];
  while (s !== 0n) [r, s, x, y] = [s, r % s, y, x - (r / s) * y];
  return ((x % m) + m) % m;
}
