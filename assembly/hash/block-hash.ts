// What SHA-256 and SHA-512 have in common (FIPS 180-4, sections 5 and 6): the padded message is taken block by block
// into a state, and the state is the digest.

import { Bytes } from "../bytes/bytes";

/** A hash of a message that comes in parts. */
export abstract class BlockHash {
  /** The begun block; `length % blockBytes` bytes of it are filled. */
  private readonly block: Bytes;
  /** Bytes of the message so far. */
  private length: u64 = 0;

  /** @param lengthBytes how many bytes the message's length takes at the end of the last block */
  constructor(
    blockBytes: i32,
    private readonly lengthBytes: i32,
  ) {
    this.block = Bytes.alloc(blockBytes);
  }

  update(part: Bytes): BlockHash {
    const blockBytes = this.block.length;
    const filled = <i32>(this.length % blockBytes);
    this.length += <u64>part.length;

    const head = min(part.length, blockBytes - filled);
    this.append(part.slice(0, head), filled);
    if (filled + head < blockBytes) return this;
    this.compress(this.block, 0);

    let at = head;
    for (; part.length - at >= blockBytes; at += blockBytes) this.compress(part, at);
    this.append(part.from(at), 0);
    return this;
  }

  /** The digest of all parts. Ends the computation. */
  digest(): Bytes {
    const blockBytes = this.block.length;
    const bits = this.length * 8;
    const filled = <i32>(this.length % blockBytes);

    // 5.1: a one bit, zeros up to where the length stands in a block, the message's length in bits.
    const lengthOffset = blockBytes - this.lengthBytes;
    const zeros = (filled < lengthOffset ? 0 : blockBytes) + lengthOffset - filled - 1;
    const padding = Bytes.alloc(1 + zeros + this.lengthBytes);
    padding.set(0, 0x80);
    for (let i = 0; i < 8; i++) padding.set(padding.length - 1 - i, <u8>(bits >> (8 * i)));
    this.update(padding);
    return this.output();
  }

  /** Takes the block of `message` that begins at `at` into the state. */
  protected abstract compress(message: Bytes, at: i32): void;

  /** The state as bytes, cut to the digest's length. */
  protected abstract output(): Bytes;

  /** Puts `part` into the begun block. */
  private append(part: Bytes, filled: i32): void {
    assert(filled + part.length <= this.block.length);
    memory.copy(this.block.start + filled, part.start, part.length);
  }
}
