/** `size` bytes for the embedder to write into; give them back with release(). */
export function allocate(size: u32): usize {
  return heap.alloc(size);
}

export function release(at: usize): void {
  heap.free(at);
}
