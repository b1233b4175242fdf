// A hash table from bytes to values: open addressing, linear probing, never more than half full.

import { Bytes } from "./bytes";

class Entry<V> {
  constructor(
    readonly key: Bytes,
    readonly value: V,
  ) {}
}

export class BytesMap<V> {
  private slots: StaticArray<Entry<V> | null> = new StaticArray<Entry<V> | null>(8);
  size: i32 = 0;

  /** The value under `key`, or null. */
  get(key: Bytes): V | null {
    const entry = this.slots[this.find(key)];
    return entry === null ? null : entry.value;
  }

  has(key: Bytes): bool {
    return this.slots[this.find(key)] !== null;
  }

  /** Adds an entry. False, and no change, if the key is there already. */
  add(key: Bytes, value: V): bool {
    const slot = this.find(key);
    if (this.slots[slot] !== null) return false;
    this.slots[slot] = new Entry<V>(key, value);
    if (++this.size * 2 > this.slots.length) this.grow();
    return true;
  }

  /** Index of the slot that holds `key`, or of the empty one where it belongs. */
  private find(key: Bytes): i32 {
    const mask = this.slots.length - 1;
    let at = <i32>(key.fingerprint() & mask);
    let entry = this.slots[at];
    while (entry !== null && !entry.key.equals(key)) {
      at = (at + 1) & mask;
      entry = this.slots[at];
    }
    return at;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new StaticArray<Entry<V> | null>(old.length * 4);
    for (let i = 0; i < old.length; i++) {
      const entry = old[i];
      if (entry !== null) this.slots[this.find(entry.key)] = entry;
    }
  }
}
