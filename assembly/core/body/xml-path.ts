// The open elements of an XML document and their path nodes. Nodes live in the inputs' arena and are gone after a drain,
// so every open element keeps its name, and its node is made again when a value needs it. Elements deeper than the limit
// are counted; values in them share the path of the deepest kept one.
//
// frames: │ node · nameAt · nameLen │ …   one per open element, 12 bytes       names: │ name of 1 │ name of 2 │ …

import { ByteWriter } from "../bytes/byte-writer";
import { Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";

/** Elements that have path elements of their own. */
export const XML_DEPTH_LIMIT: u32 = 128;
const FRAME_SIZE: u32 = 12;

@unmanaged
class Frame {
  node: usize;
  nameAt: u32;
  nameLen: u32;
}

@unmanaged
export class XmlPath {
  /** Open elements. */
  depth: u32 = 0;
  private frames: ByteWriter = new ByteWriter();
  private names: ByteWriter = new ByteWriter();
  /** Frames whose nodes are valid. */
  private valid: u32 = 0;
  private generation: u32 = 0;

  reset(): void {
    this.depth = 0;
    this.valid = 0;
    this.frames.clear();
    this.names.clear();
  }

  free(): void {
    this.frames.free();
    heap.free(changetype<usize>(this.frames));
    this.names.free();
    heap.free(changetype<usize>(this.names));
    heap.free(changetype<usize>(this));
  }

  open(name: usize, len: u32): void {
    if (this.depth++ >= XML_DEPTH_LIMIT) return;
    const kept = min(len, PATH_KEY_BYTES);
    const frame = changetype<Frame>(this.frames.reserve(FRAME_SIZE));
    this.frames.length += FRAME_SIZE;
    frame.node = 0;
    frame.nameAt = this.names.length;
    frame.nameLen = kept;
    this.names.bytes(name, kept);
  }

  /** The innermost element ends. False when it has another name, or none is open. */
  close(name: usize, len: u32): bool {
    if (this.depth == 0) return false;
    if (this.depth-- > XML_DEPTH_LIMIT) return true;
    const frame = this.frame(this.depth);
    const kept = min(len, PATH_KEY_BYTES);
    const isSame = frame.nameLen == kept && memory.compare(this.names.at + frame.nameAt, name, kept) == 0;
    this.names.length = frame.nameAt;
    this.frames.length -= FRAME_SIZE;
    this.valid = min(this.valid, this.depth);
    return isSame;
  }

  /** The path node of the innermost element; 0 at the root. */
  node(inputs: Inputs): usize {
    if (this.generation != inputs.generation) {
      this.generation = inputs.generation;
      this.valid = 0;
    }
    const depth = min(this.depth, XML_DEPTH_LIMIT);
    let node: usize = this.valid == 0 ? 0 : this.frame(this.valid - 1).node;
    while (this.valid < depth) {
      const frame = this.frame(this.valid++);
      const name = inputs.arena.copy(this.names.at + frame.nameAt, frame.nameLen);
      node = inputs.keyNode(node, name, name == 0 ? 0 : frame.nameLen);
      frame.node = node;
    }
    return node;
  }

  private frame(i: u32): Frame {
    return changetype<Frame>(this.frames.at + i * FRAME_SIZE);
  }
}
