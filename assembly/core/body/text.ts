// A body as text: for formats without a parser of their own and for bodies that are not what they say. Long
// texts are pushed in windows that overlap, so that what straddles an edge is seen whole in one of them.
//
// │◄──────── window 0 ────────►│
// │                        │◄──────── window 1 ────────►│      edges depend on the text only, not on chunks

import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { InputKind, Inputs } from "../inputs/inputs";

export const TEXT_WINDOW: u32 = 16 * 1024;
export const TEXT_OVERLAP: u32 = 1024;
/** Room above this goes back to the heap between two messages. */
const KEPT_ROOM: u32 = 4096;

@unmanaged
export class TextParser {
  private address: u32 = 0;
  /** What the text is called there; null when it is all there is. */
  private key: Text | null = null;
  /** The bytes of the window begun. */
  private held: ByteWriter = new ByteWriter();
  /** Bytes at the front of `held` that the last window showed already. */
  private shown: u32 = 0;
  /** There was more than one window. */
  private isLong: bool = false;

  start(address: u32): void {
    this.startNamed(address, null);
  }

  /** As start(), with a key path of that one name. */
  startNamed(address: u32, key: Text | null): void {
    this.reset();
    this.address = address;
    this.key = key;
  }

  /** As feed() and finish(), has the inputs judged as often as they are full. */
  feedAll(inputs: Inputs, at: usize, len: u32): void {
    let done = this.feed(inputs, at, len);
    while (done < len) {
      inputs.drain();
      done += this.feed(inputs, at + done, len - done);
    }
  }

  finishAll(inputs: Inputs): void {
    while (!this.finish(inputs)) inputs.drain();
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    let p = at;
    while (p < end) {
      const held = this.held.length;
      const left = <u32>(end - p);
      // A window is pushed when a byte more is there: the last one is as long as the text is.
      if (held + left <= TEXT_WINDOW) {
        this.held.bytes(p, left);
        return len;
      }
      if (inputs.room() == 0) return <u32>(p - at);
      const more = TEXT_WINDOW - held;
      if (<usize>held <= p - at) {
        // The held bytes are those before `p` in this very chunk: no copy is needed.
        inputs.push(this.address, InputKind.String, this.path(inputs), p - held, TEXT_WINDOW);
      } else {
        this.held.bytes(p, more);
        const copy = inputs.arena.copy(this.held.at, TEXT_WINDOW);
        inputs.push(this.address, InputKind.String, this.path(inputs), copy, copy == 0 ? 0 : TEXT_WINDOW);
      }
      p += more;
      this.keepOverlap(p, more);
    }
    return len;
  }

  /** The end of the text. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    if (this.held.length == this.shown) return true;
    if (inputs.room() == 0) return false;
    const copy = inputs.arena.copy(this.held.at, this.held.length);
    inputs.push(this.address, InputKind.String, this.path(inputs), copy, copy == 0 ? 0 : this.held.length);
    this.shown = this.held.length;
    return true;
  }

  reset(): void {
    if (this.shown > KEPT_ROOM || this.isLong) this.held.free();
    this.held.clear();
    this.shown = 0;
    this.isLong = false;
  }

  free(): void {
    this.held.free();
    heap.free(changetype<usize>(this.held));
    heap.free(changetype<usize>(this));
  }

  private path(inputs: Inputs): usize {
    const key = this.key;
    return key === null ? 0 : inputs.keyNode(0, key.at, key.len);
  }

  /** Keeps the end of the window that ends at `end`, of which `fresh` bytes lie there and the rest is held. */
  private keepOverlap(end: usize, fresh: u32): void {
    if (fresh >= TEXT_OVERLAP) {
      this.held.clear();
      this.held.bytes(end - TEXT_OVERLAP, TEXT_OVERLAP);
    } else {
      memory.copy(this.held.at, this.held.at + (this.held.length - TEXT_OVERLAP), TEXT_OVERLAP);
      this.held.length = TEXT_OVERLAP;
    }
    this.shown = TEXT_OVERLAP;
    this.isLong = true;
  }
}
