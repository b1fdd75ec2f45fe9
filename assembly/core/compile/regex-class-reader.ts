// What RE2's syntax has inside a class and in single escapes: characters, \d \pL [:alpha:], brackets. The base of
// RegexParser, which has the rest.
import { pushPerlGroup, pushPosixGroup, pushUnicodeGroup, ClassBuilder } from "./regex-class";
import { RegexError } from "./regex-errors";
import { closeBrace, escapeValue, runeAt, runeSize } from "./regex-lexer";
import { NodeKind, RegexTree } from "./regex-tree";
import { WordList } from "./word-list";

export const FLAG_FOLD: u32 = 1;

@unmanaged
export class ClassReader {
  error: RegexError = RegexError.None;
  errorAt: u32 = 0;
  protected tree: RegexTree = changetype<RegexTree>(0);
  protected start: usize = 0;
  protected at: usize = 0;
  protected end: usize = 0;
  protected flags: u32 = 0;
  /** Nodes of the concatenations being read. */
  protected items: WordList = new WordList();
  protected builder: ClassBuilder = new ClassBuilder();

  protected fail(code: RegexError, at: usize): bool {
    if (this.error == RegexError.None) {
      this.error = code;
      this.errorAt = <u32>(at - this.start);
    }
    this.at = this.end;
    return false;
  }

  protected pushClass(negated: bool): void {
    const tree = this.tree;
    this.builder.finish(negated);
    const pairs = this.builder.pairs;
    const first = tree.ranges.length;
    for (let i: u32 = 0; i < pairs.length; i++) tree.ranges.push(pairs.get(i));
    const kind = pairs.length == 0 ? NodeKind.Never : NodeKind.Class;
    this.items.push(tree.add(kind, first, pairs.length >> 1, 0, 1));
  }

  /** One character, possibly escaped, at `at`. */
  protected character(): u32 {
    const from = this.at;
    if (load<u8>(from) != 0x5c) {
      this.at += runeSize(from, this.end);
      return runeAt(from);
    }
    const found = escapeValue(from, this.end);
    const code = <RegexError>((<u32>(found >> 32)) & 0xff);
    if (code != RegexError.None) {
      this.fail(code, from);
      return 0;
    }
    this.at = from + <usize>(found >> 40);
    return <u32>found;
  }

  /** \d \s \w \pL and their negations at `at`, into the builder; false (nothing consumed) for anything else. */
  protected classEscape(): bool {
    const from = this.at;
    if (from + 1 >= this.end || load<u8>(from) != 0x5c) return false;
    const c = <u32>load<u8>(from + 1);
    const lower = c | 0x20;
    const fold = (this.flags & FLAG_FOLD) != 0;
    if (lower == 0x64 || lower == 0x73 || lower == 0x77) {
      pushPerlGroup(this.builder.openGroup(), lower);
      this.builder.closeGroup(fold, c != lower);
      this.at = from + 2;
      return true;
    }
    if (lower != 0x70) return false;
    let negated = c == 0x50;
    let name = from + 2;
    if (name >= this.end) return this.fail(RegexError.UnknownGroup, from);
    let nameEnd = name + runeSize(name, this.end);
    this.at = nameEnd;
    if (load<u8>(name) == 0x7b) {
      nameEnd = closeBrace(name, this.end);
      if (nameEnd == 0) return this.fail(RegexError.UnknownGroup, from);
      this.at = nameEnd + 1;
      name++;
      if (name < nameEnd && load<u8>(name) == 0x5e) {
        negated = !negated;
        name++;
      }
    }
    if (!pushUnicodeGroup(this.builder.openGroup(), name, <u32>(nameEnd - name))) {
      return this.fail(RegexError.UnknownGroup, from);
    }
    this.builder.closeGroup(fold, negated);
    return true;
  }

  protected bracket(): void {
    const from = this.at;
    const fold = (this.flags & FLAG_FOLD) != 0;
    this.at++;
    this.builder.clear();
    const negated = this.at < this.end && load<u8>(this.at) == 0x5e;
    if (negated) this.at++;
    let first = true;
    while (this.at < this.end && (first || load<u8>(this.at) != 0x5d)) {
      first = false;
      if (this.posix(fold) || this.classEscape()) continue;
      if (this.error != RegexError.None) return;
      const itemAt = this.at;
      const lo = this.character();
      let hi = lo;
      if (this.at + 1 < this.end && load<u8>(this.at) == 0x2d && load<u8>(this.at + 1) != 0x5d) {
        this.at++;
        hi = this.character();
      }
      if (this.error != RegexError.None) return;
      if (hi < lo) {
        this.fail(RegexError.BadRange, itemAt);
        return;
      }
      this.builder.add(lo, hi, fold);
    }
    if (this.error != RegexError.None) return;
    if (this.at >= this.end) {
      this.fail(RegexError.MissingBracket, from);
      return;
    }
    this.at++;
    this.pushClass(negated);
  }

  /** [:name:] or [:^name:] at `at`. Without a closing ":]" the bracket is a literal one. */
  protected posix(fold: bool): bool {
    const from = this.at;
    if (from + 1 >= this.end || load<u8>(from) != 0x5b || load<u8>(from + 1) != 0x3a) return false;
    let p = from + 2;
    while (p + 1 < this.end && !(load<u8>(p) == 0x3a && load<u8>(p + 1) == 0x5d)) p++;
    if (p + 1 >= this.end) return false;
    let name = from + 2;
    const negated = load<u8>(name) == 0x5e;
    if (negated) name++;
    if (!pushPosixGroup(this.builder.openGroup(), name, <u32>(p - name))) {
      return this.fail(RegexError.UnknownGroup, from);
    }
    this.builder.closeGroup(fold, negated);
    this.at = p + 2;
    return true;
  }
}
