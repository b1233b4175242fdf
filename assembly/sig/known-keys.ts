// Precomputation for a policy's keys, which are known in advance: multiples of their points. A few are made at a key's
// first use; the whole table, between calls, once the key has been used so often that this pays off.

import { LargeTable, largeBytes } from "../curve/large-table";
import { largePoints, Multiples, SMALL_POINTS } from "../curve/multiples";
import { NistCurve } from "../curve/nist-curve";
import { curveOf, KeyKind, PublicKey } from "./public-key";

/** Keys for which there is room for a few multiples: 1 to 2 KiB each. */
const SMALL_TABLES = 1024;

/** Room for large tables in all. */
const LARGE_TABLES_BYTES = 32 << 20;

/** With at most this many keys on a curve, each may have as large a table as pays off: 3 MiB for P-256. */
const FEW_KEYS = 4;

/** How many points of a table take as long to make as one sum gains from the table. */
const POINTS_PER_USE = 128;

class KnownPoint {
  constructor(
    readonly curve: NistCurve,
    readonly multiples: Multiples,
  ) {}
}

const table: LargeTable = new LargeTable();
const known: Array<KnownPoint> = [];
/** What is left of the room for large tables. */
let free: usize = 0;
let end: usize = 0;

/**
 * Reserves memory for multiples of these keys' points, each key given once, those of certificate authorities last. To be
 * called once, before sealing.
 */
export function reserveMultiples(keys: Array<PublicKey>, authorities: Array<PublicKey>): void {
  assert(known.length == 0);
  let bytes = 0;
  for (let kind = KeyKind.EcdsaP256; kind <= KeyKind.EcdsaP521; kind++) {
    const points: Array<Multiples> = [];
    addPoints(points, keys, kind);
    addPoints(points, authorities, kind);
    // Most of the keys they certify are on P-256: none is known in advance, but the generator is.
    const areCertified = kind == KeyKind.EcdsaP256 && authorities.length > 0;
    if (points.length == 0 && !areCertified) continue;
    const curve = curveOf(kind);
    const width = largeWidth(kind) - (points.length > FEW_KEYS ? 2 : 0);
    points.unshift(curve.generator);
    for (let i = 0; i < points.length; i++) {
      points[i].largeWidth = width;
      known.push(new KnownPoint(curve, points[i]));
      bytes = min(LARGE_TABLES_BYTES, bytes + largeBytes(curve, width));
      if (i > 0) points[i].small = heap.alloc(2 * SMALL_POINTS * curve.kernel.packedSize);
    }
  }
  free = heap.alloc(bytes);
  end = free + bytes;
}

function addPoints(points: Array<Multiples>, keys: Array<PublicKey>, kind: KeyKind): void {
  for (let i = 0; i < keys.length && points.length < SMALL_TABLES; i++) {
    if (keys[i].kind == kind) points.push(keys[i].point!);
  }
}

/** Bits of a window: a table of twice the size saves one addition in twenty. */
function largeWidth(kind: KeyKind): i32 {
  if (kind == KeyKind.EcdsaP256) return 12;
  return kind == KeyKind.EcdsaP384 ? 10 : 9;
}

/** Works on tables for about so many microseconds. Returns whether there is more to do. */
export function makeTables(budget: u32): bool {
  let spent: u32 = 0;
  while (table.isIdle ? beginNext() : true) {
    if (spent >= budget) return true;
    spent += table.advance();
  }
  return false;
}

/** Begins the table that is needed most often, if one has paid for itself and there is room. */
function beginNext(): bool {
  let next: KnownPoint | null = null;
  for (let i = 0; i < known.length; i++) {
    const multiples = known[i].multiples;
    if (multiples.largeIsReady || multiples.uses < usesThatPay(known[i])) continue;
    if (free + largeBytes(known[i].curve, multiples.largeWidth) > end) continue;
    if (next === null || multiples.uses > next.multiples.uses) next = known[i];
  }
  if (next === null) return false;
  const multiples = next.multiples;
  multiples.large = free;
  free += largeBytes(next.curve, multiples.largeWidth);
  table.begin(next.curve, multiples);
  return true;
}

function usesThatPay(point: KnownPoint): i32 {
  return largePoints(point.curve.kernel.numberBits, point.multiples.largeWidth) / POINTS_PER_USE;
}
