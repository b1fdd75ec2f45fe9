// RE2's syntax (https://github.com/google/re2/wiki/Syntax) to a RegexTree. Every node is free of flags: case
// folding is already in the classes, (?m) and (?s) in the kinds.
//
// As RE2's C++ interface, but ^ and $ are text begin and end unless (?m). Recursion is bounded by NESTING_LIMIT.
import { AssertKind } from "../match/regex-nfa-layout";
import { LAST_CODE_POINT } from "./regex-class";
import { ClassReader, FLAG_FOLD } from "./regex-class-reader";
import { RegexError } from "./regex-errors";
import { BAD_NUMBER, isGroupName, repeatNumber, runeAt, runeSize } from "./regex-lexer";
import { NodeKind, RegexTree, UNBOUNDED } from "./regex-tree";
import { WordList } from "./word-list";

const FLAG_MULTI: u32 = 2;
const FLAG_DOT_ALL: u32 = 4;
const FLAG_SWAP_GREED: u32 = 8;

export const NESTING_LIMIT: u32 = 200;
const REPEAT_LIMIT: u32 = 1000;
const PATTERN_LIMIT: u32 = 65536;

@unmanaged
export class RegexParser extends ClassReader {
  /** Where the last repetition operator ended: another one right there is an error. */
  private repeatEnd: usize = 0;
  private branches: WordList = new WordList();
  /** Offset and length of every group name so far. */
  private names: WordList = new WordList();

  free(): void {
    this.items.free();
    this.branches.free();
    this.names.free();
    heap.free(changetype<usize>(this.items));
    heap.free(changetype<usize>(this.branches));
    heap.free(changetype<usize>(this.names));
    this.builder.free();
    heap.free(changetype<usize>(this));
  }

  /** Fills the tree; false with `error` and `errorAt` set when the pattern is no good. */
  parse(tree: RegexTree, at: usize, len: u32, flags: u32): bool {
    this.tree = tree;
    this.start = at;
    this.at = at;
    this.end = at + len;
    this.flags = flags;
    tree.clear();
    this.items.clear();
    this.branches.clear();
    this.names.clear();
    this.error = RegexError.None;
    this.repeatEnd = 0;
    if (len > PATTERN_LIMIT) return this.fail(RegexError.PatternTooLong, at);
    for (let p = at; p < this.end; p += runeSize(p, this.end)) {
      if (runeSize(p, this.end) == 0) return this.fail(RegexError.BadUtf8, p);
    }
    tree.root = this.alternation(0);
    if (this.error == RegexError.None && this.at < this.end)
      return this.fail(RegexError.UnexpectedParen, this.at);
    return this.error == RegexError.None;
  }

  private alternation(depth: u32): u32 {
    const itemBase = this.items.length;
    const branchBase = this.branches.length;
    const flags = this.flags;
    this.repeatEnd = 0;
    while (this.at < this.end && load<u8>(this.at) != 0x29) {
      if (load<u8>(this.at) == 0x7c) {
        this.at++;
        this.repeatEnd = 0;
        this.branches.push(this.gather(this.items, itemBase, NodeKind.Concat));
      } else {
        this.item(depth, itemBase);
      }
    }
    const last = this.gather(this.items, itemBase, NodeKind.Concat);
    this.flags = flags;
    if (this.branches.length == branchBase) return last;
    this.branches.push(last);
    return this.gather(this.branches, branchBase, NodeKind.Alternate);
  }

  /** One node of what was pushed since `base`. */
  private gather(list: WordList, base: u32, kind: NodeKind): u32 {
    const tree = this.tree;
    const count = list.length - base;
    if (count == 1) return list.pop();
    if (count == 0) return tree.add(NodeKind.Empty, 0, 0, 0, 1);
    const first = tree.kids.length;
    let repeats: u32 = 1;
    for (let i = base; i < list.length; i++) {
      tree.kids.push(list.get(i));
      repeats = max(repeats, tree.repeats(list.get(i)));
    }
    list.length = base;
    return tree.add(kind, first, count, 0, repeats);
  }

  private item(depth: u32, itemBase: u32): void {
    const from = this.at;
    const c = <u32>load<u8>(from);
    switch (c) {
      case 0x28: // (
        this.group(depth);
        return;
      case 0x5b: // [
        this.bracket();
        return;
      case 0x2e: // .
        this.at++;
        this.dot();
        return;
      case 0x5e: // ^
        this.at++;
        this.assertion(this.flags & FLAG_MULTI ? AssertKind.BeginLine : AssertKind.BeginText);
        return;
      case 0x24: // $
        this.at++;
        this.assertion(this.flags & FLAG_MULTI ? AssertKind.EndLine : AssertKind.EndText);
        return;
      case 0x5c: // backslash
        this.escape();
        return;
      case 0x2a: // *
      case 0x2b: // +
      case 0x3f: // ?
        this.at++;
        this.repeat(from, itemBase, c == 0x2b ? 1 : 0, c == 0x3f ? 1 : UNBOUNDED);
        return;
      case 0x7b: // {
        if (this.counted(itemBase)) return;
        break;
      default:
        break;
    }
    this.at += runeSize(from, this.end);
    this.literal(runeAt(from));
  }

  private literal(c: u32): void {
    this.builder.clear();
    this.builder.add(c, c, (this.flags & FLAG_FOLD) != 0);
    this.pushClass(false);
  }

  private dot(): void {
    this.builder.clear();
    if (this.flags & FLAG_DOT_ALL) {
      this.builder.add(0, LAST_CODE_POINT, false);
    } else {
      this.builder.add(0, 9, false);
      this.builder.add(11, LAST_CODE_POINT, false);
    }
    this.pushClass(false);
  }

  private assertion(kind: AssertKind): void {
    this.items.push(this.tree.add(NodeKind.Assert, kind, 0, 0, 1));
  }

  // ── repetition ──

  private repeat(from: usize, itemBase: u32, least: u32, most: u32): void {
    const tree = this.tree;
    if (from == this.repeatEnd) {
      this.fail(load<u8>(from) == 0x2b ? RegexError.Possessive : RegexError.NestedRepeat, from);
      return;
    }
    if (this.items.length == itemBase) {
      this.fail(RegexError.MissingArgument, from);
      return;
    }
    let lazy = (this.flags & FLAG_SWAP_GREED) != 0;
    if (this.at < this.end && load<u8>(this.at) == 0x3f) {
      lazy = !lazy;
      this.at++;
    }
    this.repeatEnd = this.at;
    const child = this.items.pop();
    const times = most == UNBOUNDED ? least : most;
    const repeats = max<u32>(times, 1) * tree.repeats(child);
    if (times > REPEAT_LIMIT || repeats > REPEAT_LIMIT) {
      this.fail(RegexError.RepeatSize, from);
      return;
    }
    this.items.push(tree.add(lazy ? NodeKind.RepeatLazy : NodeKind.Repeat, child, least, most, repeats));
  }

  /** {n}, {n,} or {n,m}; false when the brace is a literal one. */
  private counted(itemBase: u32): bool {
    const from = this.at;
    let p = from + 1;
    const least = repeatNumber(p, this.end);
    if (least == BAD_NUMBER) return false;
    while (p < this.end && load<u8>(p) - 0x30 < 10) p++;
    let most = least;
    if (p < this.end && load<u8>(p) == 0x2c) {
      p++;
      most = UNBOUNDED;
      if (p < this.end && load<u8>(p) - 0x30 < 10) {
        most = repeatNumber(p, this.end);
        if (most == BAD_NUMBER) return false;
        while (p < this.end && load<u8>(p) - 0x30 < 10) p++;
      }
    }
    if (p >= this.end || load<u8>(p) != 0x7d) return false;
    this.at = p + 1;
    if (least > REPEAT_LIMIT || (most != UNBOUNDED && (most > REPEAT_LIMIT || most < least))) {
      this.fail(RegexError.RepeatSize, from);
    } else {
      this.repeat(from, itemBase, least, most);
    }
    return true;
  }

  // ── groups ──

  private group(depth: u32): void {
    const from = this.at;
    const flags = this.flags;
    this.at++;
    if (this.at < this.end && load<u8>(this.at) == 0x3f) {
      this.at++;
      if (!this.groupHead(from)) return;
    }
    if (depth + 1 >= NESTING_LIMIT) {
      this.fail(RegexError.NestedTooDeep, from);
      return;
    }
    const node = this.alternation(depth + 1);
    this.flags = flags;
    this.repeatEnd = 0;
    if (this.error != RegexError.None) return;
    if (this.at >= this.end) {
      this.fail(RegexError.MissingParen, from);
      return;
    }
    this.at++;
    this.items.push(node);
  }

  /** After "(?": true when a group's body follows, false after a bare flag group or an error. */
  private groupHead(from: usize): bool {
    const at = this.at;
    if (at >= this.end) return this.fail(RegexError.MissingParen, from);
    const c = <u32>load<u8>(at);
    const next = at + 1 < this.end ? <u32>load<u8>(at + 1) : 0;
    const look = c == 0x3c ? next : c;
    if (look == 0x3d || look == 0x21) return this.fail(RegexError.LookAround, from);
    if (c == 0x3c) return this.groupName(at + 1, from);
    if (c == 0x3e) return this.fail(RegexError.Atomic, from);
    if (c == 0x50) {
      if (next == 0x3c) return this.groupName(at + 2, from);
      return this.fail(next == 0x3d ? RegexError.BackReference : RegexError.UnsupportedGroup, from);
    }
    if (isForeignGroup(c)) return this.fail(RegexError.UnsupportedGroup, from);
    return this.flagGroup(from);
  }

  private groupName(name: usize, from: usize): bool {
    let p = name;
    while (p < this.end && load<u8>(p) != 0x3e) p++;
    if (p >= this.end || !isGroupName(name, p)) return this.fail(RegexError.BadName, from);
    const names = this.names;
    const len = <u32>(p - name);
    for (let i: u32 = 0; i < names.length; i += 2) {
      if (names.get(i + 1) == len && memory.compare(this.start + names.get(i), name, len) == 0) {
        return this.fail(RegexError.DuplicateName, from);
      }
    }
    names.push(<u32>(name - this.start));
    names.push(len);
    this.at = p + 1;
    return true;
  }

  private flagGroup(from: usize): bool {
    let flags = this.flags;
    let negated = false;
    let sawFlag = false;
    for (let p = this.at; p < this.end; p++) {
      const c = <u32>load<u8>(p);
      let flag: u32 = 0;
      if (c == 0x69) flag = FLAG_FOLD;
      else if (c == 0x6d) flag = FLAG_MULTI;
      else if (c == 0x73) flag = FLAG_DOT_ALL;
      else if (c == 0x55) flag = FLAG_SWAP_GREED;
      if (flag != 0) {
        flags = negated ? flags & ~flag : flags | flag;
        sawFlag = true;
      } else if (c == 0x2d && !negated) {
        negated = true;
        sawFlag = false;
      } else if ((c == 0x3a || c == 0x29) && (!negated || sawFlag)) {
        this.flags = flags;
        this.at = p + 1;
        return c == 0x3a;
      } else if (c == 0x78 || c == 0x4a || c == 0x6e || c == 0x75 || c == 0x61 || c == 0x5e) {
        return this.fail(RegexError.UnsupportedFlag, p);
      } else {
        return this.fail(RegexError.BadGroup, from);
      }
    }
    return this.fail(RegexError.MissingParen, from);
  }

  // ── escapes ──

  private escape(): void {
    const from = this.at;
    if (from + 1 >= this.end) {
      this.fail(RegexError.TrailingBackslash, from);
      return;
    }
    const c = <u32>load<u8>(from + 1);
    this.at = from + 2;
    switch (c) {
      case 0x41: // A
        this.assertion(AssertKind.BeginText);
        return;
      case 0x7a: // z
        this.assertion(AssertKind.EndText);
        return;
      case 0x62: // b
        this.assertion(AssertKind.WordBoundary);
        return;
      case 0x42: // B
        this.assertion(AssertKind.NotWordBoundary);
        return;
      case 0x43: // C
        this.items.push(this.tree.add(NodeKind.AnyByte, 0, 0, 0, 1));
        return;
      case 0x51: // Q
        this.quoted();
        return;
      default:
        break;
    }
    this.at = from;
    this.builder.clear();
    if (this.classEscape()) {
      this.pushClass(false);
      return;
    }
    const value = this.character();
    if (this.error == RegexError.None) this.literal(value);
  }

  /** \Q … \E, or to the end of the pattern. */
  private quoted(): void {
    while (this.at < this.end) {
      const c = <u32>load<u8>(this.at);
      if (c == 0x5c && this.at + 1 < this.end && load<u8>(this.at + 1) == 0x45) {
        this.at += 2;
        return;
      }
      this.literal(runeAt(this.at));
      this.at += runeSize(this.at, this.end);
    }
  }
}

/** Comments, branch reset, recursion, conditionals, callouts and PCRE's quoted names. */
function isForeignGroup(c: u32): bool {
  const isSign = c == 0x23 || c == 0x7c || c == 0x26 || c == 0x28 || c == 0x2b || c == 0x27;
  return isSign || c == 0x52 || c == 0x43 || c - 0x30 < 10;
}
