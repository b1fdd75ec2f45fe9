// Subset construction over the encoded NFA program, for search anywhere: the pattern may begin at every byte and
// the first accept decides. The raw transition table then goes to regex-minimise.ts.
//
// A state is a sorted set of consuming instructions and undecided assertions, plus what lies behind it. What an
// assertion asks about the past (^) is answered on entering the state; what it asks about the future ($ \b \B)
// stays in the set until the next byte's class, or the end of the text, is known.
//
// ╒═ state in `sets` (u16 each) ═══════╕   ╒═ row in `rows` ════════════════════════════════╕
// │ count │ context bits │ ids, sorted │   │ u16 next state per byte class, then end of text │
// ╘════════════════════════════════════╛   ╘════════════════════════════════════════════════╛
import { ByteWriter } from "../bytes/byte-writer";
import {
  AssertKind,
  NFA_HEADER,
  NFA_INSTRUCTION,
  NFA_USES_BEGIN_LINE,
  NFA_USES_LINE,
  NFA_USES_WORD,
  NfaOp,
} from "../match/regex-nfa-layout";
import { ByteClasses } from "./regex-byte-classes";
import { WordList } from "./word-list";

export const DEAD: u32 = 0;
export const MATCH: u32 = 1;

/** Context: what is behind a state, kept only where an undecided assertion may ask. */
const AT_BEGIN: u32 = 1;
const AFTER_NEWLINE: u32 = 2;
const AFTER_WORD: u32 = 4;

/** Bits of "which assertions hold", by AssertKind; UNDECIDED marks those that need the next byte. */
const HOLDS_BEGIN: u32 = 1;
const HOLDS_END: u32 = 2;
const HOLDS_BEGIN_LINE: u32 = 4;
const HOLDS_END_LINE: u32 = 8;
const HOLDS_WORD: u32 = 16;
const HOLDS_NOT_WORD: u32 = 32;
const NEEDS_NEXT: u32 = HOLDS_END | HOLDS_END_LINE | HOLDS_WORD | HOLDS_NOT_WORD;

/** Bounds memory and time whatever `maxStates` says. */
const SET_BYTES_LIMIT: u32 = 32 * 1024 * 1024;
const CELL_LIMIT: u32 = 8 * 1024 * 1024;
const STATE_LIMIT: u32 = 65000;

@unmanaged
export class SubsetBuilder {
  classes: ByteClasses = new ByteClasses();
  /** Transitions: (classes + 1) × states. */
  rows: ByteWriter = new ByteWriter();
  states: u32 = 0;
  start: u32 = 0;
  private program: usize = 0;
  private code: usize = 0;
  private ranges: usize = 0;
  private flags: u32 = 0;
  private maxStates: u32 = 0;
  /** Instructions visited, and how many may be: time is bounded even where sets are large. */
  work: u64 = 0;
  private maxWork: u64 = 0;
  private sets: ByteWriter = new ByteWriter();
  private setAt: WordList = new WordList();
  /** Open addressing: state + 1, or 0. */
  private table: WordList = new WordList();
  private hashes: WordList = new WordList();
  /** The set being made: a stamp per instruction, a bitmap in id order, and its size. */
  private stamps: WordList = new WordList();
  private generation: u32 = 0;
  private bitmap: WordList = new WordList();
  private low: u32 = 0;
  private high: u32 = 0;
  private size: u32 = 0;
  private undecided: bool = false;
  private stack: WordList = new WordList();
  /** Per class a chain of (target, next) in `links`. */
  private heads: WordList = new WordList();
  private links: WordList = new WordList();
  private holds: WordList = new WordList();
  private extra: WordList = new WordList();

  free(): void {
    this.classes.free();
    this.rows.free();
    this.sets.free();
    heap.free(changetype<usize>(this.rows));
    heap.free(changetype<usize>(this.sets));
    freeList(this.setAt);
    freeList(this.table);
    freeList(this.hashes);
    freeList(this.stamps);
    freeList(this.bitmap);
    freeList(this.stack);
    freeList(this.heads);
    freeList(this.links);
    freeList(this.holds);
    freeList(this.extra);
    heap.free(changetype<usize>(this));
  }

  /** Builds all states of `program`; false when a limit is hit. */
  build(program: usize, maxStates: u32, maxWork: u64): bool {
    this.maxWork = maxWork;
    this.reset(program, min(maxStates, STATE_LIMIT));
    const always = AT_BEGIN | AFTER_NEWLINE;
    this.openSet();
    const isMatch = this.close(this.startInstruction, this.known(always), false);
    this.start = isMatch ? MATCH : this.intern(this.keptContext(always));
    if (this.start == NONE) return false;
    for (let state: u32 = 2; state < this.states; state++) {
      if (!this.expand(state)) return false;
    }
    return true;
  }

  private get startInstruction(): u32 {
    return load<u32>(this.program, 16);
  }

  private reset(program: usize, maxStates: u32): void {
    const count = load<u32>(program, 8);
    this.program = program;
    this.code = program + NFA_HEADER;
    this.ranges = this.code + <usize>count * NFA_INSTRUCTION;
    this.flags = load<u32>(program, 20);
    this.maxStates = maxStates;
    this.work = 0;
    this.classes.read(program);
    this.rows.clear();
    this.sets.clear();
    this.setAt.clear();
    this.hashes.clear();
    this.table.fill(1024, 0);
    this.stamps.fill(count, 0);
    this.generation = 0;
    this.bitmap.fill((count + 31) >> 5, 0);
    this.low = 0xffffffff;
    this.high = 0;
    this.size = 0;
    this.heads.fill(this.classes.count + 1, NONE);
    this.holds.fill(this.classes.count + 1, 0);
    // Dead and match: no set, rows that stay.
    this.states = 0;
    for (let state: u32 = DEAD; state <= MATCH; state++) {
      this.newState(0);
      for (let i: u32 = 0; i <= this.classes.count; i++) this.setRow(state, i, state);
    }
  }

  // ── sets ──

  private openSet(): void {
    this.generation++;
    this.undecided = false;
  }

  /** Forgets the set in the making. */
  private dropSet(): void {
    for (let i = this.low; i <= this.high && this.size > 0; i++) this.bitmap.set(i, 0);
    this.low = 0xffffffff;
    this.high = 0;
    this.size = 0;
  }

  private addToSet(id: u32): void {
    const word = id >> 5;
    this.bitmap.set(word, this.bitmap.get(word) | (1 << (id & 31)));
    if (word < this.low) this.low = word;
    if (word > this.high) this.high = word;
    this.size++;
  }

  /**
   * Adds what `id` leads to without a byte. `holds`: the assertions that hold; those with NEEDS_NEXT are kept in
   * the set unless `decided`. True as soon as Match is reached.
   */
  private close(id: u32, holds: u32, decided: bool): bool {
    const stack = this.stack;
    const stamps = this.stamps;
    const generation = this.generation;
    stack.clear();
    stack.push(id);
    while (stack.length > 0) {
      let at = stack.pop();
      while (stamps.get(at) != generation) {
        stamps.set(at, generation);
        this.work++;
        const instruction = this.code + ((<usize>at) << 3);
        const op = <NfaOp>load<u8>(instruction);
        if (op == NfaOp.Split) {
          stack.push(load<u16>(instruction, 6));
          at = load<u16>(instruction, 4);
        } else if (op == NfaOp.Assert) {
          const bit: u32 = 1 << (<u32>load<u8>(instruction, 1));
          if (!decided && bit & NEEDS_NEXT) {
            this.undecided = true;
            this.addToSet(at);
            break;
          }
          if (!(holds & bit)) break;
          at = load<u16>(instruction, 4);
        } else if (op == NfaOp.Match) {
          return true;
        } else {
          if (op == NfaOp.Fail) break;
          if (decided) this.extra.push(at);
          else this.addToSet(at);
          break;
        }
      }
    }
    return false;
  }

  /** Which assertions about the past hold. */
  private known(context: u32): u32 {
    return (
      (context & AT_BEGIN ? HOLDS_BEGIN : 0) | (context & (AT_BEGIN | AFTER_NEWLINE) ? HOLDS_BEGIN_LINE : 0)
    );
  }

  /** The bits of `context` that the set in the making may still ask for. */
  private keptContext(context: u32): u32 {
    if (!this.undecided) return 0;
    let mask = AT_BEGIN;
    if (this.flags & NFA_USES_BEGIN_LINE) mask |= AFTER_NEWLINE;
    if (this.flags & NFA_USES_WORD) mask |= AFTER_WORD;
    return context & mask;
  }

  /** The state of the set in the making (which is dropped); NONE past a limit. An empty set may still revive. */
  private intern(context: u32): u32 {
    const sets = this.sets;
    const at = sets.length;
    let out = sets.reserve((this.size << 1) + 4);
    store<u16>(out, <u16>this.size);
    store<u16>(out, <u16>context, 2);
    out += 4;
    let hash: u32 = context * 0x85ebca6b + this.size;
    for (let word = this.low; word <= this.high; word++) {
      let bits = this.bitmap.get(word);
      if (bits == 0) continue;
      this.bitmap.set(word, 0);
      hash = mix(mix(hash, bits), word);
      while (bits != 0) {
        store<u16>(out, <u16>((word << 5) + ctz(bits)));
        out += 2;
        bits &= bits - 1;
      }
    }
    const bytes = (this.size << 1) + 4;
    this.size = 0;
    this.low = 0xffffffff;
    this.high = 0;
    const mask = this.table.length - 1;
    let slot = hash & mask;
    while (this.table.get(slot) != 0) {
      const state = this.table.get(slot) - 1;
      if (this.hashes.get(state) == hash && this.isSet(state, at, bytes)) return state;
      slot = (slot + 1) & mask;
    }
    if (this.states >= this.maxStates || at + bytes > SET_BYTES_LIMIT) return NONE;
    if ((this.states + 1) * (this.classes.count + 1) > CELL_LIMIT) return NONE;
    this.table.set(slot, this.states + 1);
    sets.length = at + bytes;
    const state = this.newState(hash, at);
    if (this.states * 2 > this.table.length) this.growTable();
    return state;
  }

  private isSet(state: u32, at: u32, bytes: u32): bool {
    const known = this.setAt.get(state);
    const base = this.sets.at;
    return (
      load<u32>(base + known) == load<u32>(base + at) && memory.compare(base + known, base + at, bytes) == 0
    );
  }

  private newState(hash: u32, set: u32 = 0): u32 {
    const rowBytes = (this.classes.count + 1) << 1;
    memory.fill(this.rows.reserve(rowBytes), 0, rowBytes);
    this.rows.length += rowBytes;
    this.setAt.push(set);
    this.hashes.push(hash);
    return this.states++;
  }

  private growTable(): void {
    const length = this.table.length << 1;
    this.table.fill(length, 0);
    for (let state: u32 = 2; state < this.states; state++) {
      let slot = this.hashes.get(state) & (length - 1);
      while (this.table.get(slot) != 0) slot = (slot + 1) & (length - 1);
      this.table.set(slot, state + 1);
    }
  }

  private setRow(state: u32, column: u32, to: u32): void {
    const cell = <usize>state * (this.classes.count + 1) + column;
    store<u16>(this.rows.at + (cell << 1), <u16>to);
  }

  // ── one state's row ──

  private expand(state: u32): bool {
    const set = this.setAt.get(state);
    const context = <u32>load<u16>(this.sets.at + set, 2);
    const count = <u32>load<u16>(this.sets.at + set);
    const end = this.classes.count;
    this.links.clear();
    this.heads.fill(end + 1, NONE);
    let hasAsserts = false;
    for (let i: u32 = 0; i < count; i++) {
      const id = <u32>load<u16>(this.sets.at + set + 4 + i * 2);
      if (this.isAssert(id)) hasAsserts = true;
      else this.link(id, ANY);
    }
    if (hasAsserts && !this.decide(state, set, count, context)) return false;
    for (let column: u32 = 0; column < end; column++) {
      if (this.heads.get(column) == DECIDED) continue;
      const to = this.step(column);
      if (to == NONE) return false;
      this.setRow(state, column, to);
    }
    return this.work < this.maxWork;
  }

  private isAssert(id: u32): bool {
    return load<u8>(this.code + ((<usize>id) << 3)) == NfaOp.Assert;
  }

  /**
   * Answers the state's assertions for every class of next byte: classes with the same answers share one closure.
   * Marks DECIDED the classes (and the end of the text) where that reaches a match.
   */
  private decide(state: u32, set: u32, count: u32, context: u32): bool {
    const columns = this.classes.count + 1;
    for (let column: u32 = 0; column < columns; column++)
      this.holds.set(column, this.holdsBefore(context, column));
    for (let column: u32 = 0; column < columns; column++) {
      const holds = this.holds.get(column);
      if (holds & DONE) continue;
      this.openSet();
      this.extra.clear();
      let isMatch = false;
      for (let i: u32 = 0; i < count && !isMatch; i++) {
        const id = <u32>load<u16>(this.sets.at + set + 4 + i * 2);
        if (this.isAssert(id)) isMatch = this.close(id, holds, true);
      }
      if (!isMatch) for (let i: u32 = 0; i < this.extra.length; i++) this.link(this.extra.get(i), holds);
      for (let other = column; other < columns; other++) {
        if (this.holds.get(other) != holds) continue;
        if (isMatch) {
          this.setRow(state, other, MATCH);
          this.heads.set(other, DECIDED);
        }
        if (other > column) this.holds.set(other, holds | DONE);
      }
      this.holds.set(column, holds | DONE);
    }
    return this.work < this.maxWork;
  }

  /** Every assertion's answer between `context` and a byte of class `column` (the last: end of text). */
  private holdsBefore(context: u32, column: u32): u32 {
    const isEnd = column == this.classes.count;
    const c = isEnd ? 0 : this.classes.sample(column);
    let holds = this.known(context);
    if (isEnd) holds |= HOLDS_END | HOLDS_END_LINE;
    else if (c == 0x0a) holds |= HOLDS_END_LINE;
    const before = (context & AFTER_WORD) != 0;
    const after = !isEnd && isWordByte(c);
    return holds | (before != after ? HOLDS_WORD : HOLDS_NOT_WORD);
  }

  /** Chains the targets of a consuming instruction to the classes it reads; `only`: those with these answers. */
  private link(id: u32, only: u32): void {
    const instruction = this.code + ((<usize>id) << 3);
    if (load<u8>(instruction) == NfaOp.Range) {
      this.linkRange(load<u8>(instruction, 1), load<u16>(instruction, 2), load<u16>(instruction, 4), only);
      return;
    }
    const first = this.ranges + ((<usize>load<u32>(instruction, 4)) << 2);
    const count = <u32>load<u16>(instruction, 2);
    for (let i: u32 = 0; i < count; i++) {
      const range = first + ((<usize>i) << 2);
      this.linkRange(load<u8>(range), load<u8>(range, 1), load<u16>(range, 2), only);
    }
  }

  private linkRange(lo: u32, hi: u32, target: u32, only: u32): void {
    const last = this.classes.classOf(hi);
    for (let column = this.classes.classOf(lo); column <= last; column++) {
      if (only != ANY && (this.holds.get(column) & ~DONE) != only) continue;
      const head = this.heads.get(column);
      if (head == DECIDED) continue;
      this.heads.set(column, this.links.length);
      this.links.push(target);
      this.links.push(head);
    }
  }

  /** The state after a byte of class `column`: MATCH, DEAD, a set's, or NONE past a limit. */
  private step(column: u32): u32 {
    const c = this.classes.sample(column);
    const context = (c == 0x0a ? AFTER_NEWLINE : 0) | (isWordByte(c) ? AFTER_WORD : 0);
    const holds = this.known(context);
    this.openSet();
    let isMatch = false;
    for (let link = this.heads.get(column); link != NONE && !isMatch; link = this.links.get(link + 1)) {
      isMatch = this.close(this.links.get(link), holds, false);
    }
    if (!isMatch) isMatch = this.close(this.startInstruction, holds, false);
    if (isMatch) {
      this.dropSet();
      return MATCH;
    }
    return this.intern(this.keptContext(context));
  }
}

const NONE: u32 = 0xffffffff;
const DECIDED: u32 = 0xfffffffe;
const ANY: u32 = 0xffffffff;
const DONE: u32 = 0x80;

function isWordByte(c: u32): bool {
  return c - 0x30 < 10 || (c | 0x20) - 0x61 < 26 || c == 0x5f;
}

function mix(hash: u32, word: u32): u32 {
  let h = (hash ^ word) * 0x9e3779b1;
  h ^= h >> 15;
  h *= 0x85ebca77;
  return h ^ (h >> 13);
}

function freeList(list: WordList): void {
  list.free();
  heap.free(changetype<usize>(list));
}
