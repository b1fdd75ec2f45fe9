// Path of a value inside its address, as a chain of nodes from the leaf to the root, in the inputs' arena.
// A node is 16 bytes; siblings share their parents, so a value costs one node, however deep it lies.

@unmanaged
export class KeyPath {
  /** The enclosing element, or 0 at the root. */
  parent: usize;
  /** Bytes of the key; not read when `index` is not -1. */
  at: usize;
  len: u32;
  /** Position in an array, or -1 for a key. */
  index: i32;
}

export const KEY_PATH_SIZE: u32 = 16;

/** Number of elements from the root to `node`. */
export function keyPathDepth(node: usize): u32 {
  let depth: u32 = 0;
  for (let at = node; at != 0; at = changetype<KeyPath>(at).parent) depth++;
  return depth;
}
