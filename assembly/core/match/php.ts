// PHP injection: would the value run as PHP where a script evaluates or includes it?
//
// The value is read as code (code-lexer.ts). What counts is the structure: a call of a function of PHP where the value is
// nothing but code up to there and goes on as code behind it; a call through a variable ($a(1)), a text ("system"('id')) or a
// name in pieces ((sy.(st).em)('id')); a superglobal with its index; an open tag and a call that runs something; a
// serialised object. Words side by side make it prose, fences make it a document: neither runs.
//
// One pass; open brackets are kept in a stack of fixed depth, below which only names count. TEST: test/unit/core/match/php.spec.ts

import { isSpace } from "../bytes/ascii";
import { goesOnAsCode, goesOnWithWord } from "./code-context";
import {
  Token,
  DOCUMENT,
  clearPairs,
  keywordClass,
  lexerSteps,
  mark,
  nextToken,
  pairs,
  noteProse,
  noteStray,
  peekByte,
  peekCode,
  place,
  skipGapToCall,
  skipProse,
  spaced,
  startLexer,
  token,
  tokenAt,
  tokenTo,
} from "./code-lexer";
import { mayBePhp } from "./php-candidate";
import { forgedArray, serializedObject } from "./php-serialized";
import { Tag, opensInterpolation, phpTag } from "./php-tag";
import { Span } from "./span";
import { addPiece, clearName, spelledClass, spelledPieces, spelledTexts } from "./spelled-name";
import { wordClass } from "./word-table";
import {
  PHP_CALL,
  PHP_CELLS,
  PHP_GLOBAL,
  PHP_LONGEST,
  PHP_RUN,
  PHP_SEED,
  PHP_SLOTS,
  PHP_TEXT,
} from "../generated/php-words";

/** A value can be PHP only if it holds one of: ( $ < { Bit set of 256. */
export const PHP_REQUIRED = memory.data<u64>([0x1000011000000000, 0x0800000000000000, 0x0, 0x0]);

/** Classes of calls beside PHP_RUN and PHP_CALL: by a spelled-out name, through a variable, through a superglobal. */
const SPELLED: u32 = 16;
const DYNAMIC: u32 = 17;
const FORGED: u32 = 18;

/** Words, and words side by side, of a statement that a semicolon ends. */
const STATEMENT_PAIRS: u32 = 4;

/** Words side by side before an open tag that make it a document. */
const TAG_PAIRS: u32 = 8;

/** What the token before was, as something that a parenthesis may call. */
enum Operand {
  None = 0,
  Name = 1,
  Text = 2,
  Variable = 3,
  Global = 4,
  Group = 5,
  /** [ … ] that no index follows yet. */
  Array = 6,
  Other = 7,
}

enum Frame {
  Group = 0,
  Call = 1,
  Index = 2,
  Block = 3,
}

/** Open brackets: u8 kind, u8 class of the call, u8 it begins where code may, u8 operand before, u8 evidence, usize start. */
const DEPTH: u32 = 32;
const FRAME: u32 = 16;
const frames = memory.data(512);

let begin: usize = 0;
let limit: usize = 0;
let depth: u32 = 0;
let operand: u32 = Operand.None;
/** A point joins what comes to the name in hand. */
let joined: bool = false;
/** The operand before the point was a text. */
let joinedText: bool = false;
/** The name to come is a method or is being declared. */
let member: bool = false;
let inTag: bool = false;
/** The short tag that the value begins with. */
let tagAt: usize = 0;
let lastMark: u32 = 0;
let variableInGroup: bool = false;

/** True when the value of `at..end` is PHP that runs; `span` is then the part that says so. */
export function detectPhp(at: usize, end: usize, span: Span): bool {
  if (end - at < 4 || !mayBePhp(at, end)) return false;
  begin = at;
  limit = end;
  depth = 0;
  operand = Operand.None;
  joined = false;
  joinedText = false;
  member = false;
  inTag = false;
  tagAt = 0;
  lastMark = 0;
  variableInGroup = false;
  clearName();
  if (forgedArray(at, end)) return report(at, end, span);
  startLexer(at, end);
  while (nextToken()) {
    if (pairs >= DOCUMENT) {
      if (!skipProse()) return false;
      continue;
    }
    const from = step();
    if (from != 0) return report(from, place, span);
  }
  const open = unfinishedCall();
  return open != 0 && report(open, end, span);
}

/** Bytes looked at so far, for tests of the cost. */
export function phpSteps(): u32 {
  return lexerSteps();
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

/** Where PHP that runs began, once the token in hand proves it; 0 before. */
function step(): usize {
  switch (<i32>token) {
    case Token.Name:
      return onName();
    case Token.Variable:
      return onVariable();
    case Token.Text:
      return onText();
    case Token.Mark:
      return onMark();
    default:
      operand = Operand.Other;
      joined = false;
      lastMark = 0;
      return 0;
  }
}

function onName(): usize {
  const at = tokenAt;
  const size = <u32>(tokenTo - at);
  const wasMember = member;
  const before = lastMark;
  lastMark = 0;
  member = false;
  if (size == 1 && place < limit && load<u8>(place) == 0x3a) {
    const to = serializedObject(at, limit);
    if (to != 0 && pairs < TAG_PAIRS) return at;
  }
  if (!joined && keywordClass() != 0) {
    if (tagAt != 0 && before == 0x3f) return tagAt;
    operand = Operand.None;
    clearName();
    // function system( declares, echo system( calls
    member = size == 8 && (load<u8>(at) | 0x20) == 0x66;
    return 0;
  }
  const wasJoined = joined;
  if (!joined) clearName();
  addPiece(at, tokenTo, false);
  joined = false;
  operand = Operand.Name;
  if (skipGapToCall()) {
    if (wasMember) operand = Operand.Other;
    else if (wasJoined && joinedText && classOfName() == 0) {
      clearName();
      addPiece(at, tokenTo, false);
    }
    return 0;
  }
  if (depth == 0) noteStray();
  else if (peekCode() == 0x3a) labelCall();
  return 0;
}

function onVariable(): usize {
  const at = tokenAt + 1;
  const isGlobal = classAt(at, tokenTo) == PHP_GLOBAL;
  operand = isGlobal ? Operand.Global : Operand.Variable;
  joined = false;
  clearName();
  variableInGroup = true;
  member = false;
  lastMark = 0;
  noteEvidence();
  skipGapToCall();
  if (!isGlobal || !isCode()) return 0;
  const next = peekCode();
  return next == 0 || next == 0x3d ? tokenAt : 0;
}

function onText(): usize {
  if (!joined) clearName();
  addPiece(tokenAt, tokenTo, true);
  joined = false;
  operand = Operand.Text;
  lastMark = 0;
  skipGapToCall();
  noteEvidence();
  return spelledTexts > 1 && spelledTexts == spelledPieces && classOfName() == PHP_RUN ? tokenAt : 0;
}

// eslint-disable-next-line complexity -- one branch per mark
function onMark(): usize {
  const c = mark;
  const before = lastMark;
  lastMark = c;
  switch (c) {
    case 0x28:
      return onOpen();
    case 0x29:
    case 0x5d:
    case 0x7d:
      return onClose();
    case 0x5b:
    case 0x7b:
      push(isIndexed(c) ? Frame.Index : Frame.Block, 0);
      operand = Operand.None;
      return 0;
    case 0x2e:
      if (operand == Operand.Other && !spaced && !isSpace(peekByte(0))) member = true;
      joined = operand == Operand.Name || operand == Operand.Text || operand == Operand.Group;
      joinedText = operand == Operand.Text;
      if (!joined) break;
      operand = Operand.None;
      return 0;
    case 0x24:
      if (pairs == 0 && opensInterpolation(place, limit)) return tokenAt;
      break;
    case 0x3c:
      if (peekByte(0) == 0x3f) return onTag();
      break;
    case 0x3e:
      if (before == 0x2d && !spaced) member = true;
      if (before == 0x3f) inTag = false;
      break;
    case 0x3a:
      if (before == 0x3a && !spaced) member = true;
      break;
    case 0x27:
    case 0x22:
      noteEvidence();
      break;
    case 0x3b:
      if (pairs < STATEMENT_PAIRS) clearPairs();
      break;
    default:
      break;
  }
  operand = Operand.None;
  joined = false;
  return 0;
}

/** The bracket begins an index of the operand before it. */
function isIndexed(c: u32): bool {
  if (operand == Operand.None || operand == Operand.Other) return false;
  return c == 0x5b || !spaced || operand == Operand.Group;
}

/** Only code so far. */
function isCode(): bool {
  return inTag || pairs == 0;
}

/** What a parenthesis calls. */
function calledClass(): u32 {
  switch (<i32>operand) {
    case Operand.Name:
      return classOfName();
    case Operand.Text:
      return classOfName() == PHP_RUN ? SPELLED : 0;
    case Operand.Global:
      return FORGED;
    case Operand.Variable:
      return DYNAMIC;
    case Operand.Group:
      if (classOfName() == PHP_RUN) return SPELLED;
      return variableInGroup ? DYNAMIC : 0;
    default:
      return 0;
  }
}

function onOpen(): usize {
  const called = operand != Operand.None && operand != Operand.Other;
  const kind = called ? calledClass() : 0;
  const after = joined;
  if (!called) variableInGroup = false;
  push(called ? Frame.Call : Frame.Group, kind);
  if (called || !after) clearName();
  // (string)"system" and sy.(st).em: a group keeps a name that is being joined
  joined = after && !called;
  operand = Operand.None;
  return 0;
}

function push(kind: u32, called: u32): void {
  if (depth < DEPTH) {
    const frame = frames + depth * FRAME;
    store<u8>(frame, <u8>kind);
    store<u8>(frame, <u8>called, 1);
    store<u8>(frame, isCode() ? 1 : 0, 2);
    store<u8>(frame, <u8>operand, 3);
    store<u32>(frame, 0, 4);
    store<usize>(frame, max(tokenAt, begin + 1) - 1, 8);
  }
  depth++;
}

function onClose(): usize {
  joined = false;
  if (depth == 0) {
    operand = Operand.Other;
    return 0;
  }
  depth--;
  if (depth >= DEPTH) return 0;
  const frame = frames + depth * FRAME;
  const kind = <u32>load<u8>(frame);
  const before = <u32>load<u8>(frame, 3);
  if (kind == Frame.Index) {
    operand = before == Operand.Array ? Operand.Group : before;
    skipGapToCall();
    return before == Operand.Global && load<u8>(frame, 2) != 0 && (inTag || goesOnAsCode(limit))
      ? load<usize>(frame, 8)
      : 0;
  }
  operand = Operand.Array;
  if (kind == Frame.Call) operand = Operand.Other;
  if (kind == Frame.Group || mark == 0x7d) operand = Operand.Group;
  if (operand == Operand.Group) skipGapToCall();
  if (kind == Frame.Call) noteEvidence();
  return kind == Frame.Call && isAttack(frame) ? load<usize>(frame, 8) : 0;
}

/** Does the call whose frame is closed prove that the value runs? */
function isAttack(frame: usize): bool {
  const called = <u32>load<u8>(frame, 1);
  if (called == 0) return false;
  if (load<u8>(frame, 2) == 0 || (load<u8>(frame, 4) & LABELLED) != 0) return false;
  if (inTag) return called != PHP_CALL && called != DYNAMIC;
  if (goesOnAsCode(limit)) return true;
  if (called == PHP_RUN && (load<u8>(frame, 4) & EVIDENCE) != 0 && goesOnWithWord(limit)) return true;
  if (depth == 0) noteProse();
  return false;
}

/** A call of what runs commands, with an argument, that the value's end cuts off. */
function unfinishedCall(): usize {
  for (let i: u32 = 0; i < min(depth, DEPTH); i++) {
    const frame = frames + i * FRAME;
    const called = <u32>load<u8>(frame, 1);
    if (called != PHP_RUN && called != SPELLED) continue;
    if (load<u8>(frame, 2) != 0 && (load<u8>(frame, 4) & EVIDENCE) != 0) return load<usize>(frame, 8);
  }
  return 0;
}

const EVIDENCE: u8 = 1;
const LABELLED: u8 = 2;

/** The innermost call has an argument that code gives. */
function noteEvidence(): void {
  if (depth == 0 || depth > DEPTH) return;
  const frame = frames + (depth - 1) * FRAME;
  store<u8>(frame, load<u8>(frame, 4) | EVIDENCE, 4);
}

/** name(label: …): a field of GraphQL, a call of Swift, not of PHP. */
function labelCall(): void {
  if (depth > DEPTH || peekByte(1) == 0x3a) return;
  const frame = frames + (depth - 1) * FRAME;
  store<u8>(frame, load<u8>(frame, 4) | LABELLED, 4);
}

/** <?php, <?=, <? and code: at the value's start the tag is enough, behind text it needs a call. */
function onTag(): usize {
  operand = Operand.None;
  if (pairs >= TAG_PAIRS) return 0;
  const kind = phpTag(tokenAt + 2, limit);
  if (kind == Tag.None) return 0;
  if (kind == Tag.Certain && startsCode()) return tokenAt;
  tagAt = startsCode() ? tokenAt : 0;
  inTag = true;
  return 0;
}

/** No word stands before the tag: it begins the value, or touches what is before it. */
function startsCode(): bool {
  return pairs == 0 && (!spaced || tokenAt - begin < 4);
}

function classOfName(): u32 {
  const kind = spelledClass(PHP_LONGEST, PHP_SEED, PHP_SLOTS, PHP_CELLS, PHP_TEXT);
  return kind == PHP_RUN || kind == PHP_CALL ? kind : 0;
}

function classAt(at: usize, to: usize): u32 {
  const size = <u32>(to - at);
  return size > PHP_LONGEST ? 0 : wordClass(at, size, PHP_SEED, PHP_SLOTS, PHP_CELLS, PHP_TEXT);
}
