// Java injection: would an expression language, a script engine or a deserialiser of Java act on the value?
//
// Read as code (code-lexer.ts). Dotted names are looked up from their first segment on: a gadget's class counts wherever a value
// or an argument stands (T(…), @…@, new …, !!…, class="…", the value itself), a class of the runtime where an expression uses it.
// Calls that load or run something (getRuntime().exec(…), Class.forName(…)) count where the value goes on as code behind them.
// Stack traces, imports and sentences name the same classes and are none of this.
//
// One pass; a chain is looked up once per segment, within the longest name. TEST: test/unit/core/match/java.spec.ts

import { isSpace, isWord } from "../bytes/ascii";
import { goesOnAsCode } from "./code-context";
import {
  DOCUMENT,
  Token,
  clearPairs,
  isKeyword,
  lexerSteps,
  mark,
  nextToken,
  pairs,
  peekByte,
  peekCode,
  place,
  spaced,
  skipProse,
  startLexer,
  token,
  tokenAt,
  tokenTo,
} from "./code-lexer";
import { Span } from "./span";
import { wordClass } from "./word-table";
import {
  JAVA_CALL,
  JAVA_CELLS,
  JAVA_EXPRESSION,
  JAVA_GADGET,
  JAVA_LONGEST,
  JAVA_PLAIN,
  JAVA_SEED,
  JAVA_SLOTS,
  JAVA_SYSTEM,
  JAVA_TEXT,
} from "../generated/java-words";

/** Every match contains one of these, in any case. */
export const JAVA_LITERALS =
  "java com.sun sun.misc sun.reflect sun.rmi sun.print sun.swing org.apache. org.codehaus. org.spring org.mozilla. org.jboss. " +
  "org.python. org.hibernate. org.omg. org.yaml. org.h2. org.quartz. org.eclipse. org.jdom jsecurity zeroturnaround " +
  "com.mchange. com.zaxxer. com.ibatis com.opensymphony. com.caucho com.nqadmin com.pastdev com.newrelic com.vaadin com.mysql. com.p6spy " +
  "com.atomikos ch.qos. br.com.anteros net.sf. oracle.j oracle.t weblogic. clojure. jdk.nashorn jdk.internal jdk.jshell bsh. ognl groovy " +
  "freemarker. transformer prototypeclone prototypeserial instantiatefactory forclosure whileclosure lazymap tiedmapentry " +
  "templatesimpl badattributevalue annotationinvocation jdbcrowset jndirealm pooleddatasource pooldatasource beancomparator pojonode " +
  "getruntime forname processbuilder scriptengine getengineby defineclass getmethod getdeclared classloader currentthread " +
  "xmlapplicationcontext objectinputstream ioutils servletactioncontext loadlibrary getinputstream asttest grab .execute";

/** Shortest name without a point that is known: asttest, grab. */
const NAME_MIN: usize = 4;

/** Words side by side with which a value is a text. */
const PROSE: u32 = 3;

let begin: usize = 0;
let limit: usize = 0;
let depth: u32 = 0;
/** Depth of the outermost call in hand that loads or runs something, from 1; 0 = none. */
let callDepth: u32 = 0;
let callAt: usize = 0;
/** The chain in hand: where it began, what its segments so far are, and what stood before it. */
let chainAt: usize = 0;
let chainClass: u32 = 0;
let chainWhole: u32 = 0;
let chainTo: usize = 0;
let chainSkipped: bool = false;
let chainPlaced: bool = false;
/** A call that loads or runs something was closed and a member of its result follows. */
let continued: bool = false;
/** The token before the one in hand. */
let before: u32 = 0;
let beforeMark: u32 = 0;
let isMarkup: bool = false;
/** The name before. */
let nameAt: usize = 0;
let nameTo: usize = 0;

/** True when something of Java acts on the value of `at..end`; `span` is then the name or call that says so. */
export function detectJava(at: usize, end: usize, span: Span): bool {
  if (end - at < 6) return false;
  begin = at;
  limit = end;
  depth = 0;
  callDepth = 0;
  callAt = at;
  chainAt = 0;
  before = Token.End;
  beforeMark = 0;
  nameAt = nameTo = at;
  continued = false;
  isMarkup = load<u8>(at) == 0x3c;
  startLexer(at, end);
  while (nextToken()) {
    if (pairs >= DOCUMENT) {
      if (!skipProse()) return false;
      continue;
    }
    if (step()) {
      span.from = chainAt != 0 ? chainAt : callAt;
      span.to = place;
      return true;
    }
    if (token == Token.Name) {
      nameAt = tokenAt;
      nameTo = tokenTo;
    }
    before = token;
    beforeMark = token == Token.Mark ? mark : 0;
  }
  if (callDepth == 0) return false;
  span.from = callAt;
  span.to = end;
  return true;
}

/** Bytes looked at so far, for tests of the cost. */
export function javaSteps(): u32 {
  return lexerSteps();
}

function step(): bool {
  if (token == Token.Name) return onName();
  if (token == Token.Text) return onText();
  const from = chainAt;
  if (token != Token.Mark || mark != 0x2e || spaced) chainAt = 0;
  if (token != Token.Mark) return false;
  switch (mark) {
    case 0x28:
      depth++;
      if (from == 0 || chainWhole != JAVA_CALL || callDepth != 0 || !isCode()) return false;
      callDepth = depth;
      callAt = from;
      return false;
    case 0x29:
      return onClose();
    case 0x3c:
    case 0x3e:
      if (isMarkup) clearPairs();
      return false;
    default:
      return false;
  }
}

function onClose(): bool {
  if (depth == 0) return false;
  depth--;
  if (callDepth == 0 || depth >= callDepth) return false;
  callDepth = 0;
  continued = isCode() && peekByte(0) == 0x2e && isWord(peekByte(1));
  return !continued && isCode() && goesOnAsCode(limit);
}

function isCode(): bool {
  return pairs < PROSE;
}

function onName(): bool {
  const joined = chainAt != 0 && before == Token.Mark && beforeMark == 0x2e && !spaced;
  if (!joined) {
    // Names that are neither dotted nor long are no classes and no calls of this table.
    if (!continued && peekByte(0) != 0x2e && tokenTo - tokenAt < NAME_MIN) {
      chainAt = 0;
      return false;
    }
    beginChain();
  }
  lookUpChain(joined);
  if (continued) {
    continued = false;
    chainWhole = JAVA_CALL;
    if (peekByte(0) == 0x28) return false;
    return goesOnAsCode(limit);
  }
  if (isExecuted()) return true;
  if (peekByte(0) == 0x2e && isWord(peekByte(1))) return false;
  return endChain();
}

/** Class of the chain so far, and of its last segment. */
function lookUpChain(joined: bool): void {
  const size = <u32>(tokenTo - chainAt);
  chainWhole = 0;
  if (size <= JAVA_LONGEST) {
    chainWhole = classAt(chainAt, size);
    if (
      chainWhole == JAVA_GADGET ||
      ((chainWhole == JAVA_SYSTEM || chainWhole == JAVA_EXPRESSION) && chainClass == 0)
    ) {
      chainClass = chainWhole;
      chainTo = tokenTo;
    }
  }
  // The last segment alone may be a call: a.b.getRuntime(
  if (chainWhole == 0 && joined) {
    const last = classAt(tokenAt, <u32>(tokenTo - tokenAt));
    if (last == JAVA_CALL) chainWhole = JAVA_CALL;
    else if (last == JAVA_GADGET) {
      chainClass = JAVA_GADGET;
      chainTo = tokenTo;
    }
  }
}

function beginChain(): void {
  const follows = before == Token.Name && spaced;
  chainSkipped = follows && (isAtOrImport() || !isKeyword(nameAt, nameTo)) && !isKeyword(tokenAt, tokenTo);
  chainPlaced = before != Token.Name && before != Token.Variable && before != Token.Number && opensPlace();
  chainAt = tokenAt;
  // Lcom.example.Name; is how types are written inside class files.
  if (load<u8>(tokenAt) == 0x4c && peekByte(0) == 0x2e && tokenTo - tokenAt > 2) chainAt++;
  chainClass = 0;
  chainTo = 0;
}

/** A text that is the name of a class and nothing else. */
function onText(): bool {
  chainAt = 0;
  continued = false;
  const from = tokenAt + (isTypeMark() ? 1 : 0);
  const kind = classOfText(from, tokenTo);
  if (kind == 0) return false;
  chainAt = from;
  if (kind != JAVA_EXPRESSION && before == Token.End && peekCode() == 0) return true;
  const argued = beforeMark == 0x28 || beforeMark == 0x5b || beforeMark == 0x2c;
  const named = argued || beforeMark == 0x3d || beforeMark == 0x3a || beforeMark == 0x7b;
  if (kind == JAVA_GADGET) return isCode() && (pairs == 0 || named);
  if (kind != JAVA_PLAIN && argued && pairs == 0) return true;
  chainAt = 0;
  return false;
}

/** The L of a type written as class files do: a small letter follows, and a semicolon ends it. */
function isTypeMark(): bool {
  return (
    tokenTo - tokenAt > 3 &&
    load<u8>(tokenAt) == 0x4c &&
    <u32>load<u8>(tokenAt, 1) - 0x61 < 26 &&
    classOfText(tokenAt, tokenTo) == 0
  );
}

/** Class of a dotted name from `from` on: of the first package or class that is known. */
function classOfText(from: usize, to: usize): u32 {
  for (let at = from; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x2e) {
      const kind = classAt(from, <u32>(at - from));
      if (kind == JAVA_GADGET) return restIsName(at, to) ? kind : 0;
    } else if (!isWord(c) && c != 0x24) return 0;
  }
  const kind = classAt(from, <u32>(to - from));
  return kind == JAVA_CALL ? 0 : kind;
}

function restIsName(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (!isWord(c) && c != 0x2e && c != 0x24 && c != 0x3b && c != 0x2f) return false;
  }
  return true;
}

/** Before the chain the value begins, or a mark stands behind which a value, type or argument does. */
function opensPlace(): bool {
  if (before == Token.End) return true;
  return (
    beforeMark != 0x60 && beforeMark != 0x5d && beforeMark != 0x29 && beforeMark != 0x2e && beforeMark != 0x2d
  );
}

/** The name before is `at`, `import` or `package`. */
function isAtOrImport(): bool {
  const size = nameTo - nameAt;
  if (size == 2) return load<u16>(nameAt) == 0x7461;
  if (size == 6) return load<u32>(nameAt) == 0x6f706d69;
  return size == 7 && load<u32>(nameAt) == 0x6b636170;
}

/** 'id'.execute() */
function isExecuted(): bool {
  if (tokenTo - tokenAt != 7 || before != Token.Mark || beforeMark != 0x2e || !isCode()) return false;
  if ((load<u32>(tokenAt) | 0x20202020) != 0x63657865 || peekByte(0) != 0x28 || peekByte(1) != 0x29)
    return false;
  const at = tokenAt;
  if (at < begin + 3) return false;
  const c = <u32>load<u8>(at - 2);
  if (c != 0x22 && c != 0x27 && c != 0x5d) return false;
  chainAt = at;
  return true;
}

/** Is the chain that ends here in a place where it acts? */
function endChain(): bool {
  const kind = chainClass != 0 ? chainClass : chainWhole;
  if (kind == 0 || kind == JAVA_CALL) return false;
  if (kind != JAVA_EXPRESSION && isWholeValue()) return true;
  if (kind == JAVA_PLAIN || chainSkipped || !isCode()) return kind == JAVA_PLAIN && isMade();
  const next = peekByte(0);
  // at java.lang.Runtime.exec(Runtime.java:617)
  if (next == 0x28 && isTraceLine()) return false;
  if (kind == JAVA_GADGET) return isPlaced(next);
  return isUsed(next);
}

/** A gadget's name stands where a value, type or argument does. */
function isPlaced(next: u32): bool {
  if (next == 0x28 || next == 0x40) return true;
  if (!chainPlaced && !wasMade()) return false;
  // A sentence goes on with a word; code and data do not.
  const c = peekCode();
  if (isWord(c) || c >= 0x80 || c == 0x60) return false;
  if (next == 0x3a && isSpace(peekByte(1))) return beforeMark == 0x22 || beforeMark == 0x27;
  return pairs == 0 || isDelimited(next);
}

/** Quotes, tags or brackets on both sides. */
function isDelimited(next: u32): bool {
  const c = chainAt > begin ? <u32>load<u8>(chainAt - 1) : 0;
  const opens =
    c == 0x22 ||
    c == 0x27 ||
    c == 0x28 ||
    c == 0x3e ||
    c == 0x3c ||
    c == 0x5b ||
    c == 0x21 ||
    c == 0x40 ||
    c == 0x3d;
  return opens && next != 0 && !isSpace(next) && next != 0x2e && next != 0x2c;
}

/** A class of the runtime is used by an expression. */
function isUsed(next: u32): bool {
  const c = chainAt > begin ? <u32>load<u8>(chainAt - 1) : 0;
  if (c == 0x40 || next == 0x40) return true;
  if (isMade()) return true;
  const calls = next == 0x28 && chainTo != 0 && chainTo < tokenTo;
  if (calls && (pairs == 0 || c == 0x28 || c == 0x7b)) return true;
  // T(java.lang.Runtime), ("java.lang.Runtime"), ['java.lang.System'], "…" as the whole text
  if (c == 0x28) return next == 0x29;
  const quoted = (c == 0x22 || c == 0x27) && next == c;
  return quoted && pairs == 0;
}

/** new java.io.File( */
function isMade(): bool {
  return isCode() && peekByte(0) == 0x28 && wasMade();
}

/** `new` stands before the chain. */
function wasMade(): bool {
  const at = chainAt;
  if (at < begin + 4 || !isSpace(load<u8>(at - 1))) return false;
  return (load<u32>(at - 4) & 0xffffff) == 0x77656e && (at == begin + 4 || !isWord(load<u8>(at - 5)));
}

/** Nothing but quotes, array marks and ends of statements stand around the chain. */
function isWholeValue(): bool {
  for (let at = begin; at < chainAt; at++) {
    const c = <u32>load<u8>(at);
    if (at - begin > 4 || (isWord(c) && c != 0x4c) || c == 0x60) return false;
  }
  for (let at = place; at < limit; at++) {
    const c = <u32>load<u8>(at);
    if (at - place > 3 || isWord(c) || c == 0x28 || c == 0x60 || c >= 0x80) return false;
  }
  return true;
}

/** (Runtime.java:617), (Native Method), (Unknown Source) behind the chain */
function isTraceLine(): bool {
  const stop = min(limit, place + 96);
  for (let at = place + 1; at < stop; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x29) return false;
    if (c == 0x3a || c == 0x20) return true;
    if (!isWord(c) && c != 0x2e && c != 0x24) return false;
  }
  return false;
}

function classAt(at: usize, size: u32): u32 {
  return size > JAVA_LONGEST ? 0 : wordClass(at, size, JAVA_SEED, JAVA_SLOTS, JAVA_CELLS, JAVA_TEXT);
}
