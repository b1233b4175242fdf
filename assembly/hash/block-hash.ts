// What SHA-256 and SHA-512 have in common (FIPS 180-4, sections 5 and 6): the padded message is taken block by block
// into a state, and the state is the digest.

import { Bytes } from "../bytes/bytes";

/** A hash of a message that comes in parts. */
export abstract class BlockHash {
  /** The begun block; `length % blockBytes` bytes of it are filled. */
  private readonly block: usize;
  /** Bytes of the message so far. */
  private length: u64 = 0;

  /** @param lengthBytes how many bytes the message's length takes at the end of the last block */
  constructor(
    private readonly blockBytes: i32,
    private readonly lengthBytes: i32,
  ) {
    this.block = heap.alloc(blockBytes);
  }

  /** Begins anew. */
  reset(): void {
    this.length = 0;
  }

  update(part: Bytes): BlockHash {
    const blockBytes = this.blockBytes;
    const filled = <i32>(this.length % blockBytes);
    this.length += <u64>part.length;

    // Raw access: `head` bytes of the part fit the block, and what is compressed are whole blocks of the rest.
    let at = part.start;
    let left = part.length;
    if (filled > 0) {
      const head = min(left, blockBytes - filled);
      memory.copy(this.block + filled, at, head);
      if (filled + head < blockBytes) return this;
      this.compress(this.block, 1);
      at += head;
      left -= head;
    }
    const blocks = left / blockBytes;
    this.compress(at, blocks);
    memory.copy(this.block, at + blocks * blockBytes, left - blocks * blockBytes);
    return this;
  }

  /** The digest of all parts. Ends the computation. */
  digest(): Bytes {
    const block = this.block;
    const blockBytes = this.blockBytes;
    const filled = <i32>(this.length % blockBytes);

    // 5.1: a one bit, zeros up to where the length stands in a block, the message's length in bits.
    store<u8>(block + filled, 0x80);
    memory.fill(block + filled + 1, 0, blockBytes - filled - 1);
    if (filled + 1 + this.lengthBytes > blockBytes) {
      this.compress(block, 1);
      memory.fill(block, 0, blockBytes);
    }
    store<u64>(block + blockBytes - 8, bswap<u64>(this.length * 8));
    this.compress(block, 1);
    return this.output();
  }

  /** Takes `count` blocks from `block` on into the state. */
  protected abstract compress(block: usize, count: i32): void;

  /** The state as bytes, cut to the digest's length. */
  protected abstract output(): Bytes;
}
