import { Bytes } from "../../assembly/bytes/bytes";
import { sumOfMultiples } from "../../assembly/curve/group";
import { Limbs, limbsFromBytes } from "../../assembly/field/limbs";
import { EcdsaSignature } from "../../assembly/sig/ecdsa-signature";
import { verifyEcdsa } from "./plain/ecdsa";
import { p256, p384 } from "./plain/nist";
import { Curve, Point } from "./plain/weierstrass";
import { fromHex } from "./support/hex";

function scalar(curve: Curve, hex: string): Limbs {
  return limbsFromBytes(fromHex(hex), curve.order.limbs)!;
}

/** n − k */
function negative(curve: Curve, k: Limbs): Limbs {
  const out = curve.order.zero();
  curve.order.subtract(out, out, k);
  return out;
}

function multiple(curve: Curve, k: Limbs): Point {
  return sumOfMultiples<Point, Curve>(curve, k, curve.generator, curve.order.zero(), curve.generator);
}

function bytesOf(number: Limbs): Bytes {
  const out = Bytes.alloc(4 * number.length);
  for (let i = 0; i < out.length; i++) out.set(out.length - 1 - i, <u8>(number[i >> 2] >> ((i & 3) << 3)));
  return out;
}

/** Affine x modulo n; 1 for infinity, so that there is a number at all. */
function coordinate(curve: Curve, point: Point): Limbs {
  const x = curve.order.zero();
  if (curve.isIdentity(point)) {
    x[0] = 1;
    return x;
  }
  curve.field.invert(x, point.z);
  curve.field.multiply(x, x, point.x);
  curve.field.toNumber(x, x);
  curve.order.fromNumber(x, x);
  curve.order.toNumber(x, x);
  return x;
}

/**
 * Verifies a triple made backwards from u1 and u2, which no message has: with R = u1·G + u2·Q, r = x(R), s = r/u2 and
 * the digest u1·s.
 */
function verifyBackwards(curve: Curve, u1: Limbs, u2: Limbs, key: Point): bool {
  const n = curve.order;
  const sum = sumOfMultiples<Point, Curve>(curve, u1, curve.generator, u2, key);
  const r = coordinate(curve, sum);
  const s = n.zero();
  const e = n.zero();
  n.fromNumber(s, u2);
  n.invert(s, s);
  n.multiply(s, r, s);
  n.fromNumber(e, s);
  n.multiply(e, u1, e);
  return verifyEcdsa(curve, key, bytesOf(e), new EcdsaSignature(bytesOf(r), bytesOf(s)));
}

describe("ECDSA", () => {
  it("is right where the last addition is of equal points, or of infinity", () => {
    const curves = [p256(), p384()];
    for (let i = 0; i < curves.length; i++) {
      const curve = curves[i];
      const one = scalar(curve, "01");
      const many = scalar(curve, "fedcba9876543210 fedcba9876543210");
      const zero = curve.order.zero();
      const g = curve.generator;
      assert(verifyBackwards(curve, one, one, g), "G + G");
      assert(verifyBackwards(curve, many, many, g), "k·G + k·G");
      assert(verifyBackwards(curve, many, one, multiple(curve, many)), "k·G + Q where Q = k·G");
      assert(verifyBackwards(curve, zero, many, g), "a digest of 0");
      assert(
        verifyBackwards(curve, many, one, multiple(curve, negative(curve, scalar(curve, "02")))),
        "k·G − 2G",
      );
    }
    expect(curves.length).toBe(2);
  });

  it("refuses where the sum is infinity", () => {
    const curves = [p256(), p384()];
    for (let i = 0; i < curves.length; i++) {
      const curve = curves[i];
      const one = scalar(curve, "01");
      const many = scalar(curve, "fedcba9876543210 fedcba9876543210");
      assert(!verifyBackwards(curve, one, negative(curve, one), curve.generator), "G − G");
      assert(
        !verifyBackwards(curve, many, one, multiple(curve, negative(curve, many))),
        "k·G + Q where Q = −k·G",
      );
    }
    expect(curves.length).toBe(2);
  });

  it("reduces a digest that is not below the order", () => {
    const curve = p256();
    const most = Bytes.alloc(32);
    memory.fill(most.start, 0xff, 32);
    // With d = 1 and the nonce 1: r = x(G), s = e + r.
    const n = curve.order;
    const r = coordinate(curve, curve.generator);
    const s = n.zero();
    n.fromNumber(s, limbsFromBytes(most, n.limbs)!);
    n.toNumber(s, s);
    n.add(s, s, r);
    const signature = new EcdsaSignature(bytesOf(r), bytesOf(s));
    expect(verifyEcdsa(curve, curve.generator, most, signature)).toBe(true);
    most.set(31, 0xfe);
    expect(verifyEcdsa(curve, curve.generator, most, signature)).toBe(false);
  });

  it("refuses r and s that are 0 or not below the order", () => {
    const curve = p256();
    const one = bytesOf(scalar(curve, "01"));
    const none = Bytes.alloc(32);
    const order = bytesOf(curve.order.value);
    const digest = Bytes.alloc(32);
    expect(verifyEcdsa(curve, curve.generator, digest, new EcdsaSignature(none, one))).toBe(false);
    expect(verifyEcdsa(curve, curve.generator, digest, new EcdsaSignature(one, none))).toBe(false);
    expect(verifyEcdsa(curve, curve.generator, digest, new EcdsaSignature(order, one))).toBe(false);
    expect(verifyEcdsa(curve, curve.generator, digest, new EcdsaSignature(one, order))).toBe(false);
  });

  throws("when a digest is longer than the order", () => {
    const curve = p256();
    const one = bytesOf(scalar(curve, "01"));
    verifyEcdsa(curve, curve.generator, Bytes.alloc(33), new EcdsaSignature(one, one));
  });
});
