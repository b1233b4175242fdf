// The one allocator. asc's `stub` runtime serves `new`, `heap.alloc` and, through `realloc` below, the canonical
// ABI from a single bump pointer that never frees. `mark` and `release` give it the one thing it lacks: everything
// allocated after the mark goes at once. Standard-library constructors clear what they hand out after a release
// (specs in tests/core/arena.spec.ts); `heap.alloc` does not.
//
// A custom `--runtime` would make asc emit its shadow stack for a collector that is not there.

/** asc keeps a block's payload size in the word before it (std/assembly/rt/common.ts, BLOCK.mmInfo). */
const SIZE_FIELD: usize = 4;

/** Largest alignment the canonical ABI asks for, and what every block has. */
const ALIGNMENT: usize = 16;

/** Remembers the top of the arena. */
export function mark(): usize {
  return heap.alloc(1);
}

/** Gives back everything allocated since `marker` was taken, and the marker itself. */
export function release(marker: usize): void {
  // The stub runtime lowers its bump pointer only when the last block is freed: make the marker's block reach
  // to the top, so that it is the last.
  const last = heap.alloc(0);
  const top = last + load<u32>(last - SIZE_FIELD);
  store<u32>(marker - SIZE_FIELD, <u32>(top - marker));
  heap.free(marker);
}

/**
 * Canonical ABI `realloc` (component-model CanonicalABI.md): a new block when `old` is 0, else the block grown or
 * shrunk with its content kept. Traps on sizes beyond what memory can hold; the contents of new memory are unspecified.
 */
export function realloc(old: usize, oldSize: usize, alignment: usize, newSize: usize): usize {
  assert(alignment <= ALIGNMENT);
  if (old == 0) return heap.alloc(newSize);
  assert(oldSize <= load<u32>(old - SIZE_FIELD));
  return heap.realloc(old, newSize);
}
