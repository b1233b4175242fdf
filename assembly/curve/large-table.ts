// Filling the large table of a point, a little at a time. All of a window's multiples are affine from the start: row by
// row of twice the length, (j + 2^k) from j by adding 2^k, with one inversion for many additions (Montgomery's trick).

import { largePoints, Multiples } from "./multiples";
import { NistCurve, pack } from "./nist-curve";
import { addMultiple, copyElement, makePositive } from "./numbers";
import { windowsOf } from "./scalar-digits";

/** Of the largest element. */
const ELEMENT = 8 * 19;

/** Additions that share an inversion, and that are done at a time. */
const CHUNK = 64;

/** The window's first point times 2^(level + 1), affine. */
const STEP: usize = memory.data(2 * ELEMENT);
const POINT: usize = memory.data(2 * ELEMENT);
const RESULT: usize = memory.data(2 * ELEMENT);
const JACOBIAN: usize = memory.data(3 * ELEMENT);
const PRODUCT: usize = memory.data(ELEMENT);
const INVERSE: usize = memory.data(ELEMENT);
const DENOMINATORS: usize = memory.data(CHUNK * ELEMENT);
const PREFIXES: usize = memory.data(CHUNK * ELEMENT);

/** One table in the making. Made before a policy is sealed, as nothing that is allocated later stays. */
export class LargeTable {
  private curve: NistCurve | null = null;
  private multiples: Multiples | null = null;
  private window: i32 = 0;
  private level: i32 = 0;
  private done: i32 = 0;

  get isIdle(): bool {
    return this.multiples === null;
  }

  /** @param multiples with room for a large table, and its width */
  begin(curve: NistCurve, multiples: Multiples): void {
    assert(this.isIdle && multiples.large != 0);
    this.curve = curve;
    this.multiples = multiples;
    this.window = 0;
    this.beginWindow();
  }

  /** Makes some points more, and returns about how many microseconds that took. */
  advance(): u32 {
    const curve = this.curve!;
    const multiples = this.multiples!;
    const row = 1 << this.level;
    const count = min(CHUNK, row - this.done);
    this.addStep(this.done, row, count);
    this.done += count;
    if (this.done == row) this.endRow(multiples);
    const limbs = curve.kernel.limbs;
    // Measured: a quarter of a microsecond a point of P-256, and half a microsecond for an inversion.
    return ((count + 8) * limbs * limbs) / 320 + 1;
  }

  private endRow(multiples: Multiples): void {
    const width = multiples.largeWidth;
    this.done = 0;
    this.level++;
    if (this.level < width - 1) {
      this.doubleStep(STEP);
      return;
    }
    this.window++;
    if (this.window < windowsOf(this.curve!.kernel.numberBits, width)) {
      this.beginWindow();
      return;
    }
    multiples.largeIsReady = true;
    this.multiples = null;
  }

  private entry(window: i32, index: i32): usize {
    const multiples = this.multiples!;
    return multiples.large + ((window << (multiples.largeWidth - 1)) + index) * this.curve!.kernel.packedSize;
  }

  /** The window's first point, and twice that. */
  private beginWindow(): void {
    const curve = this.curve!;
    const kernel = curve.kernel;
    const first = this.entry(this.window, 0);
    if (this.window == 0) memory.copy(first, this.multiples!.point, kernel.packedSize);
    else {
      kernel.load(JACOBIAN, this.entry(this.window - 1, 0), false);
      copyElement(kernel, JACOBIAN + 2 * kernel.size, kernel.one);
      for (let i = 0; i < this.multiples!.largeWidth; i++) kernel.doubleJacobian(JACOBIAN);
      curve.toAffine(RESULT, JACOBIAN);
      pack(kernel, first, RESULT);
    }
    this.level = 0;
    this.done = 0;
    kernel.load(POINT, first, false);
    this.doubleStep(POINT);
  }

  /** STEP = 2·point */
  private doubleStep(point: usize): void {
    const curve = this.curve!;
    const kernel = curve.kernel;
    addMultiple(kernel, PRODUCT, point + kernel.size, 1, point + kernel.size);
    curve.invert(INVERSE, PRODUCT);
    kernel.doubleAffine(RESULT, point, INVERSE);
    this.keep(STEP);
  }

  /** Points `begin` to `begin + count − 1` of the window, each plus STEP, as points from `begin + row` on. */
  private addStep(begin: i32, row: i32, count: i32): void {
    const curve = this.curve!;
    const kernel = curve.kernel;
    const size = kernel.size;
    copyElement(kernel, PRODUCT, kernel.one);
    for (let i = 0; i < count; i++) {
      const denominator = DENOMINATORS + i * size;
      kernel.load(POINT, this.entry(this.window, begin + i), false);
      addMultiple(kernel, denominator, STEP, -1, POINT);
      copyElement(kernel, PREFIXES + i * size, PRODUCT);
      kernel.multiply(PRODUCT, PRODUCT, denominator);
    }
    // No two of these are equal or opposite: they are different odd and even multiples of a point of prime order.
    curve.invert(INVERSE, PRODUCT);
    for (let i = count - 1; i >= 0; i--) {
      kernel.multiply(PRODUCT, INVERSE, PREFIXES + i * size);
      kernel.multiply(INVERSE, INVERSE, DENOMINATORS + i * size);
      kernel.load(POINT, this.entry(this.window, begin + i), false);
      kernel.addAffine(RESULT, POINT, STEP, PRODUCT);
      this.keep(RESULT);
      pack(kernel, this.entry(this.window, begin + row + i), RESULT);
    }
  }

  /** out = RESULT, both coordinates from 0. */
  private keep(out: usize): void {
    const kernel = this.curve!.kernel;
    makePositive(kernel, out, RESULT, kernel.p);
    makePositive(kernel, out + kernel.size, RESULT + kernel.size, kernel.p);
  }
}

/** Bytes of a large table for scalars of this curve. */
export function largeBytes(curve: NistCurve, width: i32): i32 {
  return largePoints(curve.kernel.numberBits, width) * curve.kernel.packedSize;
}
