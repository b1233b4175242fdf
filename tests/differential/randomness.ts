import { createHash } from "node:crypto";

/** Bytes that follow from a seed: the SHA-256 of seed and counter, block after block. */
export class Randomness {
  readonly #seed: string;
  #counter = 0;
  #rest = Buffer.alloc(0);

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Buffer {
    while (this.#rest.length < length) {
      const block = createHash("sha256")
        .update(`${this.#seed} ${this.#counter++}`)
        .digest();
      this.#rest = Buffer.concat([this.#rest, block]);
    }
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** From 0 to `bound` − 1. */
  below(bound: number): number {
    return this.bytes(6).readUIntBE(0, 6) % bound;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}
