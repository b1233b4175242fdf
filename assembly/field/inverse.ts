// The inverse of a number modulo an odd one, by "safegcd" in its form for public numbers (Bernstein, Yang, "Fast
// constant-time gcd computation and modular inversion", 2019; bitcoin-core/secp256k1, doc/safegcd_implementation.md):
// 30 division steps at a time on the lowest bits, then once on the whole numbers, which are in signed limbs of 30 bits.

/** Limbs for moduli of up to 521 bits, and a sign. */
const MOST_LIMBS = 18;
const LIMB_BITS = 30;
const MASK: i32 = 0x3fffffff;

// Work space: f and g shrink to ±gcd and 0; d and e stay their multiples of 1/a modulo m.
const F: usize = memory.data(4 * MOST_LIMBS);
const G: usize = memory.data(4 * MOST_LIMBS);
const D: usize = memory.data(4 * MOST_LIMBS);
const E: usize = memory.data(4 * MOST_LIMBS);

// What `divisionSteps` leaves: f, g → (u·f + v·g, q·f + r·g) / 2^30.
let u: i32 = 0;
let v: i32 = 0;
let q: i32 = 0;
let r: i32 = 0;

export class InverseModulo {
  private readonly limbs: i32;
  private readonly modulus: usize;
  /** 1/m modulo 2^30. */
  private readonly inverse: u32;

  /** @param modulus an odd number in `count` limbs of `bits` bits, 64 bits each, which is `modulusBits` long */
  constructor(
    modulus: usize,
    modulusBits: i32,
    private readonly count: i32,
    private readonly bits: i32,
  ) {
    this.limbs = modulusBits / LIMB_BITS + 1;
    assert(this.limbs <= MOST_LIMBS);
    this.modulus = heap.alloc(4 * this.limbs);
    this.inverse = 0;
    this.repack(this.modulus, modulus);
    const lowest = load<u32>(this.modulus);
    let inverse = lowest;
    for (let correct = 3; correct < LIMB_BITS; correct *= 2) inverse *= 2 - lowest * inverse;
    this.inverse = inverse & <u32>MASK;
  }

  /** out = 1/a modulo m, below m, both as the modulus was given; 0 for 0. `a` is below m. */
  invert(out: usize, a: usize): void {
    const limbs = this.limbs;
    const bytes = 4 * limbs;
    memory.copy(F, this.modulus, bytes);
    this.repack(G, a);
    memory.fill(D, 0, bytes);
    memory.fill(E, 0, bytes);
    store<i32>(E, 1);
    let eta = -1;
    let length = limbs;
    do {
      eta = divisionSteps(eta, load<u32>(F), load<u32>(G));
      this.updateMultiples();
      updateNumbers(length);
      length = shortened(length);
    } while (!isZero(G, length));
    this.finish(out, load<i32>(F + 4 * (length - 1)) < 0);
  }

  /** d, e = (u·d + v·e, q·d + r·e) / 2^30 modulo m, both kept from −2m to m. */
  private updateMultiples(): void {
    const m = this.modulus;
    const last = 4 * (this.limbs - 1);
    const negativeD = load<i32>(D + last) >> 31;
    const negativeE = load<i32>(E + last) >> 31;
    // How often m is added: for the sign, and to clear the lowest 30 bits.
    let timesD = (u & negativeD) + (v & negativeE);
    let timesE = (q & negativeD) + (r & negativeE);
    let d = <i64>load<i32>(D);
    let e = <i64>load<i32>(E);
    let sumD = <i64>u * d + <i64>v * e;
    let sumE = <i64>q * d + <i64>r * e;
    timesD -= <i32>((this.inverse * <u32>sumD + <u32>timesD) & MASK);
    timesE -= <i32>((this.inverse * <u32>sumE + <u32>timesE) & MASK);
    let modulus = <i64>load<i32>(m);
    sumD = (sumD + modulus * <i64>timesD) >> LIMB_BITS;
    sumE = (sumE + modulus * <i64>timesE) >> LIMB_BITS;
    for (let i = 4; i <= last; i += 4) {
      d = <i64>load<i32>(D + i);
      e = <i64>load<i32>(E + i);
      modulus = <i64>load<i32>(m + i);
      sumD += <i64>u * d + <i64>v * e + modulus * <i64>timesD;
      sumE += <i64>q * d + <i64>r * e + modulus * <i64>timesE;
      store<i32>(D + i - 4, <i32>sumD & MASK);
      store<i32>(E + i - 4, <i32>sumE & MASK);
      sumD >>= LIMB_BITS;
      sumE >>= LIMB_BITS;
    }
    store<i32>(D + last, <i32>sumD);
    store<i32>(E + last, <i32>sumE);
  }

  /** out = ±d modulo m. */
  private finish(out: usize, negative: bool): void {
    const last = 4 * (this.limbs - 1);
    if (load<i32>(D + last) < 0) this.accumulate(1, 1);
    if (negative) this.accumulate(-1, 0);
    if (load<i32>(D + last) < 0) this.accumulate(1, 1);

    const mask = ((<u64>1) << this.bits) - 1;
    let pending: u64 = 0;
    let pendingBits = 0;
    let from: usize = D;
    for (let i = 0; i < this.count; i++) {
      while (pendingBits < this.bits && from <= D + last) {
        pending |= (<u64>load<u32>(from)) << pendingBits;
        pendingBits += LIMB_BITS;
        from += 4;
      }
      store<u64>(out + (i << 3), pending & mask);
      pending >>= this.bits;
      pendingBits -= this.bits;
    }
  }

  /** d = sign·d + times·m */
  private accumulate(sign: i64, times: i64): void {
    const last = 4 * (this.limbs - 1);
    let sum: i64 = 0;
    for (let i = 0; i < last; i += 4) {
      sum += sign * <i64>load<i32>(D + i) + times * <i64>load<i32>(this.modulus + i);
      store<i32>(D + i, <i32>sum & MASK);
      sum >>= LIMB_BITS;
    }
    store<i32>(
      D + last,
      <i32>(sum + sign * <i64>load<i32>(D + last) + times * <i64>load<i32>(this.modulus + last)),
    );
  }

  /** out = the number in limbs of 30 bits. */
  private repack(out: usize, number: usize): void {
    let pending: u64 = 0;
    let pendingBits = 0;
    let to = out;
    const end = out + 4 * this.limbs;
    for (let i = 0; i < this.count; i++) {
      pending |= load<u64>(number + (i << 3)) << pendingBits;
      pendingBits += this.bits;
      if (pendingBits >= LIMB_BITS && to < end) {
        store<u32>(to, <u32>pending & <u32>MASK);
        to += 4;
        pending >>= LIMB_BITS;
        pendingBits -= LIMB_BITS;
      }
    }
    for (; to < end; to += 4) {
      store<u32>(to, <u32>pending & <u32>MASK);
      pending >>= LIMB_BITS;
    }
  }
}

/** 30 division steps on f and g; returns eta, which is −delta. Several zero bits of g are cancelled at a time. */
function divisionSteps(eta: i32, f: u32, g: u32): i32 {
  let a: u32 = 1;
  let b: u32 = 0;
  let c: u32 = 0;
  let d: u32 = 1;
  let left = LIMB_BITS;
  while (true) {
    const zeros = <i32>ctz<u32>(g | ((<u32>0xffffffff) << left));
    g >>= zeros;
    a <<= zeros;
    b <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    let multiple: u32;
    if (eta < 0) {
      eta = -eta;
      let swapped = f;
      f = g;
      g = 0 - swapped;
      swapped = a;
      a = c;
      c = 0 - swapped;
      swapped = b;
      b = d;
      d = 0 - swapped;
      // g − f·g⁻¹… for up to 6 bits at once: f·(f² − 2) is −1/f modulo 64.
      const limit = min(eta + 1, left);
      multiple = (f * g * (f * f - 2)) & (<u32>0xffffffff >> (32 - limit)) & 63;
    } else {
      // Up to 4 bits: f + (((f + 1) & 4) << 1) is 1/f modulo 16.
      const limit = min(eta + 1, left);
      multiple = ((0 - (f + (((f + 1) & 4) << 1))) * g) & (<u32>0xffffffff >> (32 - limit)) & 15;
    }
    g += f * multiple;
    c += a * multiple;
    d += b * multiple;
  }
  u = <i32>a;
  v = <i32>b;
  q = <i32>c;
  r = <i32>d;
  return eta;
}

/** f, g = (u·f + v·g, q·f + r·g) / 2^30, exactly. */
function updateNumbers(length: i32): void {
  let f = <i64>load<i32>(F);
  let g = <i64>load<i32>(G);
  let sumF = (<i64>u * f + <i64>v * g) >> LIMB_BITS;
  let sumG = (<i64>q * f + <i64>r * g) >> LIMB_BITS;
  const end = 4 * length;
  for (let i = 4; i < end; i += 4) {
    f = <i64>load<i32>(F + i);
    g = <i64>load<i32>(G + i);
    sumF += <i64>u * f + <i64>v * g;
    sumG += <i64>q * f + <i64>r * g;
    store<i32>(F + i - 4, <i32>sumF & MASK);
    store<i32>(G + i - 4, <i32>sumG & MASK);
    sumF >>= LIMB_BITS;
    sumG >>= LIMB_BITS;
  }
  store<i32>(F + end - 4, <i32>sumF);
  store<i32>(G + end - 4, <i32>sumG);
}

/** One limb less where the highest of f and g hold but their signs, which go into the limbs below. */
function shortened(length: i32): i32 {
  const top = 4 * (length - 1);
  const f = load<i32>(F + top);
  const g = load<i32>(G + top);
  if (length == 1 || f != f >> 31 || g != g >> 31) return length;
  store<i32>(F + top - 4, load<i32>(F + top - 4) | (f << LIMB_BITS));
  store<i32>(G + top - 4, load<i32>(G + top - 4) | (g << LIMB_BITS));
  return length - 1;
}

function isZero(number: usize, length: i32): bool {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= load<i32>(number + 4 * i);
  return bits == 0;
}
