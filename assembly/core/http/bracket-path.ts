// Key paths of query keys in the notation of PHP, Rails and qs: `a[b][]` is the path a, b, index.

import { isDigit } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";

const OPEN: u8 = 0x5b;
const CLOSE: u8 = 0x5d;
/** Brackets followed in one key; what is deeper is one key. */
const DEPTH_LIMIT: u32 = 32;

@unmanaged
export class BracketPath {
  /** The last key had more brackets than the limit. */
  deep: bool = false;
  /** `[]` counts up while the same key comes again. */
  private lastKey: u32 = 0;
  private lastIndex: i32 = -1;

  reset(): void {
    this.lastKey = 0;
    this.lastIndex = -1;
  }

  /** The path node of the decoded key; its bytes must live as long as the inputs. */
  path(inputs: Inputs, at: usize, len: u32): usize {
    this.deep = false;
    const end = at + len;
    let open = findByte(at, end, OPEN);
    if (open == end || open == at) return keyNode(inputs, 0, at, end);
    let close = findByte(open, end, CLOSE);
    if (close == end) return keyNode(inputs, 0, at, end);
    let node = keyNode(inputs, 0, at, open);
    let depth: u32 = 0;
    while (true) {
      this.deep = depth++ == DEPTH_LIMIT;
      if (this.deep) return keyNode(inputs, node, open, end);
      node = this.element(inputs, node, open + 1, close, at, end);
      const next = close + 1;
      if (next == end) return node;
      close = findByte(next, end, CLOSE);
      if (load<u8>(next) != OPEN || close == end) return keyNode(inputs, node, next, end);
      open = next;
    }
  }

  /** What stands between two brackets: nothing or digits is an index. */
  private element(inputs: Inputs, parent: usize, at: usize, end: usize, key: usize, keyEnd: usize): usize {
    if (at == end) return inputs.indexNode(parent, this.nextIndex(key, keyEnd));
    if (end - at > 9) return keyNode(inputs, parent, at, end);
    let index: i32 = 0;
    for (let p = at; p < end; p++) {
      const c = <u32>load<u8>(p);
      if (!isDigit(c)) return keyNode(inputs, parent, at, end);
      index = index * 10 + <i32>(c - 0x30);
    }
    return inputs.indexNode(parent, index);
  }

  private nextIndex(key: usize, keyEnd: usize): i32 {
    const end = min(keyEnd, key + PATH_KEY_BYTES);
    let hash: u32 = 0x811c9dc5;
    for (let p = key; p < end; p++) hash = (hash ^ load<u8>(p)) * 0x01000193;
    this.lastIndex = hash == this.lastKey ? this.lastIndex + 1 : 0;
    this.lastKey = hash;
    return this.lastIndex;
  }
}

function keyNode(inputs: Inputs, parent: usize, at: usize, end: usize): usize {
  return inputs.keyNode(parent, at, min(<u32>(end - at), PATH_KEY_BYTES));
}
