// A hash table from bytes to values: open addressing, linear probing, never more than half full.

import { Bytes } from "./bytes";

export class BytesMap<V> {
  private readonly index: BytesIndex = new BytesIndex();
  /** By the number of their keys. */
  private readonly values: Array<V> = [];

  get size(): i32 {
    return this.values.length;
  }

  /** The value under `key`, or null. */
  get(key: Bytes): V | null {
    const number = this.index.find(key);
    return number < 0 ? null : this.values[number];
  }

  has(key: Bytes): bool {
    return this.index.find(key) >= 0;
  }

  /** Adds an entry. False, and no change, if the key is there already. */
  add(key: Bytes, value: V): bool {
    if (!this.index.add(key)) return false;
    this.values.push(value);
    return true;
  }
}

/** Keys, numbered in the order in which they come. */
class BytesIndex {
  private size: i32 = 0;
  private keys: StaticArray<Bytes | null> = new StaticArray<Bytes | null>(8);
  private numbers: StaticArray<i32> = new StaticArray<i32>(8);
  /** Of the keys: one of another fingerprint is another key. */
  private fingerprints: StaticArray<u32> = new StaticArray<u32>(8);

  /** The key's number, or -1. */
  find(key: Bytes): i32 {
    const slot = this.slotOf(key, key.fingerprint());
    return this.keys[slot] === null ? -1 : this.numbers[slot];
  }

  /** Gives a key the next number. False, and no change, if it has one already. */
  add(key: Bytes): bool {
    const fingerprint = key.fingerprint();
    const slot = this.slotOf(key, fingerprint);
    if (this.keys[slot] !== null) return false;
    this.put(slot, key, this.size, fingerprint);
    if (++this.size * 2 > this.keys.length) this.grow();
    return true;
  }

  private put(slot: i32, key: Bytes, number: i32, fingerprint: u32): void {
    this.keys[slot] = key;
    this.numbers[slot] = number;
    this.fingerprints[slot] = fingerprint;
  }

  /** Index of the slot that holds `key`, or of the empty one where it belongs. */
  private slotOf(key: Bytes, fingerprint: u32): i32 {
    const mask = this.keys.length - 1;
    let at = <i32>(fingerprint & mask);
    for (let other = this.keys[at]; other !== null; other = this.keys[at]) {
      if (this.fingerprints[at] == fingerprint && other.equals(key)) break;
      at = (at + 1) & mask;
    }
    return at;
  }

  private grow(): void {
    const keys = this.keys;
    const numbers = this.numbers;
    const fingerprints = this.fingerprints;
    this.keys = new StaticArray<Bytes | null>(2 * keys.length);
    this.numbers = new StaticArray<i32>(2 * keys.length);
    this.fingerprints = new StaticArray<u32>(2 * keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key !== null) this.put(this.slotOf(key, fingerprints[i]), key, numbers[i], fingerprints[i]);
    }
  }
}
