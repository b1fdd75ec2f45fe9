import {
  REGEX_FOLD_CASE,
  RegexBuild,
  RegexStatus,
  buildRegex,
} from "../../../../assembly/core/compile/regex-compiler";
import { dfaSearch, validateDfa } from "../../../../assembly/core/match/regex-dfa";
import { Span, nfaFind, nfaSearch, validateProgram } from "../../../../assembly/core/match/regex-nfa";

const build = new RegexBuild();

function compile(pattern: string, flags: u32): RegexStatus {
  const bytes = String.UTF8.encode(pattern);
  return buildRegex(build, changetype<usize>(bytes), bytes.byteLength, flags);
}

/** "dfa nfa from to" of the pattern built last. */
function verdicts(value: string): string {
  const bytes = String.UTF8.encode(value);
  const at = changetype<usize>(bytes);
  const end = at + bytes.byteLength;
  const span = new Span();
  const found = nfaFind(build.program.at, at, end, span);
  const dfa = dfaSearch(build.dfa.at, at, end);
  const text = dfa.toString() + " " + nfaSearch(build.program.at, at, end).toString();
  const out = found ? text + " " + (span.from - at).toString() + " " + (span.to - at).toString() : text;
  heap.free(changetype<usize>(span));
  return out;
}

describe("core/compile/regex-compiler buildRegex", () => {
  test("verdicts and span", () => {
    expect(compile("union\\s+select", REGEX_FOLD_CASE)).toBe(RegexStatus.Ok);
    expect(verdicts("1 UNION  SELECT 2")).toBe("true true 2 15", "match");
    expect(verdicts("reunion selects")).toBe("true true 2 14", "inside words");
    expect(verdicts("union of selects, in a long text without a match, so that the skip loop runs")).toBe(
      "false false",
    );
    expect(verdicts("")).toBe("false false", "empty");
  });
  test("a value that begins past a skipped block", () => {
    expect(compile("<x", 0)).toBe(RegexStatus.Ok);
    expect(verdicts("0123456789abcdef0123456789abcde<x")).toBe("true true 31 33", "across blocks");
    expect(verdicts("0123456789abcdef<y<x")).toBe("true true 18 20", "again after a near miss");
    expect(verdicts("é<x")).toBe("true true 2 4", "after bytes over 127");
  });
  test("outputs pass the checks of untrusted tables", () => {
    expect(compile("\\b(?:a|é){2,4}$", 0)).toBe(RegexStatus.Ok);
    expect(validateProgram(build.program.at, build.program.length)).toBe(true, "program");
    expect(validateDfa(build.dfa.at, build.dfa.length)).toBe(true, "table");
    expect(validateDfa(build.dfa.at, build.dfa.length - 2)).toBe(false, "cut table");
    expect(validateProgram(build.dfa.at, build.dfa.length)).toBe(false, "the wrong table");
  });
  test("a failed build has no outputs but the error", () => {
    expect(compile("select", 0)).toBe(RegexStatus.Ok);
    expect(build.literalCount).toBe(1, "one literal");
    expect(build.minLength).toBe(6, "its length");
    expect(compile("(a", 0)).toBe(RegexStatus.Syntax);
    expect(build.program.length + build.dfa.length + build.literals.length).toBe(0, "no outputs");
    expect(build.literalCount + build.requiredSetCount + build.minLength).toBe(0, "no facts");
    expect(compile("a", 0)).toBe(RegexStatus.Ok, "usable again");
  });
  test("past the state limit there is a program and no table", () => {
    build.maxStates = 50;
    expect(compile("a[ab]{10}c", 0)).toBe(RegexStatus.Ok);
    expect(build.dfa.length).toBe(0, "no table");
    expect(build.program.length > 0).toBe(true, "a program");
    build.maxStates = 20000;
  });
});
