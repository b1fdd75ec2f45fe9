// Hopcroft's algorithm over a transition table of u16: O(columns × n log n). Blocks are slices of one permutation
// of the states; each round splits every block by "goes into this block on this column", and only the smaller
// half of a split is looked at again.
import { MATCH } from "./regex-dfa";
import { WordList } from "./word-list";

const NO_STATE: u32 = 0xffff;

@unmanaged
export class Minimiser {
  /** Block of every state after run(). */
  blockOf: WordList = new WordList();
  blocks: u32 = 0;
  private rows: usize = 0;
  private columns: u32 = 0;
  /** Per (column, state): first state that goes there, next one that goes to the same place; u16. */
  private heads: usize = 0;
  private nexts: usize = 0;
  private order: WordList = new WordList();
  private place: WordList = new WordList();
  private first: WordList = new WordList();
  private past: WordList = new WordList();
  /** States of each block found by this round, moved to the block's front. */
  private marked: WordList = new WordList();
  private touched: WordList = new WordList();
  private waiting: WordList = new WordList();
  private isWaiting: WordList = new WordList();
  private members: WordList = new WordList();

  free(): void {
    freeList(this.blockOf);
    freeList(this.order);
    freeList(this.place);
    freeList(this.first);
    freeList(this.past);
    freeList(this.marked);
    freeList(this.touched);
    freeList(this.waiting);
    freeList(this.isWaiting);
    freeList(this.members);
    heap.free(changetype<usize>(this));
  }

  /** A state of the block. */
  member(block: u32): u32 {
    return this.order.get(this.first.get(block));
  }

  /** Finds the coarsest blocks of `states` rows of `columns` transitions; MATCH differs from all others. */
  run(rows: usize, states: u32, columns: u32): void {
    this.rows = rows;
    this.columns = columns;
    this.invert(states);
    this.order.fill(states, 0);
    this.place.fill(states, 0);
    this.blockOf.fill(states, 0);
    this.first.clear();
    this.past.clear();
    this.marked.clear();
    this.isWaiting.clear();
    this.waiting.clear();
    this.touched.clear();
    this.blocks = 0;
    for (let state: u32 = 0; state < states; state++) {
      this.order.set(state, state);
      this.place.set(state, state);
    }
    this.addBlock(0, states);
    this.move(MATCH);
    this.touched.push(0);
    this.split();
    this.enqueue(1);
    while (this.waiting.length > 0) {
      const block = this.waiting.pop();
      this.isWaiting.set(block, 0);
      this.refine(block);
    }
    heap.free(this.heads);
    heap.free(this.nexts);
  }

  private invert(states: u32): void {
    const cells = <usize>states * this.columns;
    this.heads = heap.alloc(cells << 1);
    this.nexts = heap.alloc(cells << 1);
    memory.fill(this.heads, 0xff, cells << 1);
    for (let state: u32 = 0; state < states; state++) {
      for (let column: u32 = 0; column < this.columns; column++) {
        const cell = <usize>state * this.columns + column;
        const to = <usize>load<u16>(this.rows + (cell << 1));
        const head = this.heads + ((to * this.columns + column) << 1);
        store<u16>(this.nexts + (cell << 1), load<u16>(head));
        store<u16>(head, <u16>state);
      }
    }
  }

  private addBlock(first: u32, past: u32): u32 {
    this.first.push(first);
    this.past.push(past);
    this.marked.push(0);
    this.isWaiting.push(0);
    return this.blocks++;
  }

  private enqueue(block: u32): void {
    if (this.isWaiting.get(block)) return;
    this.isWaiting.set(block, 1);
    this.waiting.push(block);
  }

  private refine(block: u32): void {
    const members = this.members;
    members.clear();
    for (let i = this.first.get(block); i < this.past.get(block); i++) members.push(this.order.get(i));
    for (let column: u32 = 0; column < this.columns; column++) {
      for (let i: u32 = 0; i < members.length; i++) {
        let from = <u32>load<u16>(this.heads + ((<usize>members.get(i) * this.columns + column) << 1));
        while (from != NO_STATE) {
          const home = this.blockOf.get(from);
          if (this.marked.get(home) == 0) this.touched.push(home);
          this.move(from);
          from = load<u16>(this.nexts + ((<usize>from * this.columns + column) << 1));
        }
      }
      this.split();
    }
  }

  /** Moves a state among the marked ones at its block's front. */
  private move(state: u32): void {
    const block = this.blockOf.get(state);
    const at = this.place.get(state);
    const to = this.first.get(block) + this.marked.get(block);
    if (at < to) return;
    const other = this.order.get(to);
    this.order.set(to, state);
    this.order.set(at, other);
    this.place.set(state, to);
    this.place.set(other, at);
    this.marked.set(block, this.marked.get(block) + 1);
  }

  /** Splits every touched block into its marked part and the rest; the smaller becomes a new block. */
  private split(): void {
    while (this.touched.length > 0) {
      const block = this.touched.pop();
      const first = this.first.get(block);
      const past = this.past.get(block);
      const middle = first + this.marked.get(block);
      this.marked.set(block, 0);
      if (middle == past) continue;
      const takesFront = middle - first <= past - middle;
      const added = takesFront ? this.addBlock(first, middle) : this.addBlock(middle, past);
      if (takesFront) this.first.set(block, middle);
      else this.past.set(block, middle);
      for (let i = this.first.get(added); i < this.past.get(added); i++)
        this.blockOf.set(this.order.get(i), added);
      this.enqueue(added);
    }
  }
}

function freeList(list: WordList): void {
  list.free();
  heap.free(changetype<usize>(list));
}
