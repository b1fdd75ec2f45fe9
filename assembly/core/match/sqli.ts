// SQL injection: does the value, put where statements take values, change the statement's structure?
//
// The value is read in the contexts a statement may offer: bare (a number or name stands there) and, for each kind of
// quote, closed by one of the value's own quotes. sqli-grammar.ts says what the rest means; here it is judged.
// The quotes tried are bounded by a budget of bytes, the last ones first, so the cost is linear however many there are.
//
// WHY a required set: no injection that this file reports is made of letters, spaces and dots alone. WHY the first look
// (sqli-start.ts): most values with one of the other bytes are prose, an address, an amount, and are dismissed by their first two words.
// TEST: test/unit/core/match/sqli.spec.ts, test/engine/detectors.test.ts

import { isDigit, isSpace, isWord } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { MARK_BACKQUOTE, MARK_BRACKET, MARK_DOUBLE_QUOTE, MARK_QUOTE } from "./mark-classes";
import { runSqlGrammar } from "./sqli-grammar";
import {
  run,
  SIGN_CALL,
  SIGN_CALL_COMPARE,
  SIGN_BASE_COMPARE,
  SIGN_CASE,
  SIGN_CAST,
  SIGN_CLOSED_PAREN,
  SIGN_COMPARE,
  SIGN_CONCAT,
  SIGN_CONSTANT,
  SIGN_DANGER,
  SIGN_FACT,
  SIGN_FILE,
  SIGN_FOLLOWING,
  SIGN_FROM,
  SIGN_HAVING,
  SIGN_JSON,
  SIGN_KEYWORD,
  SIGN_LOGIC_LITERAL,
  SIGN_NULLS,
  SIGN_OPERATOR,
  SIGN_ORDER,
  SIGN_SCHEMA,
  SIGN_SELECT,
  SIGN_STACKED,
  SIGN_STATEMENT,
  SIGN_SUBSELECT,
  SIGN_TAUTOLOGY,
  SIGN_UNION,
  SIGN_UNION_CUT,
  SIGN_VARIABLE,
  SIGN_WHERE,
  SIGN_WHOLE_CASE,
  Clause,
  SqlEnd,
  sqlFingerprintText,
  SqlOperand,
} from "./sqli-run";
import { sqlCommented, sqlHollow } from "./sqli-scanner";
import { failsAtOnce, startsWithName } from "./sqli-start";
import { Span } from "./span";
import { isOneOf } from "./word-list";

/** A value can be an injection only if it holds one of: ' " ` ( ) = < > # ; - * , @ | & / ^ ! ~ + and the digits. Bit set of 256. */
export const SQLI_REQUIRED = memory.data<u64>([0x7bffbfee00000000, 0x5000000140000001, 0x0, 0x0]);

/** Its classes. */
const REQUIRED: u64 = 0xa88debfee;

const STRONG: u32 = SIGN_UNION | SIGN_STACKED | SIGN_FILE;
const QUOTES_FROM_END: u32 = 3;

/** Linear work: at most this many times the value's length, and a little, is read. */
const BUDGET_FACTOR: u32 = 8;
const BUDGET_BASE: u32 = 4096;

/**
 * True when the value of `at..end` is an SQL injection in one of its contexts; `span` is then what was recognised. `classes`: those
 * that may occur in the value.
 */
export function detectSqli(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 3 || (classes & REQUIRED) == 0) return false;
  if (!failsAtOnce(at, end)) {
    runSqlGrammar(at, end, false);
    if (judgeBare(at, end)) return report(at, span);
    if ((classes & MARK_BRACKET) != 0 && detectIndexed(at, end)) return report(at, span);
  }
  return (
    ((classes & MARK_QUOTE) != 0 && detectClosed(at, end, 0x27, span)) ||
    ((classes & MARK_DOUBLE_QUOTE) != 0 && detectClosed(at, end, 0x22, span)) ||
    ((classes & MARK_BACKQUOTE) != 0 && detectClosed(at, end, 0x60, span))
  );
}

/** ids[0 or …]: the key of a parameter's member. */
function detectIndexed(at: usize, end: usize): bool {
  let open = at;
  while (open < end && isWord(load<u8>(open))) open++;
  if (open == at || open + 4 > end || load<u8>(open) != 0x5b) return false;
  runSqlGrammar(open + 1, end, false);
  return judgeBare(open + 1, end);
}

/** Copies the token letters of the last detection to `out` (at most 24 bytes) and answers how many there are. */
export function sqliFingerprint(out: usize): u32 {
  memory.copy(out, sqlFingerprintText, run.fingerprintLength);
  return run.fingerprintLength;
}

/** Tokens read so far, for tests of the cost. */
export function sqliSteps(): u32 {
  return run.steps;
}

function report(from: usize, span: Span): bool {
  span.from = from;
  span.to = run.stop;
  return true;
}

function detectClosed(at: usize, end: usize, quote: u32, span: Span): bool {
  const first = findByte(at, end, quote);
  if (first == end) return false;
  let budget = <u32>(end - at) * BUDGET_FACTOR + BUDGET_BASE;
  const escaped = first > at && load<u8>(first - 1) == 0x5c;
  // The last three.
  let tail = first;
  let second = first;
  let third = first;
  let count: u32 = 1;
  for (let i = findByte(first + 1, end, quote); i < end; i = findByte(i + 1, end, quote)) {
    third = second;
    second = tail;
    tail = i;
    count++;
  }
  for (let i: u32 = 0; ;) {
    if ((escaped || closes(at, tail, count - i - 1)) && tryQuote(at, tail, end, quote))
      return report(tail, span);
    if (++i == count || i == QUOTES_FROM_END) break;
    tail = i == 1 ? second : third;
  }
  let index: u32 = 0;
  for (let i = first; i < tail; i = findByte(i + 1, tail, quote), index++) {
    if (!escaped && !closes(at, i, index)) continue;
    if (tryQuote(at, i, end, quote)) return report(i, span);
    const cost = <u32>(run.cursor - i) + 8;
    if (cost > budget) return false;
    budget -= cost;
  }
  return false;
}

/**
 * The statement's quote is closed by the value's first, third … one: those between open strings of the value's own, as in a
 * program's text. The second one does behind a name with an apostrophe.
 */
function closes(at: usize, quoteAt: usize, index: u32): bool {
  if ((index & 1) == 0) return true;
  // \\'' and """" : which of them closes depends on who unescapes.
  const before = quoteAt > at ? <u32>load<u8>(quoteAt - 1) : 0;
  if (before == <u32>load<u8>(quoteAt) || before == 0x5c) return true;
  return index == 1 && isName(at, quoteAt);
}

/** o'neil */
function isName(at: usize, quoteAt: usize): bool {
  const quote = load<u8>(quoteAt);
  if (quoteAt - at > 32 || load<u8>(at) == quote) return false;
  for (let i = at; i < quoteAt; i++) {
    if (load<u8>(i) != quote && !isWord(load<u8>(i))) return false;
  }
  return true;
}

function tryQuote(at: usize, quoteAt: usize, end: usize, quote: u32): bool {
  // The caller counts from here to where reading stopped.
  run.cursor = quoteAt;
  // "key": and "a"] of JSON: no statement goes on so.
  const next: u32 = quoteAt + 1 < end ? load<u8>(quoteAt, 1) : 0;
  if (next == 0x3a || next == 0x5d || next == 0x3f || next == 0x2e || next == 0) return false;
  if (startsWithName(quoteAt + 1, end)) return false;
  runSqlGrammar(quoteAt + 1, end, true);
  return judgeClosed(at, quoteAt, end, quote);
}

/** The value begins where an operand may stand. */
// eslint-disable-next-line complexity, max-lines-per-function -- the table of what counts
function judgeBare(at: usize, end: usize): bool {
  const signs = run.signs;
  const ended = run.ending != SqlEnd.Error;
  const hidden = run.ending == SqlEnd.Comment;
  const open =
    run.first == SqlOperand.None || run.first == SqlOperand.Number || (signs & SIGN_CLOSED_PAREN) != 0;
  if (signs & (SIGN_UNION | SIGN_FILE)) return true;
  if (sqlHollow != 0 && (signs & SIGN_SELECT || (sqlHollow == 0x28 && isDigit(load<u8>(at))))) return true;
  if (isCutProbe(at)) return true;
  if (run.program)
    return (
      ended &&
      ((signs & (SIGN_DANGER | SIGN_SUBSELECT)) != 0 ||
        (hidden && (signs & (SIGN_FOLLOWING | SIGN_STACKED)) != 0))
    );
  if (signs & SIGN_STACKED) return ended || open;
  if (signs & SIGN_DANGER) return ended || open;
  // "1 + 1 = 2 and 2 = 2" is arithmetic.
  if (signs & SIGN_TAUTOLOGY) {
    if ((signs & SIGN_BASE_COMPARE) == 0) return ended || open;
    return (
      hidden ||
      (ended && (run.first != SqlOperand.Number || (signs & SIGN_KEYWORD) != 0)) ||
      (signs & SIGN_CLOSED_PAREN) != 0
    );
  }
  if (signs & SIGN_CALL_COMPARE && signs & (SIGN_CALL | SIGN_SELECT | SIGN_VARIABLE)) return ended || open;
  if (signs & SIGN_SUBSELECT && open) return true;
  if (!ended || !isText(at, end)) return false;
  if (signs & (SIGN_FACT | SIGN_WHOLE_CASE | SIGN_CAST | SIGN_JSON)) return true;
  // 5 as "x" from t
  if (run.aliased && signs & SIGN_FROM && run.first == SqlOperand.Number) return true;
  if (
    signs & SIGN_CONCAT &&
    signs & SIGN_CALL &&
    run.first != SqlOperand.Name &&
    run.first != SqlOperand.String
  )
    return true;
  if (signs & SIGN_SUBSELECT) return true;
  // "1600 Select Ave, Apt #3" ends in a comment too: a statement that just follows must read or call something.
  if (signs & SIGN_FOLLOWING)
    return hidden && (signs & (SIGN_FROM | SIGN_CALL | SIGN_VARIABLE | SIGN_SCHEMA)) != 0;
  if (signs & SIGN_STATEMENT)
    return (
      (signs & (SIGN_FROM | SIGN_CALL | SIGN_VARIABLE | SIGN_SCHEMA)) != 0 ||
      (signs & SIGN_SELECT) == 0 ||
      (reads5(0x54, 0x45, 0x31, 0x6f, 0x31) && findByte(at, end, 0x2a) < end)
    );
  if (run.ending == SqlEnd.Dangling) return open && (signs & SIGN_UNION_CUT) != 0;
  if (signs & SIGN_HAVING)
    return (open || hidden) && (run.first == SqlOperand.Number || (signs & (SIGN_OPERATOR | SIGN_CALL)) != 0);
  if (signs & SIGN_ORDER) return open || hidden;
  if (signs & SIGN_UNION_CUT) return open;
  // 'x'='y, which the statement's quote closes
  if (run.ending == SqlEnd.Reopened && signs & SIGN_BASE_COMPARE)
    return run.fingerprintLength == 3 && load<u8>(at) == 0x27 && load<u8>(run.tail) == 0x27;
  // or a=b, all of it
  if (signs & SIGN_COMPARE && run.fingerprintLength == 4 && startsWithLogic(at, end)) return true;
  if (signs & SIGN_COMPARE) return hidden || (signs & SIGN_CLOSED_PAREN) != 0;
  if (signs & SIGN_LOGIC_LITERAL)
    return open
      ? hidden || sqlCommented
      : hidden && run.first != SqlOperand.Name && isEmptyComment(run.tail, end);
  if (signs & SIGN_NULLS) return hidden && open && (signs & SIGN_CLOSED_PAREN) != 0;
  if (signs & SIGN_CASE) return open;
  if (signs & SIGN_KEYWORD && run.first != SqlOperand.Name && run.first != SqlOperand.None) return hidden;
  if (signs & (SIGN_VARIABLE | SIGN_CALL) && signs & (SIGN_OPERATOR | SIGN_KEYWORD))
    return hidden && ((signs & SIGN_CALL) != 0 || isEmptyComment(run.tail, end));
  // @@version--
  if (signs & SIGN_VARIABLE) return hidden && run.fingerprintLength == 2 && tailLength(end) <= 3;
  return false;
}

/**
 * A probe that is cut where an argument would come: a function of a database that is opened, if(1=, and ") like (".
 */
function isCutProbe(at: usize): bool {
  if (run.ending != SqlEnd.Dangling) return false;
  if (run.program && run.comparing) return run.fingerprintLength <= 4 && isCutCondition(at);
  if (load<u8>(at) == 0x29) return (run.signs & SIGN_KEYWORD) != 0 && run.depth == 1;
  if (run.depth != 1 || run.operand != SqlOperand.Call) return false;
  for (let i = at; i < run.operandFrom; i++) {
    if (!isSpace(load<u8>(i))) return false;
  }
  return isDatabaseCall(run.operandFrom, run.operandTo);
}

/** if(7= */
function isCutCondition(at: usize): bool {
  return run.leftKind == SqlOperand.Number && load<u8>(at, 2) == 0x28 && load<u8>(run.stop - 1) == 0x3d;
}

/** Functions of databases whose names are not those of other languages, or of mathematics. */
function isDatabaseCall(from: usize, to: usize): bool {
  return isOneOf(
    from,
    to,
    "hex unhex ord ascii md5 sha1 sin cos tan pow rand mid substr substring trim ltrim rtrim concat concat_ws " +
      "group_concat strcmp database compress uncompress decode encode char sleep benchmark pg_sleep extractvalue " +
      "updatexml load_file find_in_set char_length ifnull version db_name schema_name sysdate current_user " +
      "session_user system_user user coalesce insert",
  );
}

/** Behind the closing quote, `before` bytes into the value, stand an operator and a quote, or the statement's end. */
function isBareEnd(at: usize, quoteAt: usize, quote: u32, end: usize): bool {
  const first = load<u8>(sqlFingerprintText);
  const before = quoteAt - at;
  if (first == 0x3b) {
    // root@example.com';
    if (run.fingerprintLength == 1)
      return run.ending == SqlEnd.Clean && isSingleWord(at, quoteAt) && findByte(at, quoteAt, 0x40) < quoteAt;
    // ';select p
    return before == 0 && (run.signs & SIGN_SELECT) != 0;
  }
  const operator = first == 0x3d || first == 0x6f || first == 0x26;
  const pair = operator && run.fingerprintLength == 2 && load<u8>(sqlFingerprintText, 1) == 0x73;
  if (quote != 0x27 || !pair || run.ending != SqlEnd.Reopened) return false;
  // A '<=' B
  if (before != 0) return before <= 2 && isWord(load<u8>(at)) && tailLength(end) <= 3;
  // '="or', ' div '
  if (load<u8>(run.tail) == 0x22) return first == 0x3d && tailLength(end) <= 4;
  return !isWord(load<u8>(run.begin)) && tailLength(end) <= 1;
}

/** The value reads as these five tokens. */
function reads5(a: u32, b: u32, c: u32, d: u32, e: u32): bool {
  const text = sqlFingerprintText;
  return (
    run.fingerprintLength == 5 &&
    load<u32>(text) == (a | (b << 8) | (c << 16) | (d << 24)) &&
    <u32>load<u8>(text, 4) == e
  );
}

/** One of the value's quotes has closed the statement's. */
// eslint-disable-next-line complexity -- the table of what counts
function judgeClosed(at: usize, quoteAt: usize, end: usize, quote: u32): bool {
  const signs = run.signs;
  const ended = run.ending != SqlEnd.Error;
  const hidden = run.ending == SqlEnd.Comment;
  const reopened = run.ending == SqlEnd.Reopened;
  if (signs & SIGN_FOLLOWING && hidden) return true;
  if (signs & (STRONG | SIGN_DANGER | SIGN_TAUTOLOGY)) return true;
  if (sqlHollow != 0 && signs & SIGN_SELECT) return true;
  // ` AS `x` FROM
  if (run.aliased && quoteAt == at && run.ending == SqlEnd.Dangling && run.clause == Clause.From) return true;
  // Markdown writes code between backticks.
  if (quote == 0x60 && !hidden) return false;
  // ',null) …
  if (quoteAt == at && (signs & (SIGN_NULLS | SIGN_CLOSED_PAREN)) == (SIGN_NULLS | SIGN_CLOSED_PAREN))
    return true;
  if (signs & SIGN_CALL_COMPARE && (ended || signs & (SIGN_CALL | SIGN_SELECT | SIGN_VARIABLE))) return true;
  if (!ended || !isText(quoteAt, end) || isQuotedWord(at, quoteAt, end)) return false;
  if (signs & (SIGN_HAVING | SIGN_ORDER | SIGN_SUBSELECT | SIGN_UNION_CUT)) return true;
  const short = isSingleWord(at, quoteAt);
  if (signs & SIGN_JSON) return short;
  if (isBareEnd(at, quoteAt, quote, end)) return true;
  if (short && (signs & (SIGN_CALL | SIGN_CONCAT)) == (SIGN_CALL | SIGN_CONCAT)) return true;
  if (signs & SIGN_COMPARE) return hidden || short;
  if (signs & SIGN_LOGIC_LITERAL) {
    if (hidden) return true;
    if (signs & SIGN_CONSTANT) return short;
    return (
      (short && reopened && (tailLength(end) <= 4 || (quoteAt == at && isCutComparison(end)))) ||
      (quoteAt == at && run.ending == SqlEnd.Clean)
    );
  }
  if (signs & SIGN_NULLS && signs & SIGN_CLOSED_PAREN) return hidden;
  if (signs & (SIGN_CALL | SIGN_VARIABLE | SIGN_CONCAT) && signs & (SIGN_OPERATOR | SIGN_KEYWORD))
    return hidden || reopened;
  if (
    (run.logic || signs & SIGN_KEYWORD) &&
    signs & SIGN_OPERATOR &&
    reopened &&
    short &&
    run.fingerprintLength > 2 &&
    isShortTail(end)
  )
    return true;
  if (signs & (SIGN_BASE_COMPARE | SIGN_WHERE))
    return short && (hidden || (reopened && (isShortTail(end) || repeatsHead(at, quoteAt, end))));
  if (signs & SIGN_OPERATOR && quote == 0x27)
    return quoteAt == at && reopened && run.fingerprintLength <= 3 && tailLength(end) <= 1;
  if (hidden) return short && quote != 0x60 && isEmptyComment(run.tail, end) && !isFlag(at, quoteAt, end);
  return false;
}

/** 'like': a short operator in quotes of the value's own. */
function isQuotedWord(at: usize, quoteAt: usize, end: usize): bool {
  if (quoteAt != at || run.fingerprintLength != 2 || run.tail + 1 != end) return false;
  return isWord(load<u8>(quoteAt, 1)) && end - at < 7;
}

/** Weak signs count in text only: binary data holds every short sequence. */
function isText(at: usize, end: usize): bool {
  const to = end - at > 256 ? at + 256 : end;
  for (let i = at; i < to; i++) {
    const c = <u32>load<u8>(i);
    if (c < 0x20 && c - 9 > 4 && c != 0) return false;
  }
  return true;
}

/** Bytes of the string that the value's end cuts off, its quote included. */
function tailLength(end: usize): u32 {
  return <u32>(end - run.tail);
}

/** What stands before the quote is nothing, or one word: a name someone logs in with. */
function isSingleWord(at: usize, quoteAt: usize): bool {
  if (quoteAt - at > 32) return false;
  for (let i = at; i < quoteAt; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x20 && load<u8>(at) == 0x20 && i < at + 4) continue;
    if (!isWord(c) && c != 0x2d && c != 0x2e && c != 0x40 && c != 0x25 && c != 0x2b && c != 0x3c && c != 0x3e)
      return false;
  }
  return true;
}

/** or, and; the grammar has read it as an operator. */
function startsWithLogic(at: usize, end: usize): bool {
  let i = at;
  while (i < end && isSpace(load<u8>(i))) i++;
  const c = i + 3 < end ? (<u32>load<u8>(i)) | 0x20 : 0;
  return (c == 0x6f || c == 0x61) && end - at <= 24 && findByte(i, end, 0x3d) < end;
}

/** '1=1 : the last string holds what should have stood behind it. */
function isCutComparison(end: usize): bool {
  return tailLength(end) <= 8 && findByte(run.tail, end, 0x3d) < end;
}

/** A quote, and at most a few letters or signs: not the comma of a list or the semicolon of a program. */
function isShortTail(end: usize): bool {
  if (tailLength(end) > 4) return false;
  for (let at = run.tail + 1; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (!isWord(c) && c != 0x20 && c != 0x25 && c != 0x2b && c != 0x2d) return false;
  }
  return true;
}

/** aa' … 'aa : what stands before the closing quote stands behind the last one again. */
function repeatsHead(at: usize, quoteAt: usize, end: usize): bool {
  const len = quoteAt - at;
  return len > 0 && end - run.tail == len + 1 && memory.compare(at, run.tail + 1, len) == 0;
}

/** '--dev' in quotes of the value's own. */
function isFlag(at: usize, quoteAt: usize, end: usize): bool {
  return quoteAt == at && run.tail + 2 < end && load<u8>(run.tail) == 0x2d && isWord(load<u8>(run.tail, 2));
}

/** A comment that says nothing, or the few letters a tool appends. */
function isEmptyComment(at: usize, end: usize): bool {
  let words: u32 = 0;
  let letters: u32 = 0;
  for (let i = at; i < end; i++) {
    const c = <u32>load<u8>(i);
    if (isWord(c) || c >= 0x80) {
      if (letters == 0 || isSpace(load<u8>(i - 1))) words++;
      letters++;
    }
  }
  return words <= 1 && letters <= 8;
}
