// Thompson construction over bytes, from the end backwards: every node is compiled knowing what comes next, so
// only loops need patching. Repetition copies its body (n times x, then nested options); a star over a body that
// may be empty is (x+)?, as RE2 does, so that the first choice of the body is kept.
import { ByteWriter } from "../bytes/byte-writer";
import {
  AssertKind,
  NFA_ANCHORED,
  NFA_FIRST_BYTES,
  NFA_HAS_FIRST,
  NFA_HEADER,
  NFA_INSTRUCTION,
  NFA_MAGIC,
  NFA_RANGE,
  NFA_USES_BEGIN_LINE,
  NFA_USES_LINE,
  NFA_USES_WORD,
  NfaOp,
} from "../match/regex-nfa-layout";
import { NfaMerger } from "./regex-nfa-merge";
import { NfaWriter } from "./regex-nfa-writer";
import { NodeKind, RegexTree, UNBOUNDED } from "./regex-tree";
import { Utf8Automaton } from "./regex-utf8";
import { WordList } from "./word-list";

@unmanaged
export class NfaCompiler {
  private tree: RegexTree = changetype<RegexTree>(0);
  private writer: NfaWriter = new NfaWriter();
  private automaton: Utf8Automaton = new Utf8Automaton();
  private merger: NfaMerger = new NfaMerger();
  /** First instruction and the one behind the last of every loop with a body that may be empty. */
  private loops: WordList = new WordList();
  private flags: u32 = 0;

  free(): void {
    this.merger.free();
    this.loops.free();
    heap.free(changetype<usize>(this.loops));
    this.automaton.free();
    this.writer.free();
    heap.free(changetype<usize>(this));
  }

  /** Steps that the last compile() took: instructions written, and steps of merging them. */
  get work(): u64 {
    return <u64>this.writer.count + this.merger.work;
  }

  /** Encodes the tree into `out`; false when the program would be too large. */
  compile(tree: RegexTree, out: ByteWriter): bool {
    const writer = this.writer;
    this.tree = tree;
    this.automaton.writer = writer;
    writer.clear();
    out.clear();
    this.flags = 0;
    this.loops.clear();
    this.merger.work = 0;
    const match = writer.emit(NfaOp.Match, 0, 0, 0, 0);
    this.merger.start = this.node(tree.root, match);
    if (writer.isFull) return false;
    this.merger.merge(writer.code, writer.ranges, this.loops);
    const size = NFA_HEADER + writer.code.length + writer.ranges.length;
    out.u32(NFA_MAGIC);
    out.u32(size);
    out.u32(writer.count);
    out.u32(writer.ranges.length / NFA_RANGE);
    out.u32(this.merger.start);
    out.u32(this.flags);
    while (out.length < NFA_HEADER) out.u32(0);
    out.bytes(writer.code.at, writer.code.length);
    out.bytes(writer.ranges.at, writer.ranges.length);
    markFirst(out.at);
    return true;
  }

  private node(node: u32, next: u32): u32 {
    const tree = this.tree;
    const writer = this.writer;
    if (writer.isFull) return 0;
    switch (tree.kind(node)) {
      case NodeKind.Empty:
        return next;
      case NodeKind.Class:
        return this.automaton.emit(tree.ranges.at + ((<usize>tree.a(node)) << 2), tree.b(node), next);
      case NodeKind.AnyByte:
        return writer.emit(NfaOp.Range, 0, 0xff, next, 0);
      case NodeKind.Assert:
        this.note(tree.a(node));
        return writer.emit(NfaOp.Assert, tree.a(node), 0, next, 0);
      case NodeKind.Concat:
        for (let i = tree.b(node); i > 0; i--) next = this.node(tree.kid(node, i - 1), next);
        return next;
      case NodeKind.Alternate: {
        let entry = this.node(tree.kid(node, tree.b(node) - 1), next);
        for (let i = tree.b(node) - 1; i > 0; i--) {
          entry = writer.emit(NfaOp.Split, 0, 0, this.node(tree.kid(node, i - 1), next), entry);
        }
        return entry;
      }
      case NodeKind.Repeat:
      case NodeKind.RepeatLazy:
        return this.repeat(node, next);
      default:
        return writer.emit(NfaOp.Fail, 0, 0, 0, 0);
    }
  }

  private note(kind: AssertKind): void {
    if (kind == AssertKind.WordBoundary || kind == AssertKind.NotWordBoundary) this.flags |= NFA_USES_WORD;
    if (kind == AssertKind.BeginLine) this.flags |= NFA_USES_LINE | NFA_USES_BEGIN_LINE;
    if (kind == AssertKind.EndLine) this.flags |= NFA_USES_LINE;
  }

  private repeat(node: u32, next: u32): u32 {
    const isEmptyLoop = this.tree.c(node) == UNBOUNDED && this.tree.isNullable(this.tree.a(node));
    const from = this.writer.count;
    const entry = this.repeated(node, next);
    if (isEmptyLoop) {
      this.loops.push(from);
      this.loops.push(this.writer.count);
    }
    return entry;
  }

  private repeated(node: u32, next: u32): u32 {
    const tree = this.tree;
    const child = tree.a(node);
    const lazy = tree.kind(node) == NodeKind.RepeatLazy;
    const least = tree.b(node);
    const most = tree.c(node);
    let copies = least;
    let entry = next;
    if (most == UNBOUNDED) {
      if (least == 0 && !tree.isNullable(child)) return this.star(child, lazy, next);
      entry = this.plus(child, lazy, next);
      if (least == 0) return this.choice(lazy, entry, next);
      copies--;
    } else {
      for (let i = least; i < most && !this.writer.isFull; i++) {
        entry = this.choice(lazy, this.node(child, entry), next);
      }
    }
    for (let i: u32 = 0; i < copies && !this.writer.isFull; i++) entry = this.node(child, entry);
    return entry;
  }

  private star(child: u32, lazy: bool, next: u32): u32 {
    const loop = this.writer.emit(NfaOp.Split, 0, 0, 0, 0);
    const body = this.node(child, loop);
    this.writer.patch(loop, lazy ? next : body, lazy ? body : next);
    return loop;
  }

  private plus(child: u32, lazy: bool, next: u32): u32 {
    const loop = this.writer.emit(NfaOp.Split, 0, 0, 0, 0);
    const body = this.node(child, loop);
    this.writer.patch(loop, lazy ? next : body, lazy ? body : next);
    return body;
  }

  private choice(lazy: bool, body: u32, next: u32): u32 {
    return this.writer.emit(NfaOp.Split, 0, 0, lazy ? next : body, lazy ? body : next);
  }
}

/** Sets the first-byte set and its flags: what a match can begin with, taking every assertion as true. */
function markFirst(program: usize): void {
  const code = program + NFA_HEADER;
  const ranges = code + <usize>load<u32>(program, 8) * NFA_INSTRUCTION;
  const seen = new WordList();
  const stack = new WordList();
  seen.fill(load<u32>(program, 8), 0);
  stack.push(load<u32>(program, 16));
  let isAnchored = true;
  let canBeEmpty = false;
  while (stack.length > 0) {
    const packed = stack.pop();
    const id = packed & 0xffff;
    const begun = packed & 0x10000;
    const bit: u32 = begun ? 2 : 1;
    if (seen.get(id) & bit) continue;
    seen.set(id, seen.get(id) | bit);
    const at = code + ((<usize>id) << 3);
    const op = <NfaOp>load<u8>(at);
    if (op == NfaOp.Split) {
      stack.push(load<u16>(at, 4) | begun);
      stack.push(load<u16>(at, 6) | begun);
    } else if (op == NfaOp.Assert) {
      const isBegin = load<u8>(at, 1) == AssertKind.BeginText;
      stack.push(load<u16>(at, 4) | (isBegin ? 0x10000 : begun));
    } else if (op == NfaOp.Range) {
      markBytes(program, load<u8>(at, 1), load<u8>(at, 2));
    } else if (op == NfaOp.Sparse) {
      const first = ranges + ((<usize>load<u32>(at, 4)) << 2);
      const count = <u32>load<u16>(at, 2);
      for (let i: u32 = 0; i < count; i++)
        markBytes(program, load<u8>(first + i * 4), load<u8>(first + i * 4, 1));
    } else if (op == NfaOp.Match) {
      canBeEmpty = true;
    }
    if (op != NfaOp.Split && op != NfaOp.Assert && op != NfaOp.Fail && begun == 0) isAnchored = false;
  }
  let flags = load<u32>(program, 20);
  if (!canBeEmpty) flags |= NFA_HAS_FIRST;
  if (isAnchored) flags |= NFA_ANCHORED;
  store<u32>(program, flags, 20);
  seen.free();
  stack.free();
  heap.free(changetype<usize>(seen));
  heap.free(changetype<usize>(stack));
}

function markBytes(program: usize, lo: u32, hi: u32): void {
  for (let c = lo; c <= hi; c++) {
    const at = program + NFA_FIRST_BYTES + (c >> 3);
    store<u8>(at, <u8>((<u32>load<u8>(at)) | (1 << (c & 7))));
  }
}
