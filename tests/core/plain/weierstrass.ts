// Short Weierstrass curves y² = x³ − 3x + b of prime order, in homogeneous coordinates: (X : Y : Z) is the point
// (X/Z, Y/Z), and (0 : 1 : 0) the point at infinity. The formulas are complete (Renes, Costello, Batina, "Complete
// addition formulas for prime order elliptic curves", 2016): right for all points, infinity, equal and opposite ones
// included, so that no caller has an exceptional case to forget.

import { Bytes } from "../../../assembly/bytes/bytes";
import { Group } from "../../../assembly/curve/group";
import { bitLength, copy, equals, isZero, Limbs, limbsFromBytes, one } from "../../../assembly/field/limbs";
import { Modulus } from "../../../assembly/field/modulus";

/** First octet of an uncompressed point. */
const UNCOMPRESSED: u8 = 0x04;

/** Coordinates are elements of the curve's field. */
export class Point {
  constructor(
    readonly x: Limbs,
    readonly y: Limbs,
    readonly z: Limbs,
  ) {}
}

export class Curve implements Group<Point> {
  /** The integers modulo p, where coordinates live. */
  readonly field: Modulus;
  /** The integers modulo n, the number of points. */
  readonly order: Modulus;
  readonly generator: Point;
  private readonly b: Limbs;

  // Work space of `add` and `double`, named as in the paper.
  private readonly t0: Limbs;
  private readonly t1: Limbs;
  private readonly t2: Limbs;
  private readonly t3: Limbs;
  private readonly t4: Limbs;
  private readonly x3: Limbs;
  private readonly y3: Limbs;
  private readonly z3: Limbs;

  /** The domain parameters as plain numbers of equal width; the generator's coordinates are gx and gy. */
  constructor(p: Limbs, n: Limbs, b: Limbs, gx: Limbs, gy: Limbs) {
    const field = new Modulus(p);
    this.field = field;
    this.order = new Modulus(n);
    this.b = elementOf(field, b);
    this.generator = new Point(
      elementOf(field, gx),
      elementOf(field, gy),
      elementOf(field, one(field.limbs)),
    );
    this.t0 = field.zero();
    this.t1 = field.zero();
    this.t2 = field.zero();
    this.t3 = field.zero();
    this.t4 = field.zero();
    this.x3 = field.zero();
    this.y3 = field.zero();
    this.z3 = field.zero();
  }

  /** A new point: the one at infinity. */
  identity(): Point {
    const point = new Point(this.field.zero(), this.field.zero(), this.field.zero());
    copy(point.y, this.field.one);
    return point;
  }

  isIdentity(p: Point): bool {
    return isZero(p.z);
  }

  /**
   * The point that `octets` encode uncompressed (SEC 1, 2.3.4), or null: both coordinates must be below p and fulfil
   * the curve's equation. There is no encoding of infinity.
   */
  pointFromOctets(octets: Bytes): Point | null {
    const coordinateBytes = (bitLength(this.field.value) + 7) >> 3;
    if (octets.length != 1 + 2 * coordinateBytes || octets.at(0) != UNCOMPRESSED) return null;
    const x = limbsFromBytes(octets.slice(1, 1 + coordinateBytes), this.field.limbs);
    const y = limbsFromBytes(octets.from(1 + coordinateBytes), this.field.limbs);
    if (x == null || !this.field.contains(x) || y == null || !this.field.contains(y)) return null;
    const field = this.field;
    const point = new Point(elementOf(field, x), elementOf(field, y), elementOf(field, one(field.limbs)));
    return this.contains(point) ? point : null;
  }

  /** out = p + q: algorithm 4 of the paper. `out` may be an input. */
  add(out: Point, p: Point, q: Point): void {
    const f = this.field;
    const t0 = this.t0;
    const t1 = this.t1;
    const t2 = this.t2;
    const t3 = this.t3;
    const t4 = this.t4;
    const x3 = this.x3;
    const y3 = this.y3;
    const z3 = this.z3;
    f.multiply(t0, p.x, q.x);
    f.multiply(t1, p.y, q.y);
    f.multiply(t2, p.z, q.z);
    f.add(t3, p.x, p.y);
    f.add(t4, q.x, q.y);
    f.multiply(t3, t3, t4);
    f.add(t4, t0, t1);
    f.subtract(t3, t3, t4);
    f.add(t4, p.y, p.z);
    f.add(x3, q.y, q.z);
    f.multiply(t4, t4, x3);
    f.add(x3, t1, t2);
    f.subtract(t4, t4, x3);
    f.add(x3, p.x, p.z);
    f.add(y3, q.x, q.z);
    f.multiply(x3, x3, y3);
    f.add(y3, t0, t2);
    f.subtract(y3, x3, y3);
    f.multiply(z3, this.b, t2);
    f.subtract(x3, y3, z3);
    f.add(z3, x3, x3);
    f.add(x3, x3, z3);
    f.subtract(z3, t1, x3);
    f.add(x3, t1, x3);
    f.multiply(y3, this.b, y3);
    f.add(t1, t2, t2);
    f.add(t2, t1, t2);
    f.subtract(y3, y3, t2);
    f.subtract(y3, y3, t0);
    f.add(t1, y3, y3);
    f.add(y3, t1, y3);
    f.add(t1, t0, t0);
    f.add(t0, t1, t0);
    f.subtract(t0, t0, t2);
    f.multiply(t1, t4, y3);
    f.multiply(t2, t0, y3);
    f.multiply(y3, x3, z3);
    f.add(y3, y3, t2);
    f.multiply(x3, t3, x3);
    f.subtract(x3, x3, t1);
    f.multiply(z3, t4, z3);
    f.multiply(t1, t3, t0);
    f.add(z3, z3, t1);
    this.keep(out);
  }

  /** out = 2p: algorithm 6 of the paper. `out` may be `p`. */
  double(out: Point, p: Point): void {
    const f = this.field;
    const t0 = this.t0;
    const t1 = this.t1;
    const t2 = this.t2;
    const t3 = this.t3;
    const x3 = this.x3;
    const y3 = this.y3;
    const z3 = this.z3;
    f.square(t0, p.x);
    f.square(t1, p.y);
    f.square(t2, p.z);
    f.multiply(t3, p.x, p.y);
    f.add(t3, t3, t3);
    f.multiply(z3, p.x, p.z);
    f.add(z3, z3, z3);
    f.multiply(y3, this.b, t2);
    f.subtract(y3, y3, z3);
    f.add(x3, y3, y3);
    f.add(y3, x3, y3);
    f.subtract(x3, t1, y3);
    f.add(y3, t1, y3);
    f.multiply(y3, x3, y3);
    f.multiply(x3, x3, t3);
    f.add(t3, t2, t2);
    f.add(t2, t2, t3);
    f.multiply(z3, this.b, z3);
    f.subtract(z3, z3, t2);
    f.subtract(z3, z3, t0);
    f.add(t3, z3, z3);
    f.add(z3, z3, t3);
    f.add(t3, t0, t0);
    f.add(t0, t3, t0);
    f.subtract(t0, t0, t2);
    f.multiply(t0, t0, z3);
    f.add(y3, y3, t0);
    f.multiply(t0, p.y, p.z);
    f.add(t0, t0, t0);
    f.multiply(z3, t0, z3);
    f.subtract(x3, x3, z3);
    f.multiply(z3, t0, t1);
    f.add(z3, z3, z3);
    f.add(z3, z3, z3);
    this.keep(out);
  }

  /** Whether the affine point (Z = 1) fulfils the curve's equation y² = x³ − 3x + b = (x² − 3)·x + b. */
  private contains(point: Point): bool {
    const field = this.field;
    const left = field.zero();
    const right = field.zero();
    field.square(left, point.y);
    field.square(right, point.x);
    for (let i = 0; i < 3; i++) field.subtract(right, right, field.one);
    field.multiply(right, right, point.x);
    field.add(right, right, this.b);
    return equals(left, right);
  }

  private keep(out: Point): void {
    copy(out.x, this.x3);
    copy(out.y, this.y3);
    copy(out.z, this.z3);
  }
}

function elementOf(field: Modulus, number: Limbs): Limbs {
  const element = field.zero();
  field.fromNumber(element, number);
  return element;
}
