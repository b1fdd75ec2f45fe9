// RE2's syntax and semantics by tables: what matches where, and what is refused, with which status and offset.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RegexProbe, Status } from "./regex-probe";

const probe = new RegexProbe();

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe("regex spans", () => {
  const rows: [name: string, pattern: string, value: string | Uint8Array, span: [number, number] | null][] = [
    ["literal", "bc", "abcd", [1, 3]],
    ["leftmost alternative wins over longer", "a|ab", "xab", [1, 2]],
    ["greedy star", "a*", "aaab", [0, 3]],
    ["lazy plus", "a+?", "aaa", [0, 1]],
    ["lazy star up to what follows", "<.*?>", "a<b>c>", [1, 4]],
    ["(?U) swaps greed", "(?U)a+", "aaa", [0, 1]],
    ["empty alternative first", "(?:|a)+", "aaa", [0, 0]],
    ["star of a nullable body keeps its first choice", "(?:|a)*", "aaa", [0, 0]],
    ["counted repeat", "a{2,3}", "aaaa", [0, 3]],
    ["brace that is no repeat is literal", "a{,2}", "xa{,2}", [1, 6]],
    ["caret is text begin", "^b", "a\nb", null],
    ["(?m) caret is line begin", "(?m)^b", "a\nb", [2, 3]],
    ["dollar is text end only", "a$", "a\n", null],
    ["(?m) dollar is line end", "(?m)a$", "a\nb", [0, 1]],
    ["dot is not newline", "a.b", "a\nb", null],
    ["(?s) dot is newline", "(?s)a.b", "a\nb", [0, 3]],
    ["negated class is newline", "a[^x]b", "a\nb", [0, 3]],
    ["word boundary", "\\bfoo\\b", "a foo.", [2, 5]],
    ["word boundary is ASCII", "\\bfoo", "éfoo", [2, 5]],
    ["no word boundary inside", "\\Boo\\B", "fooo", [1, 3]],
    ["quoted text", "\\Qa.b*\\E+", "xa.b**", [1, 6]],
    ["hexadecimal and octal escapes", "\\x41\\x{42}\\103", "ABC", [0, 3]],
    ["\\xE9 is a code point", "\\xE9", "é", [0, 2]],
    ["dot is a whole code point", "^.$", "😀", [0, 4]],
    ["negated class is a whole code point", "^[^a]$", "€", [0, 3]],
    ["invalid UTF-8 is no dot", "^.$", bytes(0xff), null],
    ["half a code point is no dot", "a.b", bytes(0x61, 0xc3, 0x62), null],
    ["an overlong form is no dot", "a(?s:.)+b", bytes(0x61, 0xc0, 0xaf, 0x62), null],
    ["the bytes of a surrogate are a dot, as in RE2", "^.$", bytes(0xed, 0xa0, 0x80), [0, 3]],
    ["any byte", "a\\C\\Cb", bytes(0x61, 0xff, 0xc3, 0x62), [0, 4]],
    ["POSIX class", "[[:alpha:]_]+", "1a_b2", [1, 4]],
    ["negated POSIX class", "[[:^digit:]]+", "12ab", [2, 4]],
    ["Perl's \\s has no vertical tab", "\\s", "\v", null],
    ["Unicode category", "\\p{Lu}+", "aÉΩb", [1, 5]],
    ["one-letter category", "\\pN", "a٣", [1, 3]],
    ["script", "\\p{Greek}+", "abγδ", [2, 6]],
    ["negated script", "\\P{Greek}", "γa", [2, 3]],
    ["negated in braces", "\\p{^Greek}", "γa", [2, 3]],
    ["Kelvin sign folds to k", "(?i)k", "\u212a", [0, 3]],
    ["long s folds to s", "(?i)S", "ſ", [0, 2]],
    ["sigma has three forms", "(?i)Σ{3}", "σςΣ", [0, 6]],
    ["sharp s folds to its capital", "(?i)ß", "ẞ", [0, 3]],
    ["dotless i does not fold", "(?i)i", "ı", null],
    ["folded range", "(?i)[j-l]", "\u212a", [0, 3]],
    ["folded negated class", "(?i)[^k]", "\u212a", null],
    ["folding ends with its group", "(?i:a)b", "Ab AB", [0, 2]],
    ["nothing matches an empty class", "[^\\x00-\\x{10FFFF}]|b", "ab", [1, 2]],
    ["empty pattern", "", "abc", [0, 0]],
    ["named groups", "(?P<a>x)(?<b>y)", "xy", [0, 2]],
    ["flags in the middle hold to the group's end", "(a(?i)b|c)D", "aBD", [0, 3]],
    ["dash first and last", "[-a]+[b-]", "-a-", [0, 3]],
    ["bracket first in a class", "[]a]+", "]a", [0, 2]],
  ];
  test("row names are unique", () => assert.equal(new Set(rows.map((row) => row[0])).size, rows.length));
  for (const [name, pattern, value, span] of rows) {
    test(name, () => {
      assert.equal(probe.build(pattern), Status.Ok, probe.error());
      assert.notEqual(probe.dfaSearch(value), undefined);
      assert.deepEqual(probe.agreedSpan(value), span);
    });
  }
});

describe("regex errors", () => {
  const rows: [pattern: string, status: Status, at: number][] = [
    ["a(b", Status.Syntax, 1],
    ["a)b", Status.Syntax, 1],
    ["[a", Status.Syntax, 0],
    ["[z-a]", Status.Syntax, 1],
    ["a**", Status.Syntax, 2],
    ["*a", Status.Syntax, 0],
    ["a|*", Status.Syntax, 2],
    ["a{1001}", Status.Syntax, 1],
    ["a{2,1}", Status.Syntax, 1],
    ["(?:a{100}){11}", Status.Syntax, 10],
    ["\\", Status.Syntax, 0],
    ["\\y", Status.Syntax, 0],
    ["\\x{110000}", Status.Syntax, 0],
    ["\\xg", Status.Syntax, 0],
    ["\\p{Klingon}", Status.Syntax, 0],
    ["[[:nope:]]", Status.Syntax, 1],
    ["(?<a>x)(?<a>y)", Status.Syntax, 7],
    ["(?P<>x)", Status.Syntax, 0],
    ["(?i-)x", Status.Syntax, 0],
    ["a(?=b)", Status.Unsupported, 1],
    ["a(?!b)", Status.Unsupported, 1],
    ["(?<=a)b", Status.Unsupported, 0],
    ["(?<!a)b", Status.Unsupported, 0],
    ["(a)\\1", Status.Unsupported, 3],
    ["(?P<n>a)(?P=n)", Status.Unsupported, 8],
    ["(?P<n>a)\\k<n>", Status.Unsupported, 8],
    ["a++", Status.Unsupported, 2],
    ["a{2}+", Status.Unsupported, 4],
    ["(?>a)", Status.Unsupported, 0],
    ["(?#c)", Status.Unsupported, 0],
    ["(?x)a", Status.Unsupported, 2],
    ["\\Z", Status.Unsupported, 0],
    ["[\\b]", Status.Unsupported, 1],
    ["(".repeat(250) + ")".repeat(250), Status.TooLarge, 199],
    ["(?:\\pL{1000}\\pL{1000}){1}".repeat(20), Status.TooLarge, 0],
  ];
  for (const [pattern, status, at] of rows) {
    test(pattern.slice(0, 30), () => {
      assert.equal(probe.build(pattern), status);
      assert.equal(probe.errorAt(), at);
      assert.match(probe.error(), /^[a-z].{4,}/);
      assert.equal(probe.output("program").length + probe.output("dfa").length, 0);
    });
  }
  test("invalid UTF-8 in the pattern", () => {
    assert.equal(probe.build(bytes(0x61, 0xff)), Status.Syntax);
    assert.equal(probe.errorAt(), 1);
  });
  test("never-traps on arbitrary patterns", () => {
    const piece = fc.constantFrom(
      ..."()[]{}*+?|^$.\\-:<>=!,&a1xpPQEiLé".split(""),
      "(?",
      "\\p{",
      "[[:",
      "(?i",
      "{2,",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), fc.boolean(), (parts, fold) => {
        if (probe.build(parts.join(""), { fold, maxStates: 2000 }) === Status.Ok) probe.find("aé1\n");
      }),
      { numRuns: 2000 },
    );
  });
});
