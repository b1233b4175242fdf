// biome-ignore-all lint/correctness/noPrecisionLoss: AssemblyScript reads all 64 bits of a literal.

// SHA-512 and SHA-384 (FIPS 180-4), which differ in where they begin and end.

import { Bytes } from "../bytes/bytes";
import { BlockHash } from "./block-hash";
import { sha512Blocks } from "./generated/sha512-blocks";

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

/** The SHA-512 of `message`: 64 bytes. */
export function sha512(message: Bytes): Bytes {
  whole512.reset();
  return whole512.update(message).digest();
}

/** The SHA-384 of `message`: 48 bytes. */
export function sha384(message: Bytes): Bytes {
  whole384.reset();
  return whole384.update(message).digest();
}

/** SHA-512 of a message that comes in parts; SHA-384 is this with another beginning, cut to 48 bytes. */
export class Sha512 extends BlockHash {
  private readonly state: StaticArray<u64>;

  constructor(
    private readonly initial: StaticArray<u64> = INITIAL_512,
    private readonly digestBytes: i32 = 64,
  ) {
    super(BLOCK_BYTES, LENGTH_BYTES);
    this.state = StaticArray.slice(initial);
  }

  reset(): void {
    super.reset();
    memory.copy(changetype<usize>(this.state), changetype<usize>(this.initial), 64);
  }

  protected compress(block: usize, count: i32): void {
    sha512Blocks(changetype<usize>(this.state), block, count);
  }

  protected output(): Bytes {
    const digest = Bytes.alloc(this.digestBytes);
    // Raw access: the 8 words of the state are as many bytes as a digest has, or more.
    for (let i = 0; i < digest.length; i += 8) {
      store<u64>(digest.start + i, bswap<u64>(unchecked(this.state[i >> 3])));
    }
    return digest;
  }
}

/** For messages that come whole. */
const whole512: Sha512 = new Sha512();
const whole384: Sha512 = new Sha512(INITIAL_384, 48);
