// biome-ignore-all lint/suspicious/noAssignInExpressions: AssemblyScript spells an unchecked store so.

// Arithmetic modulo any odd number, in Montgomery form: a is represented by a·R mod m, where R = 2^(32·limbs).
// Every element is below m. In every method `out` may be any of the inputs.

import {
  addWithCarry,
  bit,
  bitLength,
  copy,
  isZero,
  Limbs,
  lessThan,
  limbsOf,
  one,
  subtractWithBorrow,
} from "./limbs";

export class Modulus {
  /** R mod m: the element 1. */
  readonly one: Limbs;
  /** R² mod m: what brings a number into Montgomery form. */
  private readonly squaredR: Limbs;
  /** −1/m mod 2^32. */
  private readonly negativeInverse: u32;
  /** Work space of `multiply`, one limb more than m. */
  private readonly product: Limbs;

  /** @param value m: odd, above 1 */
  constructor(readonly value: Limbs) {
    assert((value[0] & 1) == 1);
    const count = value.length;
    this.negativeInverse = 0 - inverseOfWord(value[0]);
    this.product = new StaticArray<u32>(count + 1);
    this.one = new StaticArray<u32>(count);
    this.squaredR = new StaticArray<u32>(count);

    this.powerOfTwo(this.one, 32 * count);
    // The element 2 is 2R mod m, and the element R = 2^(32·limbs) is R² mod m.
    const two = this.zero();
    this.add(two, this.one, this.one);
    this.power(this.squaredR, two, limbsOf(32 * count, 1));
  }

  get limbs(): i32 {
    return this.value.length;
  }

  /** The element 0. */
  zero(): Limbs {
    return new StaticArray<u32>(this.value.length);
  }

  /** Whether `a` is below m, as an element has to be. */
  contains(a: Limbs): bool {
    return lessThan(a, this.value);
  }

  /** out = the element for `number`, which may be m or more. */
  fromNumber(out: Limbs, number: Limbs): void {
    this.multiply(out, number, this.squaredR);
  }

  /** out = (low + high·R) mod m for plain numbers low and high of any size: a number of twice as many limbs. */
  reduce(out: Limbs, low: Limbs, high: Limbs): void {
    const lowest = this.zero();
    this.fromNumber(lowest, low);
    this.toNumber(lowest, lowest);
    // What stands for `high` is high·R.
    this.fromNumber(out, high);
    this.add(out, out, lowest);
  }

  /** out = the number below m that element `a` stands for. */
  toNumber(out: Limbs, a: Limbs): void {
    this.multiply(out, a, one(this.value.length));
  }

  add(out: Limbs, a: Limbs, b: Limbs): void {
    const carry = addWithCarry(out, a, b);
    if (carry != 0 || !lessThan(out, this.value)) subtractWithBorrow(out, out, this.value);
  }

  subtract(out: Limbs, a: Limbs, b: Limbs): void {
    if (subtractWithBorrow(out, a, b) != 0) addWithCarry(out, out, this.value);
  }

  /**
   * out = a·b/R mod m. `a` may be any number of that many limbs.
   *
   * Montgomery multiplication with the reduction interleaved (FIOS in Koç, Acar, Kaliski, "Analyzing and Comparing
   * Montgomery Multiplication Algorithms", 1996). Before each round t < 2m, and a round makes it
   * (t + aᵢ·b + q·m)/2^32 with aᵢ, q < 2^32 and b < m, hence below 2m again. No step exceeds 64 bits:
   * (2^32−1)² + 2·(2^32−1) = 2^64 − 1.
   */
  multiply(out: Limbs, a: Limbs, b: Limbs): void {
    const m = this.value;
    const t = this.product;
    const count = m.length;
    assert(out.length == count && a.length == count && b.length == count && t.length == count + 1);
    for (let i = 0; i <= count; i++) unchecked((t[i] = 0));

    // unchecked, here and above: i and j stay below count, the length of a, b, m; t has count + 1 limbs.
    for (let i = 0; i < count; i++) {
      const digit = <u64>unchecked(a[i]);
      let product = digit * <u64>unchecked(b[0]) + <u64>unchecked(t[0]);
      // The multiple of m that clears the lowest limb.
      const q = <u64>(<u32>product * this.negativeInverse);
      let reduced = q * <u64>unchecked(m[0]) + <u64>(<u32>product);
      for (let j = 1; j < count; j++) {
        product = digit * <u64>unchecked(b[j]) + <u64>unchecked(t[j]) + (product >> 32);
        reduced = q * <u64>unchecked(m[j]) + <u64>(<u32>product) + (reduced >> 32);
        unchecked((t[j - 1] = <u32>reduced));
      }
      const top = <u64>unchecked(t[count]) + (product >> 32) + (reduced >> 32);
      unchecked((t[count - 1] = <u32>top));
      unchecked((t[count] = <u32>(top >> 32)));
    }
    this.reduceProduct(out);
  }

  square(out: Limbs, a: Limbs): void {
    this.multiply(out, a, a);
  }

  /** out = a^exponent, the exponent a plain number. */
  power(out: Limbs, a: Limbs, exponent: Limbs): void {
    const base = this.zero();
    copy(base, a);
    copy(out, this.one);
    for (let i = bitLength(exponent) - 1; i >= 0; i--) {
      this.square(out, out);
      if (bit(exponent, i)) this.multiply(out, out, base);
    }
  }

  /** out = 1/a by Fermat, a^(m−2): for a prime m and an `a` that is not 0. */
  invert(out: Limbs, a: Limbs): void {
    assert(!isZero(a));
    const exponent = this.zero();
    subtractWithBorrow(exponent, this.value, limbsOf(2, this.limbs));
    this.power(out, a, exponent);
  }

  /** out = the number 2^exponent mod m, which is not below m: the largest power below m, doubled on. */
  private powerOfTwo(out: Limbs, exponent: i32): void {
    let reached = bitLength(this.value) - 1;
    out.fill(0);
    out[reached >> 5] = 1 << (reached & 31);
    for (; reached < exponent; reached++) this.add(out, out, out);
  }

  /** out = the product of `multiply`, below 2m, brought below m. */
  private reduceProduct(out: Limbs): void {
    const t = this.product;
    const count = this.value.length;
    // unchecked: `multiply` has compared the lengths.
    for (let i = 0; i < count; i++) unchecked((out[i] = unchecked(t[i])));
    if (t[count] != 0 || !lessThan(out, this.value)) subtractWithBorrow(out, out, this.value);
  }
}

/** 1/word mod 2^32 for an odd word, by Newton's iteration: each step doubles the bits that are right, 3 at first. */
function inverseOfWord(word: u32): u32 {
  let inverse = word;
  for (let correct = 3; correct < 32; correct *= 2) inverse *= 2 - word * inverse;
  return inverse;
}
