import {
  RegexError,
  RegexStatus,
  regexErrorText,
  statusOfError,
} from "../../../../assembly/core/compile/regex-errors";
import { RegexParser } from "../../../../assembly/core/compile/regex-parse";
import { NodeKind, RegexTree, UNBOUNDED } from "../../../../assembly/core/compile/regex-tree";

class Row {
  constructor(
    public pattern: string,
    public error: RegexError,
    public at: u32,
  ) {}
}

const tree = new RegexTree();
const parser = new RegexParser();

function parse(pattern: string): bool {
  const bytes = String.UTF8.encode(pattern);
  return parser.parse(tree, changetype<usize>(bytes), bytes.byteLength, 0);
}

describe("core/compile/regex-parse RegexParser.parse", () => {
  test("errors and where they are", () => {
    const rows: Row[] = [
      new Row("(a", RegexError.MissingParen, 0),
      new Row("(?", RegexError.MissingParen, 0),
      new Row("a)", RegexError.UnexpectedParen, 1),
      new Row("x[a", RegexError.MissingBracket, 1),
      new Row("[b-a]", RegexError.BadRange, 1),
      new Row("\\i", RegexError.BadEscape, 0),
      new Row("a\\", RegexError.TrailingBackslash, 1),
      new Row("+", RegexError.MissingArgument, 0),
      new Row("(|*)", RegexError.MissingArgument, 2),
      new Row("a*?*", RegexError.NestedRepeat, 3),
      new Row("a{3}{2}", RegexError.NestedRepeat, 4),
      new Row("a{1001,}", RegexError.RepeatSize, 1),
      new Row("((a{50}){50})", RegexError.RepeatSize, 8),
      new Row("(?q)", RegexError.BadGroup, 0),
      new Row("(?P<a-b>c)", RegexError.BadName, 0),
      new Row("(?<a>)(?P<a>)", RegexError.DuplicateName, 6),
      new Row("\\p{Nope}", RegexError.UnknownGroup, 0),
      new Row("\\pY", RegexError.UnknownGroup, 0),
      new Row("\\x{110000}", RegexError.BadCodePoint, 0),
      new Row("(?<=a)", RegexError.LookAround, 0),
      new Row("\\8", RegexError.BackReference, 0),
      new Row("a?+", RegexError.Possessive, 2),
      new Row("(?>a)", RegexError.Atomic, 0),
      new Row("(?(1)a)", RegexError.UnsupportedGroup, 0),
      new Row("[\\b]", RegexError.UnsupportedEscape, 1),
      new Row("(?ix)", RegexError.UnsupportedFlag, 3),
    ];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      expect(parse(row.pattern)).toBe(false, row.pattern);
      expect(parser.error).toBe(row.error, row.pattern);
      expect(parser.errorAt).toBe(row.at, row.pattern);
      expect(regexErrorText(row.error).length > 4).toBe(true, row.pattern);
    }
  });
  test("statuses", () => {
    expect(statusOfError(RegexError.None)).toBe(RegexStatus.Ok);
    expect(statusOfError(RegexError.BadCodePoint)).toBe(RegexStatus.Syntax);
    expect(statusOfError(RegexError.UnsupportedFlag)).toBe(RegexStatus.Unsupported);
    expect(statusOfError(RegexError.NestedTooDeep)).toBe(RegexStatus.TooLarge);
  });
  test("the tree", () => {
    expect(parse("ab|[c-d]{2,}?")).toBe(true);
    const root = tree.root;
    expect(tree.kind(root)).toBe(NodeKind.Alternate, "root");
    expect(tree.kind(tree.kid(root, 0))).toBe(NodeKind.Concat, "first");
    const repeat = tree.kid(root, 1);
    expect(tree.kind(repeat)).toBe(NodeKind.RepeatLazy, "second");
    expect(tree.b(repeat)).toBe(2, "least");
    expect(tree.c(repeat)).toBe(UNBOUNDED, "most");
    const digits = tree.a(repeat);
    expect(tree.ranges.get(tree.a(digits))).toBe(0x63, "class begin");
    expect(tree.ranges.get(tree.a(digits) + 1)).toBe(0x64, "class end");
    expect(tree.isNullable(root)).toBe(false, "not nullable");
  });
  test("what can be empty", () => {
    const rows = ["", "a*", "a?b{0}", "^$", "(a|)", "(a*){3}", "\\b"];
    for (let i = 0; i < rows.length; i++) {
      expect(parse(rows[i])).toBe(true, rows[i]);
      expect(tree.isNullable(tree.root)).toBe(true, rows[i]);
    }
  });
});
