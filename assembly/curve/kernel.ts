// What the generated source of a curve gives to the code that all curves share.
//
// Coordinates are elements of the field, in signed limbs of 64 bits at an address; those of a point follow one another:
// (x, y) of an affine point, (X, Y, Z) in Jacobian coordinates, (X, Y, ZZ, ZZZ) in XYZZ coordinates. Within the bounds
// that scripts/arithmetic proves, any method can follow any other. A result may stand where an operand does, except in
// `addAffine` and `doubleAffine`.
//
// Tables hold affine points packed: both coordinates in limbs of 32 bits, from 0 to twice the modulus.

export abstract class Kernel {
  constructor(
    /** Limbs of an element, and bits of a limb. */
    readonly limbs: i32,
    readonly bits: i32,
    /** Bits of p, of n, and of a number modulo either. */
    readonly numberBits: i32,
    /** Bits of the lower half of a scalar. */
    readonly halfBits: i32,
    /** p and n, in limbs. */
    readonly p: usize,
    readonly n: usize,
    /** R mod p, the element 1, and R² mod p, which brings a number into Montgomery form. */
    readonly one: usize,
    readonly squaredR: usize,
    /** R² mod n. */
    readonly squaredROfOrder: usize,
    /** Packed: G; and if `generatorWindow` is not 0, 3G, 5G, … and as many of 2^halfBits·G, for digits of so many bits. */
    readonly generator: usize,
    readonly generatorWindow: i32,
  ) {}

  /** Bytes of an element. */
  get size(): i32 {
    return 8 * this.limbs;
  }

  /** Bytes of a packed point. */
  get packedSize(): i32 {
    return 8 * this.limbs;
  }

  /** Bytes of a number modulo p or n. */
  get numberBytes(): i32 {
    return (this.numberBits + 7) >> 3;
  }

  abstract multiply(out: usize, a: usize, b: usize): void;
  abstract square(out: usize, a: usize): void;
  /** Montgomery product modulo n of numbers below 2n. The result is below 2n. */
  abstract multiplyModuloOrder(out: usize, a: usize, b: usize): void;

  /** out = the packed `point`, or its opposite: affine, for the additions below. */
  abstract load(out: usize, point: usize, negative: bool): void;

  abstract addToXyzz(sum: usize, point: usize): void;
  abstract addToJacobian(sum: usize, point: usize): void;
  abstract doubleJacobian(sum: usize): void;
  abstract jacobianToXyzz(sum: usize): void;
  /** out = two elements that are 0 if x, and if y, of the sum and the affine point are equal. */
  abstract compareWithJacobian(out: usize, sum: usize, point: usize): void;
  /** out = an element that is 0 if `number`, in Montgomery form, is the x of the sum in XYZZ coordinates. */
  abstract compareX(out: usize, sum: usize, number: usize): void;

  /** out = the affine sum of two affine points with y from 0, given 1/(x2 − x1). */
  abstract addAffine(out: usize, first: usize, second: usize, inverse: usize): void;
  /** out = the affine double of an affine point with y from 0, given 1/(2y). */
  abstract doubleAffine(out: usize, point: usize, inverse: usize): void;
  /** out = an element that is 0 if the affine point is on the curve. */
  abstract equation(out: usize, point: usize): void;
}
