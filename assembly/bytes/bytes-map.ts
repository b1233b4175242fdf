// A hash table from bytes to values: open addressing, linear probing, never more than half full.

import { Bytes } from "./bytes";

export class BytesMap<V> {
  private keys: StaticArray<Bytes | null> = new StaticArray<Bytes | null>(8);
  private values: StaticArray<V | null> = new StaticArray<V | null>(8);
  /** Of the keys: one of another fingerprint is another key. */
  private fingerprints: StaticArray<u32> = new StaticArray<u32>(8);
  size: i32 = 0;

  /** The value under `key`, or null. */
  get(key: Bytes): V | null {
    return this.values[this.find(key, key.fingerprint())];
  }

  has(key: Bytes): bool {
    return this.keys[this.find(key, key.fingerprint())] !== null;
  }

  /** Adds an entry. False, and no change, if the key is there already. */
  add(key: Bytes, value: V): bool {
    const fingerprint = key.fingerprint();
    const slot = this.find(key, fingerprint);
    if (this.keys[slot] !== null) return false;
    this.put(slot, key, value, fingerprint);
    if (++this.size * 2 > this.keys.length) this.grow();
    return true;
  }

  private put(slot: i32, key: Bytes, value: V | null, fingerprint: u32): void {
    this.keys[slot] = key;
    this.values[slot] = value;
    this.fingerprints[slot] = fingerprint;
  }

  /** Index of the slot that holds `key`, or of the empty one where it belongs. */
  private find(key: Bytes, fingerprint: u32): i32 {
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
    const values = this.values;
    const fingerprints = this.fingerprints;
    this.keys = new StaticArray<Bytes | null>(2 * keys.length);
    this.values = new StaticArray<V | null>(2 * keys.length);
    this.fingerprints = new StaticArray<u32>(2 * keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key !== null) this.put(this.find(key, fingerprints[i]), key, values[i], fingerprints[i]);
    }
  }
}
