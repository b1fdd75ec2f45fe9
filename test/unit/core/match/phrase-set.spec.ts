import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { PhraseBuild } from "../../../../assembly/core/compile/phrase-compiler";
import { phraseFind, validatePhraseSet } from "../../../../assembly/core/match/phrase-set";
import { Span } from "../../../../assembly/core/match/span";

const table = new ByteWriter();
const span = new Span();
/** What follows a value in memory; it would complete a phrase. */
const AFTER = "banana$ String1";

function build(phrases: string[], wordBoundary: bool): void {
  const set = new PhraseBuild();
  set.wordBoundary = wordBoundary;
  for (let i = 0; i < phrases.length; i++) {
    const bytes = String.UTF8.encode(phrases[i]);
    expect(set.add(changetype<usize>(bytes), bytes.byteLength)).toBe(phrases[i].length > 0, phrases[i]);
  }
  table.clear();
  expect(set.build(table)).toBe(true, "built");
  expect(validatePhraseSet(table.at, table.length)).toBe(true, "valid");
  set.free();
}

function found(value: string): string {
  const len = String.UTF8.byteLength(value);
  const bytes = String.UTF8.encode(value + AFTER);
  const at = changetype<usize>(bytes);
  if (!phraseFind(table.at, at, at + len, span)) return "";
  return String.UTF8.decodeUnsafe(span.from, span.to - span.from);
}

function rows(values: string[], want: string): void {
  for (let i = 0; i < values.length; i++) expect(found(values[i])).toBe(want, values[i]);
}

describe("core/match/phrase-set phraseFind", () => {
  test("no phrases find nothing, an empty phrase is refused", () => {
    build([""], false);
    rows(["", "a", "banana"], "");
  });

  test("the phrase that ends first, byte for byte", () => {
    build(["String1", "string2", "string 3", "string_4", "string21", "x"], false);
    rows(["bla_String1_bla", "String1"], "String1");
    rows(["\u00e9string2\u00e9", "string21"], "string2");
    rows(["bla_string 3"], "string 3");
    rows(["string_4bla"], "string_4");
    rows(["x", "stringx"], "x");
    rows(["", "String", "string_", "String21".substring(0, 6), "string", "String2", "STRING1"], "");
  });

  test("a phrase inside the beginning of a longer one", () => {
    build(["bc", "abcd", "abce"], false);
    rows(["abc", "abcd", "xbc"], "bc");
    rows(["abd", "ab", "cb"], "");
  });

  test("of phrases that end together the longest", () => {
    build(["c", "abc", "bc"], false);
    rows(["abc", "xabcx"], "abc");
    rows(["bbc"], "bc");
    rows(["bac"], "c");
  });

  test("whole words only", () => {
    build(["banana", "$apple", "orange$", "$pear$"], true);
    rows(["banana", " banana", "banana ", "word   ;banana/ word", "xbanana banana"], "banana");
    rows(["banan", "abanana", "bananaa", "banana_", "_banana", "   _banana_   "], "");
    rows(["$apple", "s$apple", ";$apple;", "word $apple word"], "$apple");
    rows(["apple", "$applea", "a$applea", "$apple_", "   _$apple_   "], "");
    rows(["orange$", "orange$s", ";orange$;", "word orange$word"], "orange$");
    rows(["aorange$", "_orange$_"], "");
    rows(["$pear$", "s$pear$s", "word$pear$word"], "$pear$");
    rows(["pear$", "$pear"], "");
  });

  test("a whole word that is the tail of a longer phrase", () => {
    build(["x-cat", "cat"], true);
    rows(["ax-cat"], "cat");
    rows(["a x-cat"], "x-cat");
  });
});
