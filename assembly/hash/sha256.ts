// SHA-256 (FIPS 180-4).

import { Bytes } from "../bytes/bytes";
import { BlockHash } from "./block-hash";
import { sha256Blocks } from "./generated/sha256-blocks";

const DIGEST_BYTES = 32;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** H(0): the fractional parts of the square roots of the first 8 primes (5.3.3). */
const INITIAL: StaticArray<u32> = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** The SHA-256 of `message`: 32 bytes. */
export function sha256(message: Bytes): Bytes {
  whole.reset();
  return whole.update(message).digest();
}

/** SHA-256 of a message that comes in parts. */
export class Sha256 extends BlockHash {
  private readonly state: StaticArray<u32> = StaticArray.slice(INITIAL);

  constructor() {
    super(BLOCK_BYTES, LENGTH_BYTES);
  }

  reset(): void {
    super.reset();
    memory.copy(changetype<usize>(this.state), changetype<usize>(INITIAL), DIGEST_BYTES);
  }

  protected compress(block: usize, count: i32): void {
    sha256Blocks(changetype<usize>(this.state), block, count);
  }

  protected output(): Bytes {
    const digest = Bytes.alloc(DIGEST_BYTES);
    // Raw access: the 8 words of the state are the 32 bytes of the digest.
    for (let i = 0; i < DIGEST_BYTES; i += 4) {
      store<u32>(digest.start + i, bswap<u32>(unchecked(this.state[i >> 2])));
    }
    return digest;
  }
}

/** For messages that come whole. */
const whole: Sha256 = new Sha256();
