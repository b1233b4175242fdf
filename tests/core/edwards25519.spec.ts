import { Edwards25519, EdwardsPoint } from "../../assembly/curve/edwards25519";
import { sumOfMultiples } from "../../assembly/curve/group";
import { equals, isZero, Limbs, limbsOf, subtractWithBorrow } from "../../assembly/field/limbs";
import { fromHex } from "./support/hex";

const BASE = "5866666666666666666666666666666666666666666666666666666666666666";
const IDENTITY = "01 00000000000000000000000000000000000000000000000000000000000000";
/** (0, −1), of order 2 */
const ORDER_2 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
/** y = 0, of order 4 */
const ORDER_4 = "0000000000000000000000000000000000000000000000000000000000000000";
const ORDER_8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

function decode(curve: Edwards25519, hex: string): EdwardsPoint {
  return curve.pointFromBytes(fromHex(hex))!;
}

/** Whether p = q, as ratios of coordinates, and whether both fulfil X·Y = Z·T. */
function same(curve: Edwards25519, p: EdwardsPoint, q: EdwardsPoint): bool {
  return (
    equalProducts(curve, p.x, q.z, q.x, p.z) &&
    equalProducts(curve, p.y, q.z, q.y, p.z) &&
    equalProducts(curve, p.x, p.y, p.z, p.t) &&
    equalProducts(curve, q.x, q.y, q.z, q.t)
  );
}

/** a·b = c·d */
function equalProducts(curve: Edwards25519, a: Limbs, b: Limbs, c: Limbs, d: Limbs): bool {
  const left = curve.field.zero();
  const right = curve.field.zero();
  curve.field.multiply(left, a, b);
  curve.field.multiply(right, c, d);
  return equals(left, right);
}

/** n·p for a small n, by additions alone. */
function multiple(curve: Edwards25519, n: i32, p: EdwardsPoint): EdwardsPoint {
  const sum = curve.identity();
  for (let i = 0; i < n; i++) curve.add(sum, sum, p);
  return sum;
}

/** u·B */
function multipleOfBase(curve: Edwards25519, u: Limbs): EdwardsPoint {
  const zero = curve.order.zero();
  return sumOfMultiples<EdwardsPoint, Edwards25519>(curve, u, curve.base, zero, curve.base);
}

describe("edwards25519", () => {
  it("needs no exception for the identity, equal, opposite and low-order points", () => {
    const curve = new Edwards25519();
    const points = [
      curve.identity(),
      curve.base,
      decode(curve, ORDER_2),
      decode(curve, ORDER_4),
      decode(curve, ORDER_8),
    ];
    const sum = curve.identity();
    const other = curve.identity();
    for (let i = 0; i < points.length; i++) {
      const p = points[i];
      curve.add(sum, p, curve.identity());
      assert(same(curve, sum, p), "P + 0 = P");
      curve.negate(other, p);
      curve.add(sum, p, other);
      assert(same(curve, sum, curve.identity()), "P − P = 0");
      curve.add(sum, p, p);
      curve.double(other, p);
      assert(same(curve, sum, other), "P + P = 2P");
      for (let j = 0; j < points.length; j++) {
        curve.add(sum, p, points[j]);
        curve.add(other, points[j], p);
        assert(same(curve, sum, other), "P + Q = Q + P");
        curve.add(sum, sum, sum);
        curve.double(other, p);
        curve.add(other, other, points[j]);
        curve.add(other, other, points[j]);
        assert(same(curve, sum, other), "2(P + Q) = 2P + Q + Q");
      }
    }
    expect(points.length).toBe(5);
  });

  it("has points of orders 2, 4 and 8", () => {
    const curve = new Edwards25519();
    const encodings = [ORDER_2, ORDER_4, ORDER_8];
    for (let i = 0; i < 3; i++) {
      const p = decode(curve, encodings[i]);
      const order = 2 << i;
      assert(!same(curve, multiple(curve, order / 2, p), curve.identity()));
      assert(same(curve, multiple(curve, order, p), curve.identity()));
    }
    expect(encodings.length).toBe(3);
  });

  it("has a base point of order L", () => {
    const curve = new Edwards25519();
    expect(same(curve, multipleOfBase(curve, curve.order.value), curve.identity())).toBe(true);
    const less = curve.order.zero();
    subtractWithBorrow(less, curve.order.value, limbsOf(1, 8));
    const opposite = curve.identity();
    curve.negate(opposite, curve.base);
    expect(same(curve, multipleOfBase(curve, less), opposite)).toBe(true);
    expect(same(curve, multipleOfBase(curve, limbsOf(5, 8)), multiple(curve, 5, curve.base))).toBe(true);
  });

  it("lets the result be any of the inputs", () => {
    const curve = new Edwards25519();
    const p = multiple(curve, 3, curve.base);
    const q = multiple(curve, 5, curve.base);
    curve.add(p, p, q);
    expect(same(curve, p, multiple(curve, 8, curve.base))).toBe(true);
    curve.add(q, p, q);
    expect(same(curve, q, multiple(curve, 13, curve.base))).toBe(true);
    curve.add(q, q, q);
    expect(same(curve, q, multiple(curve, 26, curve.base))).toBe(true);
    curve.double(q, q);
    expect(same(curve, q, multiple(curve, 52, curve.base))).toBe(true);
    curve.negate(q, q);
    curve.add(q, q, multiple(curve, 52, curve.base));
    expect(same(curve, q, curve.identity())).toBe(true);
  });
});

describe("an encoded point of edwards25519", () => {
  it("is read and recognised", () => {
    const curve = new Edwards25519();
    const encodings = [BASE, IDENTITY, ORDER_2, ORDER_4, ORDER_8];
    for (let i = 0; i < encodings.length; i++) {
      const bytes = fromHex(encodings[i]);
      const point = curve.pointFromBytes(bytes)!;
      assert(curve.encodes(bytes, point));
      bytes.set(0, bytes.at(0) ^ 2);
      assert(!curve.encodes(bytes, point));
    }
    expect(same(curve, decode(curve, BASE), curve.base)).toBe(true);
    expect(same(curve, decode(curve, IDENTITY), curve.identity())).toBe(true);
  });

  it("has the sign of x in its last bit", () => {
    const curve = new Edwards25519();
    const bytes = fromHex(BASE);
    bytes.set(31, bytes.at(31) | 0x80);
    const opposite = curve.identity();
    curve.negate(opposite, curve.base);
    expect(same(curve, curve.pointFromBytes(bytes)!, opposite)).toBe(true);
    expect(curve.encodes(bytes, opposite)).toBe(true);
    expect(curve.encodes(bytes, curve.base)).toBe(false);
  });

  it("is refused where there is no x", () => {
    const curve = new Edwards25519();
    // The least y that belongs to no point is 2; 3 to 6 do.
    const bytes = fromHex(ORDER_4);
    bytes.set(0, 2);
    expect(curve.pointFromBytes(bytes) === null).toBe(true);
    for (let y = 3; y <= 6; y++) {
      bytes.set(0, <u8>y);
      assert(curve.pointFromBytes(bytes) !== null);
    }
  });

  it("is read, but not recognised, where Go is more lenient than RFC 8032", () => {
    const curve = new Edwards25519();
    // y = p, p + 1 for 0 and 1; and x = 0 with a sign.
    const lenient = [
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    const canonical = [ORDER_4, IDENTITY, IDENTITY, ORDER_2];
    for (let i = 0; i < lenient.length; i++) {
      const point = curve.pointFromBytes(fromHex(lenient[i]))!;
      assert(same(curve, point, decode(curve, canonical[i])));
      assert(!curve.encodes(fromHex(lenient[i]), point));
      assert(curve.encodes(fromHex(canonical[i]), point));
    }
    expect(isZero(curve.pointFromBytes(fromHex(lenient[2]))!.x)).toBe(true);
  });

  throws("when it has another length", () => {
    new Edwards25519().pointFromBytes(fromHex("00"));
  });
});
