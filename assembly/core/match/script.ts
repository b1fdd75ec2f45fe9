// Code injection in JavaScript, Python, Ruby, Perl and ASP: would the value run where one of them evaluates it?
//
// Read as code (code-lexer.ts). A member is looked up with its object (process.mainModule, os.system, constructor.constructor), however
// it is written: process["main"+"Module"] too. Calls count at their closing parenthesis, when only code stood before them and code
// goes on behind them; modules count in what loads them. Sentences about the same names are none of this.
//
// One pass; open brackets are kept in a stack of fixed depth. TEST: test/unit/core/match/script.spec.ts

import { goesOnAsCode, goesOnWithWord } from "./code-context";
import {
  DOCUMENT,
  Token,
  clearPairs,
  keywordClass,
  lexerSteps,
  mark,
  nextToken,
  noteStray,
  pairs,
  peekByte,
  peekCode,
  place,
  skipGapToCall,
  spaced,
  skipProse,
  startLexer,
  token,
  tokenAt,
  tokenTo,
} from "./code-lexer";
import {
  addToMember,
  clearMember,
  enterMember,
  hasObject,
  memberClass,
  ownClass,
  restoreMember,
  saveMember,
} from "./member-name";
import { Span } from "./span";
import {
  SCRIPT_CALL,
  SCRIPT_CELLS,
  SCRIPT_DUNDER,
  SCRIPT_LOAD,
  SCRIPT_MAKE,
  SCRIPT_MODULE,
  SCRIPT_OPEN,
  SCRIPT_REACH,
  SCRIPT_SEED,
  SCRIPT_SLOTS,
  SCRIPT_TEXT,
  SCRIPT_WEAK,
} from "../generated/script-words";

/** Every match contains one of these, in any case. */
export const SCRIPT_LITERALS =
  "process require mainmodule import( import_module load_module constructor structor child_process global console.log console.in console.wa " +
  "console.er console.de console.di console.ta console.tr console.gr console.ti console.as exports _load builtins " +
  "function while __import__ __subclasses__ __globals__ __base __mro__ __getattribute__ __reduce__ " +
  "__code__ f_globals gi_frame func_globals os.system os.popen os.exec os.spawn os.startfile os.listdir os.getcwd os.remove os.environ " +
  "subprocess commands. pty.spawn posix. kernel io.popen io.read io.binread io.foreach io.sysopen pickle. marshal. yaml. importlib fs. vm. " +
  "reflect. response. res. server. open3. file.read dir.entries dir.glob object.send instance_e class_eval module_eval define_method " +
  "check_output check_call getoutput getstatusoutput execv spawn popen execsync execfile readfile readdir writefile existssync " +
  "unlinksync createreadstream runin buffer.from open(";

/** Words side by side with which a value is a text. */
const PROSE: u32 = 3;

/** Words, and words side by side, of a statement that a semicolon ends. */
const STATEMENT_PAIRS: u32 = 4;

const DEPTH: u32 = 32;
/** Open bracket: u8 kind, u8 class of the call, u8 code stood before it, u8 evidence, usize start at 8, name before it at 16. */
const FRAME: u32 = 48;
const frames = memory.data(1536);

const GROUP: u32 = 0;
const INDEX: u32 = 1;

const LOADS_MODULE: u8 = 1;
const HAS_TEXT: u8 = 2;

let begin: usize = 0;
let limit: usize = 0;
let depth: u32 = 0;
let before: u32 = 0;
let beforeMark: u32 = 0;
/** Blanks stand around the point. */
let loose: bool = false;
/** A point or bracket made the name to come a member. */
let member: bool = false;
/** Start of the expression in hand. */
let from: usize = 0;
/** Class of what a parenthesis would call now. */
let called: u32 = 0;

/** True when the value of `at..end` is code that runs; `span` is then the part that says so. */
export function detectScript(at: usize, end: usize, span: Span): bool {
  if (end - at < 6) return false;
  begin = at;
  limit = end;
  depth = 0;
  before = Token.End;
  beforeMark = 0;
  member = false;
  loose = false;
  from = at;
  called = 0;
  clearMember();
  startLexer(at, end);
  while (nextToken()) {
    if (pairs >= DOCUMENT) {
      if (!skipProse()) return false;
      continue;
    }
    if (step()) {
      span.from = from;
      span.to = place;
      return true;
    }
    before = token;
    beforeMark = token == Token.Mark ? mark : 0;
  }
  return unfinished(span);
}

/** Bytes looked at so far, for tests of the cost. */
export function scriptSteps(): u32 {
  return lexerSteps();
}

function step(): bool {
  switch (<i32>token) {
    case Token.Name:
      return onName();
    case Token.Text:
      return onText();
    case Token.Mark:
      return onMark();
    default:
      clearMember();
      member = false;
      called = 0;
      return false;
  }
}

function isCode(): bool {
  return pairs == 0;
}

function onName(): bool {
  if (member) enterMember();
  else {
    clearMember();
    from = tokenAt;
    if (isPlainWord()) return false;
  }
  addToMember(tokenAt, tokenTo);
  const isMember = member;
  member = false;
  if (beforeMark == 0x5b && before == Token.Mark && isComputed()) return true;
  const kind = asWritten(kindOfName(isMember));
  skipGapToCall();
  called = kind;
  if (kind == SCRIPT_REACH) return isCode() && goesOnAsCode(limit) && !isDeclared();
  if (kind == SCRIPT_DUNDER) return isMember && pairs < PROSE && goesOnAsCode(limit);
  if (kind == SCRIPT_MAKE) called = makesFunction(isMember);
  if (!isMember && isEndlessLoop()) return true;
  if (depth == 0 && !isMember && peekByte(0) != 0x28 && kind == 0 && keywordClass() == 0) noteStray();
  return false;
}

/** Of what blanks may tear apart, the kinds whose required texts still stand there; see SCRIPT_LITERALS. */
function asWritten(kind: u32): u32 {
  const torn = loose;
  loose = false;
  if (kind == SCRIPT_LOAD || kind == SCRIPT_OPEN) {
    const isRequire = ((<u32>load<u8>(tokenAt)) | 0x20) == 0x72;
    if (peekByte(0) != 0x28 && !isRequire) return 0;
  }
  if (!torn || (kind != SCRIPT_CALL && kind != SCRIPT_WEAK && kind != SCRIPT_OPEN)) return kind;
  return kindOf(true) == SCRIPT_CALL ? kind : 0;
}

/** A name that nothing reaches into, calls or computes: a word, as far as it goes. */
function isPlainWord(): bool {
  const next = peekByte(0);
  if (next == 0x2e || next == 0x5b || next == 0x28 || next == 0x3f || next == 0x2f || beforeMark == 0x5b)
    return false;
  const code = peekCode();
  if (code == 0x28 || code == 0x5b || code == 0x2f || code == 0x2e || code == 0x23) return false;
  called = 0;
  if (depth == 0 && keywordClass() == 0) noteStray();
  return true;
}

/** A text, where it stands as an index, is a member. */
function onText(): bool {
  // A + that was taken for a blank joins too.
  const joins = before == Token.Text || beforeMark == 0x2b;
  if (!joins) clearMember();
  addToMember(tokenAt, tokenTo);
  called = 0;
  member = false;
  if (depth == 0 || depth > DEPTH) return false;
  const frame = frames + (depth - 1) * FRAME;
  let evidence = load<u8>(frame, 3) | HAS_TEXT;
  if (load<u8>(frame, 1) == SCRIPT_LOAD && namesModule()) evidence |= LOADS_MODULE;
  store<u8>(frame, evidence, 3);
  return false;
}

/** child_process, node:fs */
function namesModule(): bool {
  if (kindOf(false) == SCRIPT_MODULE) return true;
  if (tokenTo - tokenAt < 7 || load<u32>(tokenAt) != 0x65646f6e || load<u8>(tokenAt, 4) != 0x3a) return false;
  clearMember();
  addToMember(tokenAt + 5, tokenTo);
  return kindOf(false) == SCRIPT_MODULE;
}

// eslint-disable-next-line complexity -- one branch per mark
function onMark(): bool {
  const calls = called;
  called = 0;
  switch (mark) {
    case 0x2e:
      member =
        before == Token.Name ||
        beforeMark == 0x5d ||
        beforeMark == 0x29 ||
        beforeMark == 0x7d ||
        before == Token.Text;
      if (before == Token.Text) clearMember();
      loose = spaced || peekByte(0) <= 0x20;
      return false;
    case 0x3f:
      // a?.b
      return false;
    case 0x28:
      open(GROUP, calls);
      clearMember();
      break;
    case 0x5b:
      open(before == Token.Name || beforeMark == 0x5d || beforeMark == 0x29 ? INDEX : GROUP, 0);
      clearMember();
      break;
    case 0x7b:
      open(GROUP, 0);
      clearMember();
      break;
    case 0x29:
    case 0x7d:
    case 0x5d:
      member = false;
      return close();
    case 0x2b:
      return false;
    case 0x7c:
      return isPipeOpened();
    case 0x22:
    case 0x27:
    case 0x60:
      noteText();
      clearMember();
      break;
    case 0x3b:
      if (pairs < STATEMENT_PAIRS) clearPairs();
      clearMember();
      break;
    default:
      clearMember();
      break;
  }
  member = false;
  return false;
}

function open(kind: u32, calls: u32): void {
  if (depth < DEPTH) {
    const frame = frames + depth * FRAME;
    store<u8>(frame, <u8>kind);
    store<u8>(frame, <u8>calls, 1);
    store<u8>(frame, isCode() ? 1 : 0, 2);
    store<u8>(frame, 0, 3);
    store<usize>(frame, calls != 0 ? from : tokenAt, 8);
    saveMember(frame + 16);
  }
  depth++;
}

function close(): bool {
  if (depth == 0) return false;
  depth--;
  if (depth >= DEPTH) return false;
  const frame = frames + depth * FRAME;
  if (load<u8>(frame) == INDEX && mark == 0x5d) return closeIndex(frame);
  const calls = <u32>load<u8>(frame, 1);
  clearMember();
  if (calls == 0 || load<u8>(frame, 2) == 0 || !isAttack(calls, load<u8>(frame, 3))) return false;
  from = load<usize>(frame, 8);
  return true;
}

/** x["name"] is x.name. */
function closeIndex(frame: usize): bool {
  if (before != Token.Text) {
    clearMember();
    return false;
  }
  swapMember(frame + 16);
  let kind = kindOfName(true);
  if (kind == SCRIPT_CALL || kind == SCRIPT_WEAK || kind == SCRIPT_OPEN)
    kind = kindOf(true) == SCRIPT_CALL ? kind : 0;
  skipGapToCall();
  called = kind == SCRIPT_MAKE ? makesFunction(true) : kind;
  if (kind == SCRIPT_REACH) return isCode() && goesOnAsCode(limit);
  return kind == SCRIPT_DUNDER && pairs < PROSE;
}

const index = memory.data(32);

/** The name in hand becomes a member of the saved one. */
function swapMember(saved: usize): void {
  saveMember(index);
  restoreMember(saved);
  enterMember();
  addToMember(index + 1, index + 1 + <usize>load<u8>(index));
}

function isAttack(calls: u32, evidence: u8): bool {
  switch (<i32>calls) {
    case SCRIPT_LOAD: {
      if ((evidence & LOADS_MODULE) == 0) return false;
      const next = peekCode();
      return next == 0x2e || next == 0x5b || next == 0x29 || (goesOnAsCode(limit) && !isDeclared());
    }
    case SCRIPT_MAKE:
      return (evidence & HAS_TEXT) != 0 && goesOnAsCode(limit);
    case SCRIPT_CALL:
      return goesOnAsCode(limit) || ((evidence & HAS_TEXT) != 0 && goesOnWithWord(limit));
    case SCRIPT_WEAK:
      return (evidence & HAS_TEXT) == 0 && goesOnAsCode(limit);
    default:
      return false;
  }
}

/** A call that runs something, cut off by the value's end after its text began. */
function unfinished(span: Span): bool {
  for (let i: u32 = 0; i < min(depth, DEPTH); i++) {
    const frame = frames + i * FRAME;
    const calls = <u32>load<u8>(frame, 1);
    const evidence = load<u8>(frame, 3);
    if (load<u8>(frame, 2) == 0 || evidence == 0) continue;
    if (
      calls != SCRIPT_CALL &&
      calls != SCRIPT_MAKE &&
      (calls != SCRIPT_LOAD || (evidence & LOADS_MODULE) == 0)
    )
      continue;
    span.from = load<usize>(frame, 8);
    span.to = limit;
    return true;
  }
  return false;
}

function noteText(): void {
  if (depth == 0 || depth > DEPTH) return;
  const frame = frames + (depth - 1) * FRAME;
  store<u8>(frame, load<u8>(frame, 3) | HAS_TEXT, 3);
}

/** open("|id"), open(F, "|id") */
function isPipeOpened(): bool {
  const quoted = beforeMark == 0x22 || beforeMark == 0x27;
  if (!quoted || spaced || depth == 0 || depth > DEPTH) return false;
  const frame = frames + (depth - 1) * FRAME;
  if (load<u8>(frame, 1) != SCRIPT_OPEN || load<u8>(frame, 2) == 0) return false;
  from = load<usize>(frame, 8);
  return true;
}

/** `const fs = require("fs")` and `x = process.env` declare what a file uses. */
function isDeclared(): bool {
  let at = from;
  while (at > begin && load<u8>(at - 1) <= 0x20 && from - at < 16) at--;
  if (at <= begin || load<u8>(at - 1) != 0x3d) return false;
  const first = (<u32>load<u8>(begin)) | 0x20;
  // const, let, var, import
  return first == 0x63 || first == 0x6c || first == 0x76 || first == 0x69;
}

/** Function("…") and x.constructor("…") make a function of a text. */
function makesFunction(isMember: bool): u32 {
  if (peekByte(0) != 0x28) return 0;
  const first = <u32>load<u8>(tokenAt);
  if ((first | 0x20) == 0x63 || token == Token.Mark) return isMember ? SCRIPT_MAKE : 0;
  return first == 0x66 ? 0 : SCRIPT_MAKE;
}

/** while(true), while (!false), while(1) as the first thing of the value or statement */
function isEndlessLoop(): bool {
  if (tokenTo - tokenAt != 5 || (load<u32>(tokenAt) | 0x20202020) != 0x6c696877 || !isCode()) return false;
  if (
    before != Token.End &&
    beforeMark != 0x3b &&
    beforeMark != 0x7d &&
    beforeMark != 0x27 &&
    beforeMark != 0x22
  )
    return false;
  let at = place;
  while (
    at < limit &&
    at - place < 16 &&
    (load<u8>(at) == 0x28 || load<u8>(at) == 0x21 || load<u8>(at) == 0x20)
  )
    at++;
  if (at == place || at + 2 > limit) return false;
  if (load<u8>(at) == 0x31) return load<u8>(at, 1) == 0x29;
  if (at + 5 > limit) return false;
  const four = load<u32>(at) | 0x20202020;
  return (four == 0x65757274 && load<u8>(at, 4) == 0x29) || four == 0x736c6166;
}

/** process[name], require[name]: what is reached for comes from elsewhere. */
function isComputed(): bool {
  if (depth == 0 || depth > DEPTH || !isCode()) return false;
  const frame = frames + (depth - 1) * FRAME;
  if (load<u8>(frame) != INDEX || load<u8>(frame, 16) != 7) return false;
  const four = load<u32>(frame, 17);
  if (four != 0x636f7270 && four != 0x75716572) return false;
  from = max(load<usize>(frame, 8), begin + 7) - 7;
  return peekByte(0) == 0x2e || peekByte(0) == 0x5d || place >= limit;
}

function kindOfName(isMember: bool): u32 {
  const kind = kindOf(false);
  if (kind != 0 || !isMember) return kind;
  const own = kindOf(true);
  return own == SCRIPT_CALL || own == SCRIPT_DUNDER || own == SCRIPT_MAKE ? own : 0;
}

function kindOf(own: bool): u32 {
  return own && hasObject()
    ? ownClass(SCRIPT_SEED, SCRIPT_SLOTS, SCRIPT_CELLS, SCRIPT_TEXT)
    : memberClass(SCRIPT_SEED, SCRIPT_SLOTS, SCRIPT_CELLS, SCRIPT_TEXT);
}
