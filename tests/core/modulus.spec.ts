import { Edwards25519 } from "../../assembly/curve/edwards25519";
import {
  bitLength,
  copy,
  equals,
  isZero,
  Limbs,
  limbsFromBytes,
  one,
  subtractWithBorrow,
} from "../../assembly/field/limbs";
import { Modulus } from "../../assembly/field/modulus";
import { p256, p384, p521 } from "./plain/nist";
import { fromHex } from "./support/hex";

/** The curves' primes and orders, and odd numbers at the edges: 3, all ones, a single high bit, ones only at the ends. */
function moduli(): Modulus[] {
  const list: Modulus[] = [
    p256().field,
    p256().order,
    p384().field,
    p384().order,
    p521().field,
    p521().order,
    new Edwards25519().field,
    new Edwards25519().order,
  ];
  const edges = [
    "03",
    "ffffffff",
    "ffffffff ffffffff ffffffff",
    "80000000 00000000 00000001",
    "00000001 00000001",
  ];
  for (let i = 0; i < edges.length; i++) {
    const bytes = fromHex(edges[i]);
    list.push(new Modulus(limbsFromBytes(bytes, (bytes.length + 3) / 4)!));
  }
  return list;
}

/** 0, 1, 2, m−1, m−2, 2^k−1 and 2^k at limb boundaries, where below m, and some in between. */
function elements(m: Modulus): Limbs[] {
  const list: Limbs[] = [m.zero()];
  const less = m.zero();
  copy(less, m.value);
  for (let i = 0; i < 2; i++) {
    subtractWithBorrow(less, less, one(m.limbs));
    push(list, m, less);
  }
  for (let k = 1; k < bitLength(m.value); k++) {
    const besideBoundary = (k + 1) % 32 <= 2;
    if (!besideBoundary) continue;
    const power = m.zero();
    power[k >> 5] = 1 << (k & 31);
    push(list, m, power);
    subtractWithBorrow(power, power, one(m.limbs));
    push(list, m, power);
  }
  let seed: u32 = 1;
  for (let i = 0; i < 4; i++) {
    const some = m.zero();
    for (let j = 0; j < some.length; j++) some[j] = seed = seed * 1664525 + 1013904223;
    m.fromNumber(some, some);
    list.push(some);
  }
  return list;
}

function push(list: Limbs[], m: Modulus, number: Limbs): void {
  if (!m.contains(number)) return;
  const element = m.zero();
  copy(element, number);
  list.push(element);
}

describe("arithmetic modulo m", () => {
  it("keeps to the ring's laws, below m, at the edges", () => {
    const all = moduli();
    for (let i = 0; i < all.length; i++) {
      const m = all[i];
      const x = m.zero();
      const y = m.zero();
      const list = elements(m);
      for (let j = 0; j < list.length; j++) {
        const a = list[j];
        m.multiply(x, a, m.one);
        assert(equals(x, a), "a·1 = a");
        m.subtract(x, a, a);
        assert(isZero(x), "a − a = 0");
        for (let k = 0; k < list.length; k++) {
          const b = list[k];
          m.add(x, a, b);
          assert(m.contains(x), "a + b < m");
          m.subtract(x, x, b);
          assert(equals(x, a), "a + b − b = a");

          m.multiply(x, a, b);
          m.multiply(y, b, a);
          assert(m.contains(x), "a·b < m");
          assert(equals(x, y), "a·b = b·a");

          // (a + b)·b = a·b + b·b
          m.square(y, b);
          m.add(x, x, y);
          m.add(y, a, b);
          m.multiply(y, y, b);
          assert(equals(x, y), "(a + b)·b = a·b + b²");
        }
      }
    }
    expect(all.length).toBe(13);
  });

  it("lets the result be any of the inputs", () => {
    const all = moduli();
    for (let i = 0; i < all.length; i++) {
      const m = all[i];
      const list = elements(m);
      const right = m.zero();
      const out = m.zero();
      for (let j = 0; j < list.length; j++) {
        const a = list[j];
        const b = list[list.length - 1 - j];
        for (let operation = 0; operation < 3; operation++) {
          apply(m, operation, right, a, b);
          copy(out, a);
          apply(m, operation, out, out, b);
          assert(equals(out, right), "out is a");
          copy(out, b);
          apply(m, operation, out, a, out);
          assert(equals(out, right), "out is b");
          apply(m, operation, right, a, a);
          copy(out, a);
          apply(m, operation, out, out, out);
          assert(equals(out, right), "out is a and b");
        }
      }
    }
    expect(all.length).toBe(13);
  });

  it("reduces numbers that are not below m", () => {
    const m = p256().field;
    const x = m.zero();
    m.fromNumber(x, m.value);
    expect(isZero(x)).toBe(true);

    const most = m.zero();
    most.fill(0xffffffff);
    m.fromNumber(x, most);
    m.toNumber(x, x);
    // 2^256 − 1 − p
    const rest = m.zero();
    subtractWithBorrow(rest, most, m.value);
    expect(equals(x, rest)).toBe(true);
  });

  it("reduces numbers of twice the width", () => {
    const all = moduli();
    for (let i = 0; i < all.length; i++) {
      const m = all[i];
      const x = m.zero();
      m.reduce(x, m.value, m.zero());
      assert(isZero(x), "m = 0");
      m.reduce(x, m.zero(), one(m.limbs));
      assert(equals(x, m.one), "R, which stands for 1");

      // 2^(64·limbs) − 1 = R² − 1: R² stands for R, as R stands for 1.
      const right = m.zero();
      m.fromNumber(right, m.one);
      const unit = m.zero();
      m.toNumber(unit, m.one);
      m.subtract(right, right, unit);
      const most = m.zero();
      most.fill(0xffffffff);
      m.reduce(x, most, most);
      assert(equals(x, right), "R² − 1");
    }
    expect(all.length).toBe(13);
  });

  it("brings numbers in and out of Montgomery form", () => {
    const all = moduli();
    for (let i = 0; i < all.length; i++) {
      const m = all[i];
      const x = m.zero();
      const list = elements(m);
      for (let j = 0; j < list.length; j++) {
        m.fromNumber(x, list[j]);
        m.toNumber(x, x);
        assert(equals(x, list[j]));
      }
    }
    expect(all.length).toBe(13);
  });

  it("inverts everything but 0 modulo a prime", () => {
    const all = moduli();
    for (let i = 0; i < 8; i++) {
      const m = all[i];
      const x = m.zero();
      const list = elements(m);
      for (let j = 0; j < list.length; j += 3) {
        if (isZero(list[j])) continue;
        copy(x, list[j]);
        m.invert(x, x);
        m.multiply(x, x, list[j]);
        assert(equals(x, m.one), "a·1/a = 1");
      }
    }
    expect(all.length).toBe(13);
  });

  it("raises to the powers 0 and 1", () => {
    const m = p521().field;
    const x = m.zero();
    m.fromNumber(x, p521().order.value);
    const y = m.zero();
    m.power(y, x, one(1));
    expect(equals(x, y)).toBe(true);
    m.power(y, x, new StaticArray<u32>(1));
    expect(equals(y, m.one)).toBe(true);
  });

  throws("when asked to invert 0", () => {
    const m = p256().field;
    m.invert(m.zero(), m.zero());
  });

  throws("when the modulus is even", () => {
    new Modulus(limbsFromBytes(fromHex("10"), 1)!);
  });

  throws("when widths differ", () => {
    const m = p256().field;
    m.multiply(m.zero(), m.zero(), p384().field.zero());
  });
});

function apply(m: Modulus, operation: i32, out: Limbs, a: Limbs, b: Limbs): void {
  if (operation == 0) m.add(out, a, b);
  else if (operation == 1) m.subtract(out, a, b);
  else m.multiply(out, a, b);
}
