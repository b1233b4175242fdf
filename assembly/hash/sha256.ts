// SHA-256 (FIPS 180-4). Names are the standard's.

import { Bytes } from "../bytes/bytes";
import { BlockHash } from "./block-hash";

const DIGEST_BYTES = 32;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** H(0): the fractional parts of the square roots of the first 8 primes (5.3.3). */
const INITIAL: StaticArray<u32> = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** The fractional parts of the cube roots of the first 64 primes (4.2.2). */
const K: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];

/** The message schedule: 64 words of work space. */
const W: usize = memory.data(4 * 64);

/** The SHA-256 of `message`: 32 bytes. */
export function sha256(message: Bytes): Bytes {
  return new Sha256().update(message).digest();
}

/** SHA-256 of a message that comes in parts. */
export class Sha256 extends BlockHash {
  private readonly state: StaticArray<u32> = StaticArray.slice(INITIAL);

  constructor() {
    super(BLOCK_BYTES, LENGTH_BYTES);
  }

  protected compress(message: Bytes, at: i32): void {
    compress(this.state, message, at);
  }

  protected output(): Bytes {
    const digest = Bytes.alloc(DIGEST_BYTES);
    for (let i = 0; i < DIGEST_BYTES; i++) digest.set(i, <u8>(this.state[i >> 2] >> (24 - 8 * (i & 3))));
    return digest;
  }
}

/** Takes the block of `message` that begins at `at` into `state` (6.2.2). */
function compress(state: StaticArray<u32>, message: Bytes, at: i32): void {
  assert(0 <= at && at + BLOCK_BYTES <= message.length);
  const block = message.start + at;
  // Raw access: words 0 to 15 of the block just checked, words 0 to 63 of W, which has 64.
  for (let t = 0; t < 16; t++) store<u32>(W + (t << 2), bswap<u32>(load<u32>(block + (t << 2))));
  for (let t = 16; t < 64; t++) {
    const w = W + (t << 2);
    store<u32>(
      w,
      sigma1(load<u32>(w - 8)) + load<u32>(w - 28) + sigma0(load<u32>(w - 60)) + load<u32>(w - 64),
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
  for (let t = 0; t < 64; t++) {
    // unchecked and raw: t < 64, the number of words in K and in W.
    const t1 = h + SIGMA1(e) + ch(e, f, g) + unchecked(K[t]) + load<u32>(W + (t << 2));
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

// 4.1.2

function ch(x: u32, y: u32, z: u32): u32 {
  return (x & y) ^ (~x & z);
}

function maj(x: u32, y: u32, z: u32): u32 {
  return (x & y) ^ (x & z) ^ (y & z);
}

function SIGMA0(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22);
}

function SIGMA1(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25);
}

function sigma0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
}

function sigma1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
}
