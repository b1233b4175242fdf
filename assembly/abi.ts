// temporary
export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, newSize: usize): usize {
  return heap.alloc(newSize);
}
