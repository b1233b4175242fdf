// biome-ignore-all lint/correctness/noPrecisionLoss: AssemblyScript reads all 64 bits of a literal.

// SHA-512 and SHA-384 (FIPS 180-4), which differ in where they begin and end. Names are the standard's.

import { Bytes } from "../bytes/bytes";
import { BlockHash } from "./block-hash";

const BLOCK_BYTES = 128;
const LENGTH_BYTES = 16;

/** H(0) of SHA-512: the fractional parts of the square roots of the first 8 primes (5.3.5). */
const INITIAL_512: StaticArray<u64> = [
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
  0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
];

/** H(0) of SHA-384: the fractional parts of the square roots of the ninth to sixteenth primes (5.3.4). */
const INITIAL_384: StaticArray<u64> = [
  0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939, 0x67332667ffc00b31,
  0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
];

/** The fractional parts of the cube roots of the first 80 primes (4.2.3). */
const K: StaticArray<u64> = [
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
  0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
  0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
  0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
  0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
  0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
  0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
  0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
  0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
  0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
  0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
  0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
  0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
];

/** The message schedule: 80 words of work space. */
const W: usize = memory.data(8 * 80);

/** The SHA-512 of `message`: 64 bytes. */
export function sha512(message: Bytes): Bytes {
  return new Sha512().update(message).digest();
}

/** The SHA-384 of `message`: 48 bytes. */
export function sha384(message: Bytes): Bytes {
  return new Sha512(INITIAL_384, 48).update(message).digest();
}

/** SHA-512 of a message that comes in parts; SHA-384 is this with another beginning, cut to 48 bytes. */
export class Sha512 extends BlockHash {
  private readonly state: StaticArray<u64>;

  constructor(
    initial: StaticArray<u64> = INITIAL_512,
    private readonly digestBytes: i32 = 64,
  ) {
    super(BLOCK_BYTES, LENGTH_BYTES);
    this.state = StaticArray.slice(initial);
  }

  protected compress(message: Bytes, at: i32): void {
    compress(this.state, message, at);
  }

  protected output(): Bytes {
    const digest = Bytes.alloc(this.digestBytes);
    for (let i = 0; i < digest.length; i++) digest.set(i, <u8>(this.state[i >> 3] >> (56 - 8 * (i & 7))));
    return digest;
  }
}

/** Takes the block of `message` that begins at `at` into `state` (6.4.2). */
function compress(state: StaticArray<u64>, message: Bytes, at: i32): void {
  assert(0 <= at && at + BLOCK_BYTES <= message.length);
  const block = message.start + at;
  // Raw access: words 0 to 15 of the block just checked, words 0 to 79 of W, which has 80.
  for (let t = 0; t < 16; t++) store<u64>(W + (t << 3), bswap<u64>(load<u64>(block + (t << 3))));
  for (let t = 16; t < 80; t++) {
    const w = W + (t << 3);
    store<u64>(
      w,
      sigma1(load<u64>(w - 16)) + load<u64>(w - 56) + sigma0(load<u64>(w - 120)) + load<u64>(w - 128),
    );
  }

  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let t = 0; t < 80; t++) {
    // unchecked and raw: t < 80, the number of words in K and in W.
    const t1 = h + SIGMA1(e) + ch(e, f, g) + unchecked(K[t]) + load<u64>(W + (t << 3));
    const t2 = SIGMA0(a) + maj(a, b, c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

// 4.1.3

function ch(x: u64, y: u64, z: u64): u64 {
  return (x & y) ^ (~x & z);
}

function maj(x: u64, y: u64, z: u64): u64 {
  return (x & y) ^ (x & z) ^ (y & z);
}

function SIGMA0(x: u64): u64 {
  return rotr<u64>(x, 28) ^ rotr<u64>(x, 34) ^ rotr<u64>(x, 39);
}

function SIGMA1(x: u64): u64 {
  return rotr<u64>(x, 14) ^ rotr<u64>(x, 18) ^ rotr<u64>(x, 41);
}

function sigma0(x: u64): u64 {
  return rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7);
}

function sigma1(x: u64): u64 {
  return rotr<u64>(x, 19) ^ rotr<u64>(x, 61) ^ (x >> 6);
}
