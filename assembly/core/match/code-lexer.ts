// Tokens that the C-like languages share (PHP, JavaScript, Java, Python, Ruby), for the detectors of injected code.
//
// A value may begin inside a string that it closes, so quotes are transparent: only what is surely one short plain text
// ('sys', "os") is a text token, every other quote is a mark and what follows it is read as code. Along the way the
// lexer counts what speaks against code: `pairs`, words that stand side by side as only prose puts them.
//
// Each byte is read once, and once more where a quote turned out to begin no text: no quote lies within what such a look
// ahead reads, so no two of them read the same bytes. For comments see code-comments.ts.
// TEST: test/unit/core/match/php.spec.ts and its neighbours

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { commentSteps, gapToCall, pastBlanks, startComments } from "./code-comments";
import { CODE_CELLS, CODE_LONGEST, CODE_SEED, CODE_SLOTS, CODE_TEXT } from "../generated/code-words";
import { findTrigger } from "./trigger-bytes";
import { wordClass } from "./word-table";

export enum Token {
  End = 0,
  Name = 1,
  /** $name */
  Variable = 2,
  Number = 3,
  /** A short quoted text; tokenAt and tokenTo are inside its quotes. */
  Text = 4,
  /** Any other byte: `mark`. */
  Mark = 5,
}

/** Longest text that is one token. */
const TEXT_MAX: usize = 64;
/** `pairs` of a document with fences around its code. */
const FENCED: u32 = 1000;
/** `pairs` from which on only the end of a text or comment can begin code again. */
export const DOCUMENT: u32 = 12;
/** Quotes and the slash that ends a comment, by low and high nibbles. */
const ENDS = memory.data<u8>([
  2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

export let token: u32 = Token.End;
export let tokenAt: usize = 0;
export let tokenTo: usize = 0;
export let mark: u32 = 0;
/** Blanks or comments stood before the token. */
export let spaced: bool = false;
/** Words side by side so far. */
export let pairs: u32 = 0;
/** Where lexing goes on. */
export let place: usize = 0;

let limit: usize = 0;
let steps: u32 = 0;
/** The token before was a name, which `word…` bounds. */
let word: bool = false;
let wordAt: usize = 0;
let wordTo: usize = 0;
/** The token before was a quote that stands alone. */
let quote: bool = false;
/** The line is a comment from some place on. */
let commented: bool = false;

export function startLexer(at: usize, end: usize): void {
  place = at;
  limit = end;
  startComments(end);
  pairs = 0;
  word = false;
  quote = false;
  commented = false;
  token = Token.End;
}

/** Bytes looked at so far, for tests of the cost. */
export function lexerSteps(): u32 {
  return steps + commentSteps();
}

export function clearPairs(): void {
  if (pairs < FENCED) pairs = 0;
  word = false;
}

/** A sentence goes on behind what looked like code. */
export function noteProse(): void {
  pairs++;
}

/** Counts the name in hand as a word when a blank follows it and neither an operator nor the end comes then. */
export function noteStray(): void {
  if (peekByte(0) == 0x0a || peekByte(0) == 0x0d) return;
  if (!isSpace(peekByte(0)) && !isSpace(peekByte(1))) return;
  const code = peekCode();
  if (code == 0 || code == 0x3d || code == 0x2e || code == 0x5c || code == 0x5b) return;
  pairs++;
}

/** Byte `ahead` of the place lexing goes on at, 0 past the end. */
export function peekByte(ahead: usize): u32 {
  return place + ahead < limit ? load<u8>(place + ahead) : 0;
}

/** The next byte that is no blank, 0 at the end. */
export function peekCode(): u32 {
  let at = place;
  while (at < limit && isSpace(load<u8>(at))) at++;
  steps += <u32>(at - place) + 1;
  return at < limit ? load<u8>(at) : 0;
}

/** Goes on at the next quote or slash of a document, or false when nothing in the rest of it can be code. */
export function skipProse(): bool {
  if (pairs >= FENCED) return false;
  // What follows a quote or an asterisk decides whether it ended something.
  if (token == Token.Mark && (quote || mark == 0x2a)) return true;
  const to = findTrigger(place, limit, ENDS);
  steps += <u32>(to - place);
  // A slash ends a comment only with the asterisk before it; the mark is read again with what precedes it.
  place = to > place && to < limit && load<u8>(to) == 0x2f && load<u8>(to - 1) == 0x2a ? to - 1 : to;
  word = false;
  return place < limit;
}

/** Reads the next token; false at the end. */
export function nextToken(): bool {
  let at = pastBlanks(place);
  spaced = at > place;
  // Words on two lines are no sentence, and what a comment said is none either.
  if (spaced && load<u8>(place) == 0x0a) {
    word = false;
    if (commented) clearPairs();
    commented = false;
  }
  if (at >= limit) {
    steps += <u32>(at - place);
    place = at;
    token = Token.End;
    return false;
  }
  const from = place;
  const c = <u32>load<u8>(at);
  tokenAt = at;
  if (isAlpha(c) || c == 0x5f || c >= 0x80) readName(at);
  else if (isDigit(c)) readNumber(at);
  else if (c == 0x24 && isNameAt(at + 1)) {
    at++;
    while (at < limit && isNameByte(load<u8>(at))) at++;
    finish(Token.Variable, at);
    if (word && spaced && !isKeyword(wordAt, wordTo)) pairs++;
    word = false;
  } else if (!isQuote(c) || !readText(at, c)) readMark(at, c);
  steps += <u32>(place - from);
  return true;
}

/** Is the name a keyword that stands beside other names in code? */
export function isKeyword(at: usize, to: usize): bool {
  const size = <u32>(to - at);
  return size <= CODE_LONGEST && wordClass(at, size, CODE_SEED, CODE_SLOTS, CODE_CELLS, CODE_TEXT) != 0;
}

/** Class of the token in the table of keywords: 0 for other names. */
export function keywordClass(): u32 {
  const size = <u32>(tokenTo - tokenAt);
  return size > CODE_LONGEST ? 0 : wordClass(tokenAt, size, CODE_SEED, CODE_SLOTS, CODE_CELLS, CODE_TEXT);
}

/** Goes past blanks and comments when a parenthesis follows them; the parenthesis is then the next token. */
export function skipGapToCall(): bool {
  const to = gapToCall(place);
  if (to == 0) return false;
  place = to;
  return true;
}

function finish(kind: u32, to: usize): void {
  token = kind;
  tokenTo = to;
  place = to;
  quote = false;
}

function readName(start: usize): void {
  let at = start;
  while (at < limit && isNameByte(load<u8>(at))) at++;
  const stop = at;
  // don't, it's: an apostrophe inside a word of prose
  if (at - start > 2 && at + 1 < limit && load<u8>(at) == 0x27 && isAlpha(load<u8>(at, 1))) {
    let to = at + 1;
    while (to < limit && to - at < 4 && isAlpha(load<u8>(to))) to++;
    if (to - at < 4 && (to >= limit || isSpace(load<u8>(to)))) at = to;
  }
  finish(Token.Name, at);
  tokenTo = stop;
  if (word && spaced && keywordClass() == 0 && !isKeyword(wordAt, wordTo)) pairs++;
  word = true;
  wordAt = start;
  wordTo = stop;
}

function readNumber(start: usize): void {
  let at = start;
  while (at < limit && (isWord(load<u8>(at)) || load<u8>(at) == 0x2e)) at++;
  // A point that ends the number joins it to what follows.
  if (at > start + 1 && load<u8>(at - 1) == 0x2e) at--;
  finish(Token.Number, at);
}

function readMark(at: usize, c: u32): void {
  // The quote closes a string around the value when an operator follows it: what came before was its text.
  if (quote && !spaced && closesText(c)) clearPairs();
  if (c == 0x60 && at + 2 < limit && load<u16>(at) == 0x6060 && load<u8>(at, 2) == 0x60) pairs = FENCED;
  // \" and \' in text that was escaped once more
  if (!spaced && slash(c)) clearPairs();
  const escaped = c == 0x5c && at + 1 < limit && isQuote(load<u8>(at, 1));
  finish(Token.Mark, escaped ? at + 2 : at + 1);
  mark = escaped ? <u32>load<u8>(at, 1) : c;
  quote = isQuote(mark);
  word = word && (mark == 0x2c || mark == 0x2e) && !quote;
}

/** Notes where comments begin; true where one ends. */
function slash(c: u32): bool {
  if (token != Token.Mark || c != 0x2f) return false;
  if (mark == 0x2f) commented = true;
  return mark == 0x2a;
}

/** ; . ) + , ] } & | */
function closesText(c: u32): bool {
  return c == 0x3b || c == 0x2e || c == 0x29 || c == 0x2b || c == 0x5d || c == 0x7d || c == 0x26 || c == 0x7c;
}

/** A quoted text of word bytes, blanks and the marks of paths and escapes. */
function readText(start: usize, c: u32): bool {
  const stop = min(limit, start + 1 + TEXT_MAX);
  let at = start + 1;
  while (at < stop) {
    const b = <u32>load<u8>(at);
    if (b == c || (b == 0x5c && at + 1 < limit && <u32>load<u8>(at, 1) == c)) break;
    if (!isTextByte(b)) break;
    at++;
  }
  steps += <u32>(at - start);
  if (at >= stop) return false;
  const b = <u32>load<u8>(at);
  const escaped = b == 0x5c && at + 1 < limit && <u32>load<u8>(at, 1) == c;
  if (b != c && !escaped) return false;
  if (at == start + 1) return false;
  finish(Token.Text, at + (escaped ? 2 : 1));
  tokenAt = start + 1;
  tokenTo = at;
  word = false;
  return true;
}

function isTextByte(c: u32): bool {
  return (
    isWord(c) ||
    c >= 0x80 ||
    c == 0x20 ||
    c == 0x5c ||
    c - 0x2d < 3 || // - . /
    c == 0x3a ||
    c == 0x40
  );
}

function isQuote(c: u32): bool {
  return c == 0x27 || c == 0x22 || c == 0x60;
}

function isNameByte(c: u32): bool {
  return isWord(c) || c >= 0x80;
}

function isNameAt(at: usize): bool {
  if (at >= limit) return false;
  const c = <u32>load<u8>(at);
  return isAlpha(c) || c == 0x5f || c >= 0x80;
}
