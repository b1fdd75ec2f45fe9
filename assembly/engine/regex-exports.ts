// Regular expressions for Node: build one pattern, read what came of it, search and find.
import { ByteWriter } from "../core/bytes/byte-writer";
import { RegexBuild, buildRegex, regexErrorText } from "../core/compile/regex-compiler";
import { dfaSearch, validateDfa } from "../core/match/regex-dfa";
import { Span, nfaFind, nfaSearch, nfaSteps, validateProgram } from "../core/match/regex-nfa";

let span: usize = 0;

export function regexNew(): usize {
  return changetype<usize>(new RegexBuild());
}

export function regexFree(build: usize): void {
  changetype<RegexBuild>(build).free();
}

/** RegexStatus. `maxStates` 0 keeps the default. */
export function regexBuild(build: usize, at: usize, len: u32, flags: u32, maxStates: u32): u32 {
  const regex = changetype<RegexBuild>(build);
  regex.maxStates = maxStates == 0 ? 20000 : maxStates;
  return buildRegex(regex, at, len, flags);
}

/** Bounds time and size of DFA construction; see RegexBuild.maxWork and maxTable. */
export function regexSetLimits(build: usize, work: f64, table: u32): void {
  changetype<RegexBuild>(build).maxWork = <u64>work;
  changetype<RegexBuild>(build).maxTable = table;
}

/** States of the last build's DFA before minimisation. */
export function regexStates(build: usize): u32 {
  return changetype<RegexBuild>(build).states;
}

/** Steps of the whole last build, which the budget of a document counts. */
export function regexSteps(build: usize): f64 {
  return <f64>changetype<RegexBuild>(build).steps;
}

/** NFA instructions the last build's DFA construction visited. */
export function regexWork(build: usize): f64 {
  return <f64>changetype<RegexBuild>(build).work;
}

export function regexErrorAt(build: usize): u32 {
  return changetype<RegexBuild>(build).errorAt;
}

export function regexErrorCode(build: usize): u32 {
  return changetype<RegexBuild>(build).errorCode;
}

/** Writes the error's text to `at` (64 bytes at most) and returns its length. */
export function regexErrorInto(code: u32, at: usize): u32 {
  const text = regexErrorText(code);
  return <u32>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
}

export function regexMinLength(build: usize): u32 {
  return changetype<RegexBuild>(build).minLength;
}

export function regexLiteralCount(build: usize): u32 {
  return changetype<RegexBuild>(build).literalCount;
}

export function regexRequiredSetCount(build: usize): u32 {
  return changetype<RegexBuild>(build).requiredSetCount;
}

/** An output by number: 0 program, 1 DFA, 2 literals, 3 required sets. */
function output(build: usize, which: u32): ByteWriter {
  const regex = changetype<RegexBuild>(build);
  if (which == 0) return regex.program;
  if (which == 1) return regex.dfa;
  return which == 2 ? regex.literals : regex.requiredSets;
}

export function regexOutputAt(build: usize, which: u32): usize {
  return output(build, which).at;
}

export function regexOutputLength(build: usize, which: u32): u32 {
  return output(build, which).length;
}

export function regexDfaSearch(table: usize, at: usize, end: usize): bool {
  return dfaSearch(table, at, end);
}

export function regexValidateDfa(table: usize, size: u32): bool {
  return validateDfa(table, size);
}

export function regexNfaSearch(program: usize, at: usize, end: usize): bool {
  return nfaSearch(program, at, end);
}

/** Offset of the match's begin and its length as one number (begin × 2^24 + length), or -1. */
export function regexNfaFind(program: usize, at: usize, end: usize): f64 {
  if (span == 0) span = changetype<usize>(new Span());
  const found = changetype<Span>(span);
  if (!nfaFind(program, at, end, found)) return -1;
  return <f64>(found.from - at) * 16777216 + <f64>(found.to - found.from);
}

export function regexValidateProgram(program: usize, size: u32): bool {
  return validateProgram(program, size);
}

/** Instructions visited by the NFA so far. */
export function regexNfaSteps(): f64 {
  return <f64>nfaSteps;
}
