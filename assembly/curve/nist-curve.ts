// y² = x³ − 3x + b of prime order, and the one question that ECDSA asks of it: is x the abscissa of u·G + v·Q?
//
// The answer is looked for with formulas that fail on infinity and on equal or opposite points, in an order of additions
// that depends on which multiples have been made. Where one of them failed, all of it is done again by cases, one bit at a
// time: slower, and complete.

import { Bytes } from "../bytes/bytes";
import { InverseModulo } from "../field/inverse";
import { Kernel } from "./kernel";
import { Multiples, SMALL_POINTS, SMALL_WINDOW } from "./multiples";
import {
  addMultiple,
  bitsAt,
  copyElement,
  isLess,
  isZero,
  littleEndian,
  makePositive,
  numberFromBytes,
  reduce,
  SCALAR_BYTES,
} from "./numbers";
import { MOST_DIGITS, oddDigit, signedDigits, windowsOf } from "./scalar-digits";

/** First octet of an uncompressed point. */
const UNCOMPRESSED: u8 = 0x04;

/** Of the largest element. */
const ELEMENT = 8 * 19;

// Work space for all curves.
const SUM: usize = memory.data(4 * ELEMENT);
const POINT: usize = memory.data(2 * ELEMENT);
const DIFFERENCE: usize = memory.data(2 * ELEMENT);
const A: usize = memory.data(ELEMENT);
const B: usize = memory.data(ELEMENT);
const REDUCED: usize = memory.data(ELEMENT);
const INVERSE: usize = memory.data(ELEMENT);
const BASE: usize = memory.data(2 * ELEMENT);
const TWICE: usize = memory.data(2 * ELEMENT);
const JACOBIAN: usize = memory.data(3 * ELEMENT * SMALL_POINTS);
const PREFIXES: usize = memory.data(ELEMENT * SMALL_POINTS);
const SCALAR_U: usize = memory.data(SCALAR_BYTES);
const SCALAR_V: usize = memory.data(SCALAR_BYTES);
const DIGITS: usize = memory.data(4 * MOST_DIGITS);
/** Multiples of a point for which no memory is reserved. */
const TRANSIENT: usize = memory.data(ELEMENT * SMALL_POINTS);

export class NistCurve {
  readonly generator: Multiples;
  readonly inverseModuloP: InverseModulo;
  readonly inverseModuloN: InverseModulo;
  /** Strands of signed digits that `SUM` is made of, while it is. */
  private readonly strands: StaticArray<Strand> = [
    new Strand(0),
    new Strand(1),
    new Strand(2),
    new Strand(3),
  ];
  private strandCount: i32 = 0;

  constructor(readonly kernel: Kernel) {
    const generator = new Multiples(kernel.generator);
    this.generator = generator;
    generator.smallIsReady = kernel.generatorWindow > 0;
    if (generator.smallIsReady) {
      generator.small = kernel.generator;
      generator.smallWidth = kernel.generatorWindow;
    } else generator.small = heap.alloc(2 * SMALL_POINTS * kernel.packedSize);
    this.inverseModuloP = new InverseModulo(kernel.p, kernel.numberBits, kernel.limbs, kernel.bits);
    this.inverseModuloN = new InverseModulo(kernel.n, kernel.numberBits, kernel.limbs, kernel.bits);
  }

  /**
   * The point that `octets` encode uncompressed (SEC 1, 2.3.4), packed, or 0: both coordinates must be below p and fulfil
   * the curve's equation. There is no encoding of infinity.
   */
  pointFromOctets(octets: Bytes): usize {
    const kernel = this.kernel;
    const bytes = kernel.numberBytes;
    if (octets.length != 1 + 2 * bytes || octets.at(0) != UNCOMPRESSED) return 0;
    for (let i = 0; i < 2; i++) {
      const coordinate = POINT + i * kernel.size;
      if (!numberFromBytes(kernel, A, octets.slice(1 + i * bytes, 1 + (i + 1) * bytes))) return 0;
      if (!isLess(kernel, A, kernel.p)) return 0;
      kernel.multiply(coordinate, A, kernel.squaredR);
      makePositive(kernel, coordinate, coordinate, kernel.p);
    }
    kernel.equation(A, POINT);
    if (!this.isZeroElement(A)) return 0;
    const packed = heap.alloc(kernel.packedSize);
    pack(kernel, packed, POINT);
    return packed;
  }

  /** Whether the x of u·G + v·Q is r modulo n; u, v and r are numbers below n, r is not 0. */
  sumHasX(u: usize, v: usize, q: Multiples, r: usize): bool {
    const kernel = this.kernel;
    this.addQuickly(u, v, q);
    if (this.isZeroElement(SUM + 2 * kernel.size) && !this.addByCases(u, v, q)) return false;
    return this.hasX(r);
  }

  /** SUM = u·G + v·Q in XYZZ coordinates. ZZ is 0 if an addition failed, or if the sum is infinity. */
  private addQuickly(u: usize, v: usize, q: Multiples): void {
    const g = this.generator;
    littleEndian(this.kernel, SCALAR_U, u);
    littleEndian(this.kernel, SCALAR_V, v);
    if (!g.largeIsReady) g.uses++;
    if (!q.largeIsReady) q.uses++;
    if (g.largeIsReady && q.largeIsReady) {
      this.addByTable(g, u, SCALAR_U, true);
      this.addByTable(q, v, SCALAR_V, false);
      return;
    }
    this.addByDoubling(q);
    if (g.largeIsReady) this.addByTable(g, u, SCALAR_U, false);
  }

  /** SUM += scalar·P by its large table, which takes no doubling. `scalar` is overwritten. */
  private addByTable(multiples: Multiples, number: usize, scalar: usize, isFirst: bool): void {
    const kernel = this.kernel;
    const width = multiples.largeWidth;
    const windows = windowsOf(kernel.numberBits, width);
    // An even scalar is replaced by n less it, and each point by its opposite.
    const even = (load<u8>(scalar) & 1) == 0;
    if (even) {
      addMultiple(kernel, A, kernel.n, -1, number);
      littleEndian(kernel, scalar, A);
    }
    let row = multiples.large;
    const rowBytes = kernel.packedSize << (width - 1);
    let target = isFirst ? SUM : POINT;
    for (let window = 0; window < windows; window++) {
      const digit = oddDigit(scalar, window, windows, width);
      kernel.load(target, row + (digit >> 1) * kernel.packedSize, <bool>(digit & 1) != even);
      if (target == SUM) {
        copyElement(kernel, SUM + 2 * kernel.size, kernel.one);
        copyElement(kernel, SUM + 3 * kernel.size, kernel.one);
        target = POINT;
      } else kernel.addToXyzz(SUM, POINT);
      row += rowBytes;
    }
  }

  /** SUM = v·Q, or u·G + v·Q where the generator has no large table: from the top, all scalars at once. */
  private addByDoubling(q: Multiples): void {
    const kernel = this.kernel;
    const g = this.generator;
    this.strandCount = 0;
    if (!g.smallIsReady && !g.largeIsReady) this.makeSmall(g);
    if (q.small != 0) {
      if (!q.smallIsReady) this.makeSmall(q);
      this.addHalves(SCALAR_V, q);
      if (!g.largeIsReady) this.addHalves(SCALAR_U, g);
    } else {
      this.makeOddMultiples(TRANSIENT, q.point);
      this.addStrand(SCALAR_V, 0, kernel.numberBits, SMALL_WINDOW, TRANSIENT);
      if (!g.largeIsReady) this.addStrand(SCALAR_U, 0, kernel.numberBits, g.smallWidth, g.small);
    }
    this.addStrands();
    kernel.jacobianToXyzz(SUM);
  }

  /** A scalar as two of half the length, which takes half of the doublings. */
  private addHalves(scalar: usize, multiples: Multiples): void {
    const kernel = this.kernel;
    const half = kernel.halfBits;
    const width = multiples.smallWidth;
    const upper = multiples.small + (kernel.packedSize << (width - 2));
    this.addStrand(scalar, 0, half, width, multiples.small);
    this.addStrand(scalar, half, kernel.numberBits - half, width, upper);
  }

  private addStrand(scalar: usize, begin: i32, length: i32, width: i32, table: usize): void {
    const strand = this.strands[this.strandCount++];
    strand.table = table;
    strand.length = signedDigits(strand.digits, scalar, begin, length, width);
  }

  private addStrands(): void {
    const kernel = this.kernel;
    let length = 0;
    for (let i = 0; i < this.strandCount; i++) length = max(length, this.strands[i].length);
    let isEmpty = true;
    for (let at = length - 1; at >= 0; at--) {
      if (!isEmpty) kernel.doubleJacobian(SUM);
      for (let i = 0; i < this.strandCount; i++) {
        const strand = this.strands[i];
        const digit = at < strand.length ? <i32>load<i8>(strand.digits + at) : 0;
        if (digit == 0) continue;
        const negative = digit < 0;
        const point = strand.table + ((negative ? -digit : digit) >> 1) * kernel.packedSize;
        if (isEmpty) {
          // The first digit of a strand is positive.
          kernel.load(SUM, point, false);
          copyElement(kernel, SUM + 2 * kernel.size, kernel.one);
          isEmpty = false;
        } else {
          kernel.load(POINT, point, negative);
          kernel.addToJacobian(SUM, POINT);
        }
      }
    }
    if (isEmpty) memory.fill(SUM, 0, 3 * kernel.size);
  }

  /** SUM = u·G + v·Q by the cases of the group law, in XYZZ coordinates; false for infinity. */
  private addByCases(u: usize, v: usize, q: Multiples): bool {
    const kernel = this.kernel;
    littleEndian(kernel, SCALAR_U, u);
    littleEndian(kernel, SCALAR_V, v);
    let isInfinity = true;
    for (let bit = kernel.numberBits - 1; bit >= 0; bit--) {
      // Infinity apart, no point is its own opposite: the order is odd.
      if (!isInfinity) kernel.doubleJacobian(SUM);
      if (bitsAt(SCALAR_U, bit, 1)) {
        isInfinity = this.addOneByCases(isInfinity, kernel.generator);
      }
      if (bitsAt(SCALAR_V, bit, 1)) isInfinity = this.addOneByCases(isInfinity, q.point);
    }
    if (!isInfinity) kernel.jacobianToXyzz(SUM);
    return !isInfinity;
  }

  /** SUM += the packed point. Takes and returns whether SUM is infinity. */
  private addOneByCases(isInfinity: boolean, point: usize): boolean {
    const kernel = this.kernel;
    if (isInfinity) {
      kernel.load(SUM, point, false);
      copyElement(kernel, SUM + 2 * kernel.size, kernel.one);
      return false;
    }
    kernel.load(POINT, point, false);
    kernel.compareWithJacobian(DIFFERENCE, SUM, POINT);
    if (!this.isZeroElement(DIFFERENCE)) kernel.addToJacobian(SUM, POINT);
    else if (this.isZeroElement(DIFFERENCE + kernel.size)) kernel.doubleJacobian(SUM);
    else return true;
    return false;
  }

  /** Whether x = X/ZZ of SUM is r modulo n. It is below p, so it is r, or r + n where that is below p. */
  private hasX(r: usize): bool {
    const kernel = this.kernel;
    copyElement(kernel, B, r);
    do {
      kernel.multiply(A, B, kernel.squaredR);
      kernel.compareX(A, SUM, A);
      if (this.isZeroElement(A)) return true;
      addMultiple(kernel, B, B, 1, kernel.n);
    } while (isLess(kernel, B, kernel.p));
    return false;
  }

  private makeSmall(q: Multiples): void {
    const kernel = this.kernel;
    this.makeOddMultiples(q.small, q.point);
    kernel.load(SUM, q.point, false);
    copyElement(kernel, SUM + 2 * kernel.size, kernel.one);
    for (let i = 0; i < kernel.halfBits; i++) kernel.doubleJacobian(SUM);
    this.toAffine(POINT, SUM);
    const upper = q.small + SMALL_POINTS * kernel.packedSize;
    pack(kernel, upper, POINT);
    this.makeOddMultiples(upper, upper);
    q.smallIsReady = true;
  }

  /**
   * Packed at `out`: SMALL_POINTS odd multiples of the packed point, which may stand there already. With (X, Y, Z) for
   * 2Q, all are computed on the isomorphic curve of the points (x·Z², y·Z³), where 2Q is affine, and with Z² and Z³ again
   * taken off together with their own denominators. None is equal or opposite to 2Q, for it has an odd order.
   */
  private makeOddMultiples(out: usize, point: usize): void {
    const kernel = this.kernel;
    const size = kernel.size;
    kernel.load(BASE, point, false);
    memory.copy(SUM, BASE, 2 * size);
    copyElement(kernel, SUM + 2 * size, kernel.one);
    kernel.doubleJacobian(SUM);
    reduce(kernel, TWICE, SUM, kernel.p);
    reduce(kernel, TWICE + size, SUM + size, kernel.p);
    copyElement(kernel, DIFFERENCE, SUM + 2 * size);

    kernel.square(A, DIFFERENCE);
    kernel.multiply(SUM, BASE, A);
    kernel.multiply(A, A, DIFFERENCE);
    kernel.multiply(SUM + size, BASE + size, A);
    makePositive(kernel, SUM, SUM, kernel.p);
    makePositive(kernel, SUM + size, SUM + size, kernel.p);
    copyElement(kernel, SUM + 2 * size, kernel.one);

    pack(kernel, out, BASE);
    // The denominators' products: to be inverted once for all.
    copyElement(kernel, A, kernel.one);
    for (let i = 1; i < SMALL_POINTS; i++) {
      const jacobian = JACOBIAN + 3 * size * i;
      kernel.addToJacobian(SUM, TWICE);
      memory.copy(jacobian, SUM, 3 * size);
      kernel.multiply(jacobian + 2 * size, SUM + 2 * size, DIFFERENCE);
      copyElement(kernel, PREFIXES + size * i, A);
      kernel.multiply(A, A, jacobian + 2 * size);
    }
    this.invert(INVERSE, A);
    for (let i = SMALL_POINTS - 1; i > 0; i--) {
      const jacobian = JACOBIAN + 3 * size * i;
      kernel.multiply(A, INVERSE, PREFIXES + size * i);
      kernel.multiply(INVERSE, INVERSE, jacobian + 2 * size);
      this.scale(POINT, jacobian, A);
      pack(kernel, out + i * kernel.packedSize, POINT);
    }
  }

  /** out = the affine point of one in Jacobian coordinates that is not infinity. */
  toAffine(out: usize, jacobian: usize): void {
    this.invert(INVERSE, jacobian + 2 * this.kernel.size);
    this.scale(out, jacobian, INVERSE);
  }

  /** out = the affine point of Jacobian coordinates, given 1/Z. */
  private scale(out: usize, jacobian: usize, inverse: usize): void {
    const kernel = this.kernel;
    const size = kernel.size;
    kernel.square(B, inverse);
    kernel.multiply(out, B, jacobian);
    kernel.multiply(B, B, inverse);
    kernel.multiply(out + size, B, jacobian + size);
    makePositive(kernel, out, out, kernel.p);
    makePositive(kernel, out + size, out + size, kernel.p);
  }

  /** out = 1/a for an element that is not 0. */
  invert(out: usize, a: usize): void {
    const kernel = this.kernel;
    reduce(kernel, out, a, kernel.p);
    this.inverseModuloP.invert(out, out);
    // What stands for a is aR, of which the inverse times R² twice, each time divided by R, stands for 1/a.
    kernel.multiply(out, out, kernel.squaredR);
    kernel.multiply(out, out, kernel.squaredR);
  }

  isZeroElement(a: usize): bool {
    reduce(this.kernel, REDUCED, a, this.kernel.p);
    return isZero(this.kernel, REDUCED);
  }
}

class Strand {
  readonly digits: usize;
  length: i32 = 0;
  table: usize = 0;

  constructor(index: i32) {
    this.digits = DIGITS + index * MOST_DIGITS;
  }
}

/** Stores the affine point at `point`, both coordinates from 0 to twice the modulus. */
export function pack(kernel: Kernel, out: usize, point: usize): void {
  for (let i = 0; i < 2 * kernel.limbs; i++) store<u32>(out + (i << 2), <u32>load<u64>(point + (i << 3)));
}
