/** Numbers from 0 up to `below`, the same ones for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const INTERESTING = [0, 1, 2, 4, 8, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xfe, 0xff];

type Mutation = (bytes: Buffer, at: number, random: Random) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, at, random) => replaced(bytes, at, random(256)),
  (bytes, at, random) => replaced(bytes, at, (bytes[at] ?? 0) ^ (1 << random(8))),
  (bytes, at, random) => replaced(bytes, at, INTERESTING[random(INTERESTING.length)] ?? 0),
  (bytes, at, random) => replaced(bytes, at, (bytes[at] ?? 0) + (random(2) === 0 ? 1 : 255)),
  (bytes, at, random) => spliced(bytes, at, random(9), Buffer.alloc(0)),
  (bytes, at, random) => spliced(bytes, at, 0, Buffer.alloc(1 + random(8), random(256))),
  (bytes, at, random) => spliced(bytes, at, 0, bytes.subarray(at, at + 1 + random(64))),
  (bytes, at) => bytes.subarray(0, at),
];

/** `bytes` with one to four changes of one byte or of a few. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let left = 1 + random(4); left > 0 && changed.length > 0; left--) {
    const mutation = MUTATIONS[random(MUTATIONS.length)] as Mutation;
    changed = mutation(changed, random(changed.length), random);
  }
  return changed;
}

function replaced(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

function spliced(bytes: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}
