// The values found in a request or response, waiting to be evaluated. One per VM: parsers fill it, the
// transaction drains it before the callback returns, so nothing of it lives longer than a callback.
//
// ╒═ entry ═══════════╤══════════════╤═══════════════════════╕
// │ u8 address        │ u8 kind      │ u16 rounds            │
// │ u32 key path      │ u32 value at │ u32 value length      │
// ╘═══════════════════╧══════════════╧═══════════════════════╛   pointers are into the arena or the host's bytes

import { Arena } from "../bytes/arena";
import { KEY_PATH_SIZE, KeyPath } from "./key-path";
import { Sieve } from "./sieve";

export enum InputKind {
  /** Text: string operators look at it. */
  String = 0,
  /** A key (of a query pair, JSON member, header …); `at..len` is the key, the path ends in it. */
  Key = 1,
  /** A number as written; `equals`, `greater_than`, `lower_than` look at it. */
  Number = 2,
  Boolean = 3,
  Null = 4,
  /** An object or array, once, when it opens: for `exists`. No bytes. */
  Container = 5,
}

/** Evaluates the inputs of a step under way, and clears them. */
export type Judge = (context: usize) => void;

const ENTRY_SIZE: usize = 16;
const CAPACITY: u32 = 1024;

@unmanaged
export class Inputs {
  private base: usize = heap.alloc(ENTRY_SIZE * CAPACITY);
  count: u32 = 0;
  /** Counts the drains: a parser that keeps path nodes sees from it that they are gone. */
  generation: u32 = 0;
  /** Decoded values and key paths; released by clear(). */
  arena: Arena = new Arena();
  /** What parsers may leave out, for the step under way; null = nothing. */
  sieve: Sieve | null = null;
  private judge: Judge | null = null;
  private context: usize = 0;

  /** Says who evaluates inputs that are drained in the middle of a step; `context` is handed to it. */
  judgeWith(judge: Judge, context: usize): void {
    this.judge = judge;
    this.context = context;
  }

  /**
   * Has what was gathered evaluated and cleared: for readers that decode into a block of their own, and must not write
   * the next bytes into it while values point there.
   */
  drain(): void {
    const judge = this.judge;
    if (this.count == 0) return;
    if (judge === null) this.clear();
    else judge(this.context);
  }

  /** False, and nothing stored, when the list is full: the parser must stop, and go on after a drain. */
  push(address: u32, kind: u32, keyPath: usize, at: usize, len: u32): bool {
    if (this.count >= CAPACITY) return false;
    const entry = this.base + <usize>this.count * ENTRY_SIZE;
    this.count++;
    store<u32>(entry, (address & 0xff) | ((kind & 0xff) << 8));
    store<u32>(entry, <u32>keyPath, 4);
    store<u32>(entry, <u32>at, 8);
    store<u32>(entry, len, 12);
    return true;
  }

  /** Says how many rounds of decoding led to the entry (decode/nested.ts); 0 when nobody says anything. */
  setRounds(i: u32, rounds: u32): void {
    store<u16>(this.base + <usize>i * ENTRY_SIZE, <u16>rounds, 2);
  }

  rounds(i: u32): u32 {
    return load<u16>(this.base + <usize>i * ENTRY_SIZE, 2);
  }

  setKeyPath(i: u32, path: usize): void {
    store<u32>(this.base + <usize>i * ENTRY_SIZE, <u32>path, 4);
  }

  /** Entries that still fit. */
  room(): u32 {
    return CAPACITY - this.count;
  }

  address(i: u32): u32 {
    return load<u8>(this.base + <usize>i * ENTRY_SIZE);
  }

  kind(i: u32): u32 {
    return load<u8>(this.base + <usize>i * ENTRY_SIZE, 1);
  }

  keyPath(i: u32): usize {
    return load<u32>(this.base + <usize>i * ENTRY_SIZE, 4);
  }

  at(i: u32): usize {
    return load<u32>(this.base + <usize>i * ENTRY_SIZE, 8);
  }

  len(i: u32): u32 {
    return load<u32>(this.base + <usize>i * ENTRY_SIZE, 12);
  }

  /** A path node for a key whose bytes live at least as long as the inputs; 0 when memory is out. */
  keyNode(parent: usize, at: usize, len: u32): usize {
    const node = this.arena.alloc(KEY_PATH_SIZE);
    if (node == 0) return 0;
    const path = changetype<KeyPath>(node);
    path.parent = parent;
    path.at = at;
    path.len = len;
    path.index = -1;
    return node;
  }

  /** A path node for an array element; 0 when memory is out. */
  indexNode(parent: usize, index: i32): usize {
    const node = this.keyNode(parent, 0, 0);
    if (node != 0) changetype<KeyPath>(node).index = index;
    return node;
  }

  /** After the drain: forgets entries, values and paths. */
  clear(): void {
    this.count = 0;
    this.generation++;
    this.arena.reset();
  }
}
