// Where in a protobuf message the parser is: the messages and groups that are open, and the key paths of fields in
// them. A field's name is its number; elements of repeated fields have the same path.

import { Inputs } from "../inputs/inputs";
import { ByteWriter } from "../bytes/byte-writer";

/** Messages in messages that are followed, as many as the parsers of protobuf.dev follow by default. */
export const PROTOBUF_DEPTH: u32 = 100;

/** u64 end, as a place in the whole message; u32 field number; u32 key path node, if `built` is above it. */
const FRAME: u32 = 16;
/** Digits of a field number. */
const NUMBER_BYTES: u32 = 10;
const GROUP: u32 = 0x80000000;

@unmanaged
export class ProtobufPath {
  protected depth: u32 = 0;
  /** Where the innermost message ends. */
  protected limit: u64 = 0;
  protected address: u32 = 0;
  private frames: ByteWriter = new ByteWriter();
  /** Frames whose nodes are in the inputs' arena, and when that was. */
  private built: u32 = 0;
  private generation: u32 = 0;
  /** The end of the outermost message. */
  private rootEnd: u64 = 0;

  /** Pushes a value of a field of the innermost message; has the inputs judged first when they are full. */
  protected push(inputs: Inputs, kind: u32, number: u32, at: usize, len: u32): void {
    this.pushAt(inputs, kind, this.depth, number, at, len);
  }

  /** As push(), for a field of the message at `depth`; 0 as the number is that message itself. */
  protected pushAt(inputs: Inputs, kind: u32, depth: u32, number: u32, at: usize, len: u32): void {
    if (inputs.room() == 0) inputs.drain();
    inputs.push(this.address, kind, this.pathTo(inputs, depth, number), at, len);
  }

  protected resetPath(address: u32, end: u64): void {
    this.address = address;
    this.depth = 0;
    this.built = 0;
    this.limit = end;
    this.rootEnd = end;
    this.frames.clear();
  }

  protected freePath(): void {
    this.frames.free();
    heap.free(changetype<usize>(this.frames));
  }

  protected openMessage(number: u32, end: u64): void {
    this.open(number, end);
  }

  protected openGroup(number: u32): void {
    this.open(number | GROUP, this.limit);
  }

  /** True when the innermost that is open is a group of that number. */
  protected isGroup(number: u32): bool {
    return this.depth != 0 && load<u32>(this.frame(this.depth - 1), 8) == (number | GROUP);
  }

  protected inGroup(): bool {
    return this.depth != 0 && (load<u32>(this.frame(this.depth - 1), 8) & GROUP) != 0;
  }

  protected close(): void {
    this.depth--;
    this.frames.length = this.depth * FRAME;
    this.built = min(this.built, this.depth);
    this.limit = this.depth == 0 ? this.rootEnd : load<u64>(this.frame(this.depth - 1));
  }

  private open(number: u32, end: u64): void {
    this.frames.u64(end);
    this.frames.u32(number);
    this.frames.u32(0);
    this.depth++;
    this.limit = end;
  }

  private frame(i: u32): usize {
    return this.frames.at + <usize>(i * FRAME);
  }

  private pathTo(inputs: Inputs, depth: u32, number: u32): usize {
    if (this.generation != inputs.generation) {
      this.generation = inputs.generation;
      this.built = 0;
    }
    let node: usize = this.built == 0 ? 0 : load<u32>(this.frame(min(this.built, max(depth, 1)) - 1), 12);
    if (depth == 0) node = 0;
    for (; this.built < depth; this.built++) {
      const frame = this.frame(this.built);
      node = numberNode(inputs, node, load<u32>(frame, 8) & ~GROUP);
      store<u32>(frame, <u32>node, 12);
    }
    return number == 0 ? node : numberNode(inputs, node, number);
  }
}

function numberNode(inputs: Inputs, parent: usize, number: u32): usize {
  const digits = inputs.arena.alloc(NUMBER_BYTES);
  if (digits == 0) return 0;
  const len = writeDecimal(number, digits);
  return inputs.keyNode(parent, digits, len);
}

/** Writes `value` in decimal (up to 20 bytes) and returns how many bytes that took. */
export function writeDecimal(value: u64, to: usize): u32 {
  let len: u32 = 1;
  for (let probe = value; probe >= 10; probe /= 10) len++;
  for (let at = to + len; at > to; value /= 10) store<u8>(--at, <u8>(0x30 + (value % 10)));
  return len;
}
