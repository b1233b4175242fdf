import { sumOfMultiples } from "../../assembly/curve/group";
import { copy, equals, Limbs, subtractWithBorrow } from "../../assembly/field/limbs";
import { p256, p384, p521 } from "./plain/nist";
import { Curve, Point } from "./plain/weierstrass";
import { fromHex } from "./support/hex";

const P256_GENERATOR =
  "04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296 4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

function curves(): Curve[] {
  return [p256(), p384(), p521()];
}

/** Whether two points are the same: equal ratios of coordinates. */
function same(curve: Curve, p: Point, q: Point): bool {
  return (
    proportional(curve, p.x, p.z, q.x, q.z) &&
    proportional(curve, p.y, p.z, q.y, q.z) &&
    proportional(curve, p.x, p.y, q.x, q.y)
  );
}

/** a/b = c/d */
function proportional(curve: Curve, a: Limbs, b: Limbs, c: Limbs, d: Limbs): bool {
  const left = curve.field.zero();
  const right = curve.field.zero();
  curve.field.multiply(left, a, d);
  curve.field.multiply(right, b, c);
  return equals(left, right);
}

function negative(curve: Curve, p: Point): Point {
  const out = curve.identity();
  copy(out.x, p.x);
  curve.field.subtract(out.y, curve.field.zero(), p.y);
  copy(out.z, p.z);
  return out;
}

/** n·G for a small n, by additions alone. */
function multiple(curve: Curve, n: i32): Point {
  const sum = curve.identity();
  for (let i = 0; i < n; i++) curve.add(sum, sum, curve.generator);
  return sum;
}

function scalar(curve: Curve, n: u32): Limbs {
  const out = curve.order.zero();
  out[0] = n;
  return out;
}

function sumOf(curve: Curve, u: Limbs, p: Point, v: Limbs, q: Point): Point {
  return sumOfMultiples<Point, Curve>(curve, u, p, v, q);
}

/** The order less `n`. */
function orderLess(curve: Curve, n: u32): Limbs {
  const out = curve.order.zero();
  subtractWithBorrow(out, curve.order.value, scalar(curve, n));
  return out;
}

describe("the complete formulas", () => {
  it("need no exception for infinity, equal and opposite points", () => {
    const all = curves();
    for (let i = 0; i < all.length; i++) {
      const curve = all[i];
      const g = curve.generator;
      const sum = curve.identity();
      curve.add(sum, curve.identity(), g);
      assert(same(curve, sum, g), "0 + G = G");
      curve.add(sum, g, curve.identity());
      assert(same(curve, sum, g), "G + 0 = G");
      curve.add(sum, curve.identity(), curve.identity());
      assert(curve.isIdentity(sum), "0 + 0 = 0");
      curve.add(sum, g, negative(curve, g));
      assert(curve.isIdentity(sum), "G − G = 0");
      curve.double(sum, curve.identity());
      assert(curve.isIdentity(sum), "2·0 = 0");

      const twice = curve.identity();
      curve.add(sum, g, g);
      curve.double(twice, g);
      assert(same(curve, sum, twice), "G + G = 2G");
      assert(!same(curve, sum, g), "2G is not G");
    }
    expect(all.length).toBe(3);
  });

  it("are commutative and associative", () => {
    const all = curves();
    for (let i = 0; i < all.length; i++) {
      const curve = all[i];
      const left = curve.identity();
      const right = curve.identity();
      for (let a = 0; a < 5; a++) {
        for (let b = 0; b < 5; b++) {
          const p = multiple(curve, a);
          const q = multiple(curve, b);
          curve.add(left, p, q);
          curve.add(right, q, p);
          assert(same(curve, left, right), "P + Q = Q + P");
          assert(same(curve, left, multiple(curve, a + b)), "aG + bG = (a + b)G");
        }
      }
    }
    expect(all.length).toBe(3);
  });

  it("let the result be any of the inputs", () => {
    const curve = p256();
    const p = multiple(curve, 3);
    const q = multiple(curve, 5);
    const right = multiple(curve, 8);
    curve.add(p, p, q);
    expect(same(curve, p, right)).toBe(true);
    const three = multiple(curve, 3);
    curve.add(q, three, q);
    expect(same(curve, q, right)).toBe(true);
    curve.add(three, three, three);
    expect(same(curve, three, multiple(curve, 6))).toBe(true);
    curve.double(three, three);
    expect(same(curve, three, multiple(curve, 12))).toBe(true);
  });
});

describe("u·P + v·Q", () => {
  it("is a sum of small multiples", () => {
    const all = curves();
    for (let i = 0; i < all.length; i++) {
      const curve = all[i];
      const q = multiple(curve, 7);
      for (let u = 0; u < 6; u++) {
        for (let v = 0; v < 6; v += 5) {
          const sum = sumOf(curve, scalar(curve, u), curve.generator, scalar(curve, v), q);
          assert(same(curve, sum, multiple(curve, u + 7 * v)));
        }
      }
    }
    expect(all.length).toBe(3);
  });

  it("is infinity for the order and for opposite terms", () => {
    const all = curves();
    for (let i = 0; i < all.length; i++) {
      const curve = all[i];
      const g = curve.generator;
      let sum = sumOf(curve, curve.order.value, g, scalar(curve, 0), g);
      assert(curve.isIdentity(sum), "n·G = 0");
      sum = sumOf(curve, scalar(curve, 1), g, orderLess(curve, 1), g);
      assert(curve.isIdentity(sum), "G + (n − 1)·G = 0");
      sum = sumOf(curve, orderLess(curve, 1), g, scalar(curve, 0), g);
      assert(same(curve, sum, negative(curve, g)), "(n − 1)·G = −G");
      sum = sumOf(curve, orderLess(curve, 2), g, scalar(curve, 3), g);
      assert(same(curve, sum, g), "(n − 2)·G + 3·G = G");
    }
    expect(all.length).toBe(3);
  });

  throws("when the scalars differ in width", () => {
    const curve = p256();
    sumOf(curve, scalar(curve, 1), curve.generator, scalar(p384(), 1), curve.generator);
  });
});

describe("a point from octets", () => {
  it("is taken uncompressed and on the curve", () => {
    const curve = p256();
    const point = curve.pointFromOctets(fromHex(P256_GENERATOR));
    expect(point !== null).toBe(true);
    expect(same(curve, point!, curve.generator)).toBe(true);
  });

  it("is refused off the curve", () => {
    const octets = fromHex(P256_GENERATOR);
    octets.set(64, octets.at(64) ^ 1);
    expect(p256().pointFromOctets(octets) === null).toBe(true);
  });

  it("is refused with another length or form", () => {
    const octets = fromHex(P256_GENERATOR);
    expect(p256().pointFromOctets(octets.slice(0, 64)) === null).toBe(true);
    expect(p256().pointFromOctets(octets.slice(0, 33)) === null).toBe(true);
    expect(p256().pointFromOctets(octets.slice(0, 0)) === null).toBe(true);
    expect(p256().pointFromOctets(fromHex("00")) === null).toBe(true);
    expect(p384().pointFromOctets(octets) === null).toBe(true);
    for (let form = 0; form < 256; form++) {
      octets.set(0, <u8>form);
      assert((p256().pointFromOctets(octets) !== null) == (form == 4), `form ${form}`);
    }
  });

  it("is refused with a coordinate that is not below p", () => {
    // (0, y) with 0 spelled as p: b is a square, so that a point with x = 0 exists.
    const y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
    const zero = "0000000000000000000000000000000000000000000000000000000000000000";
    const p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    expect(p256().pointFromOctets(fromHex(`04${zero}${y}`)) !== null).toBe(true);
    expect(p256().pointFromOctets(fromHex(`04${p}${y}`)) === null).toBe(true);
    expect(p256().pointFromOctets(fromHex(`04${y}${p}`)) === null).toBe(true);
    expect(p256().pointFromOctets(fromHex(`04${zero}${zero}`)) === null).toBe(true);
  });
});
