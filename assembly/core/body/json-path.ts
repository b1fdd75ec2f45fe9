// Where in the document the JSON parser is: the open containers, their keys and their path nodes.
//
// Path nodes live in the inputs' arena and are gone after a drain, so every open container keeps its own key
// bytes in a stack and its node is made again when a value needs it. Containers deeper than the limit are
// counted, their kind is one bit; values in them share the path of the deepest kept container.
//
// frames: │ node · keyAt · keyLen · index · next · hashes │ …   one per open container, 24 bytes
// keys:   │ key of frame 1 │ key of frame 3 │ … │ key of the open member (when a chunk ended behind it) │

import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { hashName } from "../inputs/clean-names";
import { Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";

/** Containers that have path elements of their own. */
export const JSON_DEPTH_LIMIT: u32 = 256;
/** Depth up to which objects and arrays are told apart; deeper ones are read like arrays. */
const KINDS_LIMIT: u32 = 256 * 1024;
const FRAME_SIZE: u32 = 24;
/** Keys of one object that are compared with each other, by hash; later ones are not. */
const COMPARED_KEYS: u32 = 16;
/** After a message that was deeper its stacks go back to the heap. */
const KEPT_DEPTH: u32 = 32;
/** In place of a container's path node: it is made when a value in it needs it. */
export const NO_NODE: usize = usize.MAX_VALUE;

@unmanaged
class Frame {
  /** The container's own path node; valid up to JsonPath.valid. */
  node: usize;
  /** Its key: where it lies in the chunk, or, once saved, its offset in the stack of keys. */
  key: usize;
  keyLen: u32;
  /** Its position in the array around it, or -1. */
  index: i32;
  /** Position of the next element, when it is an array. */
  next: i32;
  /** Where the hashes of its keys begin, when it is an object. */
  hashes: u32;
}

@unmanaged
export class JsonPath {
  /** Open containers. */
  depth: u32 = 0;
  /** The innermost container is an object. */
  inObject: bool = false;
  /** Two keys of one object were the same. */
  hasDuplicate: bool = false;
  private deepest: u32 = 0;
  /** Depth up to which the frames' keys are in the stack of keys. */
  private savedDepth: u32 = 0;
  private frames: ByteWriter = new ByteWriter();
  private keys: ByteWriter = new ByteWriter();
  /** Hashes of the keys of the open objects. */
  private hashes: ByteWriter = new ByteWriter();
  /** One bit for each depth: it is an object. */
  private kinds: ByteWriter = new ByteWriter();
  /** Depth up to which the nodes of the frames are valid. */
  private valid: u32 = 0;
  private generation: u32 = 0;
  /** Node of the open member, or 0 when it must be made from the key bytes. */
  private member: usize = 0;
  private memberAt: usize = 0;
  private memberLen: u32 = 0;
  /** The member's key is the top of the stack of keys. */
  private saved: bool = false;

  /** To be called when a chunk begins: after a drain no node is valid. */
  protected enterPath(inputs: Inputs): void {
    if (this.generation == inputs.generation) return;
    this.generation = inputs.generation;
    this.valid = min<u32>(this.depth, 1);
    this.member = 0;
  }

  /** To be called when a chunk ends: the keys of what is open outlive it. */
  leave(): void {
    const last = min(this.depth, JSON_DEPTH_LIMIT);
    while (this.savedDepth < last) {
      const frame = this.frame(++this.savedDepth);
      const at = frame.key;
      frame.key = this.keys.length;
      this.keys.bytes(at, frame.keyLen);
    }
    if (this.saved || this.memberLen == 0) return;
    this.keys.bytes(this.memberAt, this.memberLen);
    this.saved = true;
  }

  /** A key was read; its bytes live until the drain, or are kept by leave(). valueNode() is then its path. */
  openMember(at: usize, len: u32): void {
    if (this.depth > JSON_DEPTH_LIMIT) return;
    this.closeMember();
    if (!this.hasDuplicate) this.compareKey(<u32>(hashName(at, len) >> 32));
    this.memberAt = at;
    this.memberLen = min(len, PATH_KEY_BYTES);
  }

  /** As openMember() above the depth limit, for a key whose hashName() is known. */
  protected openHashed(at: usize, len: u32, hash: u64): void {
    this.closeMember();
    if (!this.hasDuplicate) this.compareKey(<u32>(hash >> 32));
    this.memberAt = at;
    this.memberLen = len;
  }

  /** The member's value was read. */
  closeMember(): void {
    if (this.saved) this.keys.length -= this.memberLen;
    this.saved = false;
    this.memberLen = 0;
    this.member = 0;
  }

  /** The open member's key is `word`. */
  protected isMember(word: Text): bool {
    const len = this.memberLen;
    if (len != word.len) return false;
    const at = this.saved ? this.keys.at + (this.keys.length - len) : this.memberAt;
    return memory.compare(at, word.at, len) == 0;
  }

  /** The path node for a value at the current place; 0 at the root. */
  valueNode(inputs: Inputs): usize {
    const depth = this.depth;
    if (depth == 0) return 0;
    if (depth > JSON_DEPTH_LIMIT) return this.containerNode(inputs, JSON_DEPTH_LIMIT);
    if (!this.inObject) return inputs.indexNode(this.containerNode(inputs, depth), this.frame(depth).next);
    if (this.member == 0) {
      const at = this.saved
        ? inputs.arena.copy(this.keys.at + (this.keys.length - this.memberLen), this.memberLen)
        : this.memberAt;
      this.member = inputs.keyNode(this.containerNode(inputs, depth), at, at == 0 ? 0 : this.memberLen);
    }
    return this.member;
  }

  /** A container opens whose path node is `node`, or NO_NODE where none was made. */
  protected openContainer(isObject: bool, node: usize): void {
    if (this.depth < JSON_DEPTH_LIMIT) this.pushFrame(node);
    this.depth++;
    this.deepest = max(this.deepest, this.depth);
    this.inObject = isObject;
    this.setKind(isObject);
  }

  /** The innermost container closes. */
  protected closeContainer(): void {
    if (this.depth <= JSON_DEPTH_LIMIT) {
      this.closeMember();
      const frame = this.frame(this.depth);
      if (this.savedDepth == this.depth) {
        this.keys.length = <u32>frame.key;
        this.savedDepth--;
      }
      this.hashes.length = frame.hashes;
      this.frames.length -= FRAME_SIZE;
    }
    this.depth--;
    this.valid = min(this.valid, this.depth);
    this.inObject = this.depth != 0 && this.kind();
  }

  /** The next array element begins. */
  nextElement(): void {
    if (this.depth - 1 < JSON_DEPTH_LIMIT) this.frame(this.depth).next++;
  }

  protected resetPath(): void {
    this.depth = 0;
    this.savedDepth = 0;
    this.inObject = false;
    this.hasDuplicate = false;
    this.valid = 0;
    this.member = 0;
    this.memberLen = 0;
    this.saved = false;
    this.frames.clear();
    this.keys.clear();
    this.kinds.clear();
    this.hashes.clear();
    if (this.deepest > KEPT_DEPTH) this.freeStacks();
    this.deepest = 0;
  }

  protected freePath(): void {
    this.freeStacks();
    heap.free(changetype<usize>(this.frames));
    heap.free(changetype<usize>(this.keys));
    heap.free(changetype<usize>(this.kinds));
    heap.free(changetype<usize>(this.hashes));
  }

  private freeStacks(): void {
    this.frames.free();
    this.keys.free();
    this.kinds.free();
    this.hashes.free();
  }

  private compareKey(hash: u32): void {
    if (this.depth == 0) return;
    const first = this.frame(this.depth).hashes;
    const hashes = this.hashes;
    const end = hashes.at + hashes.length;
    for (let p = hashes.at + first; p < end; p += 4) {
      if (load<u32>(p) == hash) {
        this.hasDuplicate = true;
        return;
      }
    }
    if (hashes.length - first < COMPARED_KEYS * 4) hashes.u32(hash);
  }

  private frame(depth: u32): Frame {
    return changetype<Frame>(this.frames.at + (depth - 1) * FRAME_SIZE);
  }

  private pushFrame(node: usize): void {
    const depth = this.depth;
    const isMember = depth != 0 && this.inObject;
    // The member's key becomes the container's: where it is on the stack it stays there until the container closes.
    const isSaved = this.savedDepth == depth && (this.saved || !isMember);
    const keyLen = isMember ? this.memberLen : 0;
    const index = depth == 0 || isMember ? -1 : this.frame(depth).next;
    const frame = changetype<Frame>(this.frames.reserve(FRAME_SIZE));
    this.frames.length += FRAME_SIZE;
    // The document itself has no path.
    const known = depth == 0 ? <usize>0 : node;
    frame.node = known;
    frame.key = isSaved ? this.keys.length - keyLen : <u32>this.memberAt;
    if (isSaved) this.savedDepth = depth + 1;
    frame.keyLen = keyLen;
    frame.index = index;
    frame.next = 0;
    frame.hashes = this.hashes.length;
    this.saved = false;
    this.memberLen = 0;
    this.member = 0;
    if (this.valid == depth && known != NO_NODE) this.valid = depth + 1;
  }

  /** The node of the container at `depth`, made again where a drain took it. */
  private containerNode(inputs: Inputs, depth: u32): usize {
    if (depth == 0) return 0;
    while (this.valid < depth) {
      const parent = this.valid == 0 ? <usize>0 : this.frame(this.valid).node;
      const frame = this.frame(++this.valid);
      if (this.valid == 1) {
        frame.node = 0;
      } else if (frame.index >= 0) {
        frame.node = inputs.indexNode(parent, frame.index);
      } else {
        const isSaved = this.valid <= this.savedDepth;
        const key = isSaved ? inputs.arena.copy(this.keys.at + frame.key, frame.keyLen) : frame.key;
        frame.node = inputs.keyNode(parent, key, key == 0 ? 0 : frame.keyLen);
      }
    }
    return this.frame(depth).node;
  }

  private setKind(isObject: bool): void {
    const depth = this.depth;
    if (depth >= KINDS_LIMIT) return;
    const kinds = this.kinds;
    while (kinds.length <= depth >> 3) kinds.byte(0);
    const at = kinds.at + (depth >> 3);
    const bit = (<u32>1) << (depth & 7);
    const others = (<u32>load<u8>(at)) & ~bit;
    store<u8>(at, <u8>(isObject ? others | bit : others));
  }

  private kind(): bool {
    const depth = this.depth;
    if (depth >= KINDS_LIMIT) return false;
    return (((<u32>load<u8>(this.kinds.at + (depth >> 3))) >> (depth & 7)) & 1) != 0;
  }
}
