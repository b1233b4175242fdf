// edwards25519 (RFC 8032, 5.1): −x² + y² = 1 + d·x²·y² modulo p, in extended coordinates: (X : Y : Z : T) is the point
// (X/Z, Y/Z), and X·Y = Z·T. The formulas are complete, as −1 is a square modulo p and d is not (Hisil, Wong, Carter,
// Dawson, "Twisted Edwards Curves Revisited", 2008).

import { Bytes } from "../bytes/bytes";
import { bit, copy, equals, isZero, Limbs, limbsFromHex, limbsFromLittleEndian } from "../field/limbs";
import { Modulus } from "../field/modulus";
import { Group } from "./group";

/** p = 2^255 − 19 */
const P = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
/** L = 2^252 + 27742317777372353535851937790883648493, the order of the base point. */
const L = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
/** d = −121665/121666 */
const D = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
/** The base point: y = 4/5, and of the two x the even one. */
const BASE_X = "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a";
const BASE_Y = "6666666666666666666666666666666666666666666666666666666666666658";
/** 2^((p − 1)/4), a square root of −1. */
const ROOT_OF_MINUS_ONE = "2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0";
/** (p − 5)/8 */
const ROOT_EXPONENT = "0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd";

/** Of numbers below p or L, and of a point's encoding as a number. */
const LIMBS = 8;

/** Coordinates are elements of the field. */
export class EdwardsPoint {
  constructor(
    readonly x: Limbs,
    readonly y: Limbs,
    readonly z: Limbs,
    readonly t: Limbs,
  ) {}
}

export class Edwards25519 implements Group<EdwardsPoint> {
  /** The integers modulo p, where coordinates live. */
  readonly field: Modulus;
  /** The integers modulo L. */
  readonly order: Modulus = new Modulus(limbsFromHex(L, LIMBS));
  readonly base: EdwardsPoint;
  /** d of the curve's equation. */
  private readonly coefficient: Limbs;
  private readonly twiceCoefficient: Limbs;

  // Work space of `add` and `double`, named as in RFC 8032, 5.1.4.
  private readonly a: Limbs = new StaticArray<u32>(LIMBS);
  private readonly b: Limbs = new StaticArray<u32>(LIMBS);
  private readonly c: Limbs = new StaticArray<u32>(LIMBS);
  private readonly d: Limbs = new StaticArray<u32>(LIMBS);
  private readonly e: Limbs = new StaticArray<u32>(LIMBS);
  private readonly f: Limbs = new StaticArray<u32>(LIMBS);
  private readonly g: Limbs = new StaticArray<u32>(LIMBS);
  private readonly h: Limbs = new StaticArray<u32>(LIMBS);

  constructor() {
    const field = new Modulus(limbsFromHex(P, LIMBS));
    this.field = field;
    this.coefficient = constant(field, D);
    this.twiceCoefficient = constant(field, D);
    this.base = affinePoint(field, constant(field, BASE_X), constant(field, BASE_Y));
    field.add(this.twiceCoefficient, this.coefficient, this.coefficient);
  }

  /** A new point: (0, 1). */
  identity(): EdwardsPoint {
    const y = this.field.zero();
    copy(y, this.field.one);
    return affinePoint(this.field, this.field.zero(), y);
  }

  /** out = p + q. `out` may be an input. */
  add(out: EdwardsPoint, p: EdwardsPoint, q: EdwardsPoint): void {
    const field = this.field;
    const a = this.a;
    const b = this.b;
    const c = this.c;
    const d = this.d;
    const e = this.e;
    const f = this.f;
    const g = this.g;
    const h = this.h;
    field.subtract(a, p.y, p.x);
    field.subtract(e, q.y, q.x);
    field.multiply(a, a, e);
    field.add(b, p.y, p.x);
    field.add(e, q.y, q.x);
    field.multiply(b, b, e);
    field.multiply(c, p.t, this.twiceCoefficient);
    field.multiply(c, c, q.t);
    field.multiply(d, p.z, q.z);
    field.add(d, d, d);
    field.subtract(e, b, a);
    field.subtract(f, d, c);
    field.add(g, d, c);
    field.add(h, b, a);
    this.keep(out);
  }

  /** out = 2p. `out` may be `p`. */
  double(out: EdwardsPoint, p: EdwardsPoint): void {
    const field = this.field;
    const a = this.a;
    const b = this.b;
    const c = this.c;
    const e = this.e;
    const f = this.f;
    const g = this.g;
    const h = this.h;
    field.square(a, p.x);
    field.square(b, p.y);
    field.square(c, p.z);
    field.add(c, c, c);
    field.add(h, a, b);
    field.add(e, p.x, p.y);
    field.square(e, e);
    field.subtract(e, h, e);
    field.subtract(g, a, b);
    field.add(f, c, g);
    this.keep(out);
  }

  /** out = −p. `out` may be `p`. */
  negate(out: EdwardsPoint, p: EdwardsPoint): void {
    const zero = this.field.zero();
    this.field.subtract(out.x, zero, p.x);
    copy(out.y, p.y);
    copy(out.z, p.z);
    this.field.subtract(out.t, zero, p.t);
  }

  /**
   * The point that 32 bytes encode, or null: y little-endian, the uppermost bit set for an odd x. As Go's
   * crypto/ed25519, unlike RFC 8032, 5.1.3, this takes a y of p or more, and an x of 0 that is marked odd.
   */
  pointFromBytes(bytes: Bytes): EdwardsPoint | null {
    assert(bytes.length == 4 * LIMBS);
    const field = this.field;
    const y = limbsFromLittleEndian(bytes, LIMBS)!;
    const sign = y[LIMBS - 1] >> 31;
    y[LIMBS - 1] &= 0x7fffffff;
    field.fromNumber(y, y);

    // x² = (y² − 1) / (d·y² + 1)
    const u = field.zero();
    const v = field.zero();
    field.square(u, y);
    field.multiply(v, this.coefficient, u);
    field.subtract(u, u, field.one);
    field.add(v, v, field.one);
    const x = this.squareRoot(u, v);
    if (x == null) return null;
    if (this.parity(x) != sign) field.subtract(x, field.zero(), x);
    return affinePoint(field, x, y);
  }

  /** Whether `bytes` are the encoding of `p`: the one of RFC 8032, 5.1.2. */
  encodes(bytes: Bytes, p: EdwardsPoint): bool {
    assert(bytes.length == 4 * LIMBS);
    const field = this.field;
    const x = field.zero();
    const y = field.zero();
    field.invert(x, p.z);
    field.multiply(y, x, p.y);
    field.multiply(x, x, p.x);
    field.toNumber(y, y);
    y[LIMBS - 1] |= this.parity(x) << 31;
    return equals(y, limbsFromLittleEndian(bytes, LIMBS)!);
  }

  /** One of the two square roots of u/v, or null if there is none (RFC 8032, 5.1.3, steps 2 and 3). */
  private squareRoot(u: Limbs, v: Limbs): Limbs | null {
    const field = this.field;
    const x = field.zero();
    const check = field.zero();
    const v3 = field.zero();

    // u·v³·(u·v⁷)^((p−5)/8) squared is u/v or −u/v, if u/v or −u/v is a square.
    field.square(v3, v);
    field.multiply(v3, v3, v);
    field.square(x, v3);
    field.multiply(x, x, v);
    field.multiply(x, x, u);
    field.power(x, x, limbsFromHex(ROOT_EXPONENT, LIMBS));
    field.multiply(x, x, v3);
    field.multiply(x, x, u);

    field.square(check, x);
    field.multiply(check, check, v);
    if (equals(check, u)) return x;
    field.add(check, check, u);
    if (!isZero(check)) return null;
    field.multiply(x, x, constant(field, ROOT_OF_MINUS_ONE));
    return x;
  }

  /** 1 if the number that `element` stands for is odd, else 0. */
  private parity(element: Limbs): u32 {
    const number = this.field.zero();
    this.field.toNumber(number, element);
    return bit(number, 0);
  }

  /** The end of `add` and `double`: X = E·F, Y = G·H, T = E·H, Z = F·G. */
  private keep(out: EdwardsPoint): void {
    const field = this.field;
    field.multiply(out.x, this.e, this.f);
    field.multiply(out.y, this.g, this.h);
    field.multiply(out.t, this.e, this.h);
    field.multiply(out.z, this.f, this.g);
  }
}

function affinePoint(field: Modulus, x: Limbs, y: Limbs): EdwardsPoint {
  const z = field.zero();
  const t = field.zero();
  copy(z, field.one);
  field.multiply(t, x, y);
  return new EdwardsPoint(x, y, z, t);
}

/** The element for the number that `hex` spells. */
function constant(field: Modulus, hex: string): Limbs {
  const element = limbsFromHex(hex, LIMBS);
  field.fromNumber(element, element);
  return element;
}
