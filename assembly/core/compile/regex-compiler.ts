// One pattern to everything the matcher needs: NFA program, DFA table, and what every match must contain.
import { ByteWriter } from "../bytes/byte-writer";
import { DFA_NEXT } from "../match/regex-dfa-layout";
import { FLAG_FOLD } from "./regex-class-reader";
import { DfaWriter } from "./regex-dfa-writer";
import { RegexError, RegexStatus, statusOfError } from "./regex-errors";
import { LiteralFinder } from "./regex-literals";
import { NfaCompiler } from "./regex-nfa";
import { LetterFolder } from "./regex-nfa-letters";
import { RegexParser } from "./regex-parse";
import { NodeKind, RegexTree } from "./regex-tree";

export { RegexStatus, regexErrorText } from "./regex-errors";

/** Match without regard to case, as (?i). */
export const REGEX_FOLD_CASE: u32 = 1;
/** Alternatives that may have tables of their own: each is a pass over the value. */
const PARTS_MAX: u32 = 8;

@unmanaged
export class RegexBuild {
  /** In: DFA states before minimisation; past it there is no DFA. */
  maxStates: u32 = 20000;
  /** In: NFA instructions the DFA's construction may visit (100 million take about a second). */
  maxWork: u64 = 60000000;
  /** In: bytes of a DFA table; those of alternatives may have twice as many together. */
  maxTable: u32 = 512 * 1024;
  /** Out, when the status is not Ok: offset in the pattern, and RegexError. */
  errorAt: u32 = 0;
  errorCode: u32 = 0;
  /** Out: encoded NFA program, and DFA table (length 0 when over a limit). Position-independent. */
  program: ByteWriter = new ByteWriter();
  dfa: ByteWriter = new ByteWriter();
  /** Out: what the DFA took: states before minimisation, instructions visited. */
  states: u32 = 0;
  work: u64 = 0;
  /** Out, whatever the status: steps of the whole build; a hundred million take about a second. */
  steps: u64 = 0;
  /** Out: bytes of the shortest match. */
  minLength: u32 = 0;
  /** Out: every match, ASCII-lowercased, contains one of these (u8 length, bytes); none known when the count is 0. */
  literals: ByteWriter = new ByteWriter();
  literalCount: u32 = 0;
  /** Out: every match contains a byte of each of these 256-bit sets (bit c & 7 of byte c >> 3). */
  requiredSets: ByteWriter = new ByteWriter();
  requiredSetCount: u32 = 0;
  /** Working memory, kept from build to build. */
  private tree: RegexTree = new RegexTree();
  private parser: RegexParser = new RegexParser();
  private compiler: NfaCompiler = new NfaCompiler();
  private finder: LiteralFinder = new LiteralFinder();
  private writer: DfaWriter = new DfaWriter();
  private letters: LetterFolder = new LetterFolder();
  /** Program and table of one alternative. */
  private part: ByteWriter = new ByteWriter();
  private partTable: ByteWriter = new ByteWriter();

  /** Gives everything back to the heap, the build itself included. */
  free(): void {
    freeWriter(this.program);
    freeWriter(this.dfa);
    freeWriter(this.literals);
    freeWriter(this.requiredSets);
    freeWriter(this.part);
    freeWriter(this.partTable);
    this.parser.free();
    this.compiler.free();
    this.finder.free();
    this.writer.free();
    this.letters.free();
    this.tree.free();
    heap.free(changetype<usize>(this));
  }

  /** See buildRegex(). */
  run(at: usize, len: u32, flags: u32): RegexStatus {
    this.errorAt = 0;
    this.errorCode = RegexError.None;
    this.steps = len;
    this.minLength = 0;
    this.literalCount = 0;
    this.requiredSetCount = 0;
    this.program.clear();
    this.dfa.clear();
    this.literals.clear();
    this.requiredSets.clear();
    if (!this.parser.parse(this.tree, at, len, flags & REGEX_FOLD_CASE ? FLAG_FOLD : 0)) {
      this.errorAt = this.parser.errorAt;
      this.errorCode = this.parser.error;
      return statusOfError(this.parser.error);
    }
    const isProgram = this.compiler.compile(this.tree, this.program);
    this.steps += this.compiler.work;
    if (!isProgram) {
      this.program.clear();
      this.errorCode = RegexError.ProgramTooLarge;
      return RegexStatus.TooLarge;
    }
    this.writer.write(this.program.at, this.maxStates, this.maxWork, this.maxTable, this.dfa);
    this.steps += this.writer.work;
    this.states = this.writer.subsets.states;
    this.work = this.writer.subsets.work;
    if (this.dfa.length == 0) this.writeParts();
    // The DFA is made of the longer form: what makes it needs to know of no further instruction.
    this.letters.fold(this.program);
    const finder = this.finder;
    finder.find(this.tree, this.literals, this.requiredSets);
    this.minLength = finder.minLength;
    this.literalCount = finder.literalCount;
    this.requiredSetCount = this.requiredSets.length >> 5;
    return RegexStatus.Ok;
  }

  /**
   * A table for each alternative of a pattern that has none as a whole; nothing unless all fit. A rule of three alternatives, each
   * with gaps, took 121 KB as one table and takes 33 KB as three.
   */
  private writeParts(): void {
    const tree = this.tree;
    const root = tree.root;
    if (tree.kind(root) != NodeKind.Alternate || tree.b(root) > PARTS_MAX) return;
    const part = this.part;
    let last: u32 = 0;
    for (let i: u32 = 0; i < tree.b(root); i++) {
      tree.root = tree.kid(root, i);
      let isWritten = this.compiler.compile(tree, part);
      this.steps += this.compiler.work;
      if (isWritten) {
        isWritten = this.writer.write(part.at, this.maxStates, this.maxWork, this.maxTable, this.partTable);
        this.steps += this.writer.work;
      }
      if (!isWritten || this.dfa.length + this.partTable.length > this.maxTable * 2) {
        this.dfa.clear();
        break;
      }
      if (i != 0) store<u32>(this.dfa.at + last, this.dfa.length - last, DFA_NEXT);
      last = this.dfa.length;
      this.dfa.bytes(this.partTable.at, this.partTable.length);
    }
    tree.root = root;
  }
}

/**
 * Builds the pattern of `len` bytes at `at` (RE2 syntax; flags: REGEX_FOLD_CASE). Clears the outputs of the last
 * build first, so one RegexBuild serves many patterns. On anything but Ok there are no outputs but the error.
 */
export function buildRegex(build: RegexBuild, at: usize, len: u32, flags: u32): RegexStatus {
  return build.run(at, len, flags);
}

function freeWriter(writer: ByteWriter): void {
  writer.free();
  heap.free(changetype<usize>(writer));
}
