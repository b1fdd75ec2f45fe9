// The operators that look at a value as a whole, for tests: lists of phrases, values and networks, numbers.
import { ByteWriter } from "../core/bytes/byte-writer";
import { ExactBuild } from "../core/compile/exact-compiler";
import { IpBuild } from "../core/compile/ip-compiler";
import { PhraseBuild } from "../core/compile/phrase-compiler";
import { exactFind, validateExactSet } from "../core/match/exact-set";
import { parseIp } from "../core/match/ip-address";
import { ipFind, validateIpRanges } from "../core/match/ip-range";
import { NumberValue, parseNumber } from "../core/match/number";
import { phraseFind, validatePhraseSet } from "../core/match/phrase-set";
import { Span } from "../core/match/span";

const table = new ByteWriter();
const span = new Span();
const number = new NumberValue();

/** Length of the table built last; listTable() points to it. */
export function listTableLength(): u32 {
  return table.length;
}

export function listTable(): usize {
  return table.at;
}

export function phraseBuild(wordBoundary: bool): usize {
  const build = new PhraseBuild();
  build.wordBoundary = wordBoundary;
  return changetype<usize>(build);
}

export function phraseAdd(build: usize, at: usize, len: u32): bool {
  return changetype<PhraseBuild>(build).add(at, len);
}

/** Builds the table and gives the builder back. */
export function phraseFinish(build: usize): bool {
  table.clear();
  const done = changetype<PhraseBuild>(build).build(table);
  changetype<PhraseBuild>(build).free();
  return done;
}

export function phraseIsValid(at: usize, size: u32): bool {
  return validatePhraseSet(at, size);
}

/** Offset of the phrase found | its length << 32; -1 for none. */
export function phraseSearch(set: usize, at: usize, len: u32): i64 {
  if (!phraseFind(set, at, at + len, span)) return -1;
  return (<i64>(span.from - at)) | ((<i64>(span.to - span.from)) << 32);
}

export function exactBuild(): usize {
  return changetype<usize>(new ExactBuild());
}

export function exactAdd(build: usize, at: usize, len: u32, expires: u64): bool {
  return changetype<ExactBuild>(build).add(at, len, expires);
}

export function exactFinish(build: usize): void {
  table.clear();
  changetype<ExactBuild>(build).build(table);
  changetype<ExactBuild>(build).free();
}

export function exactIsValid(at: usize, size: u32): bool {
  return validateExactSet(at, size);
}

export function exactSearch(set: usize, at: usize, len: u32, now: u64): bool {
  return exactFind(set, at, len, now);
}

export function ipBuild(): usize {
  return changetype<usize>(new IpBuild());
}

export function ipAdd(build: usize, at: usize, len: u32, expires: u64): bool {
  return changetype<IpBuild>(build).add(at, len, expires);
}

export function ipFinish(build: usize): void {
  table.clear();
  changetype<IpBuild>(build).build(table);
  changetype<IpBuild>(build).free();
}

export function ipIsValid(at: usize, size: u32): bool {
  return validateIpRanges(at, size);
}

export function ipSearch(set: usize, at: usize, len: u32, now: u64): bool {
  return ipFind(set, at, len, now);
}

export function ipParse(at: usize, len: u32, out: usize): bool {
  return parseIp(at, len, out);
}

/** The NumberType of the text; numberBits() and numberReal() are its value. */
export function numberTypeOf(at: usize, len: u32): u32 {
  parseNumber(at, len, number);
  return number.type;
}

export function numberBits(): u64 {
  return number.bits;
}

export function numberReal(): f64 {
  return number.real;
}
