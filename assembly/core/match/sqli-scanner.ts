// Tokens of SQL as MySQL, PostgreSQL, SQL Server, Oracle and SQLite read them, taken together: what only one
// of them reads as white space or as a comment is read so here, because the value cannot tell who will read it.
//
// White space: controls, 0xA0 (also as C2 A0), closed comments, the fences of /*!50000 … */ (whose inside is code), and
// %09 … %20, %a0 left over from a double encoding, and
// the typographic quotes that word processors put around a payload. A comment that nothing follows is the token Comment.
//
// The scanner keeps the current token in the module's globals: it never allocates and never looks back.

import { isAlpha, isDigit, isWord, hexValue, lowerByte } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import {
  SQL_BYTES,
  SQL_SOLID,
  findCommentEnd,
  isBlankPair,
  isDash,
  isEmptyExponent,
  isNameByte,
  isTypographic,
} from "./sqli-blank";
import { wordClass } from "./word-table";
import {
  SQL_AND,
  SQL_BETWEEN,
  SQL_DANGER,
  SQL_FROM,
  SQL_GROUP,
  SQL_HAVING,
  SQL_IN,
  SQL_INTO,
  SQL_IS,
  SQL_LIKE,
  SQL_LIMIT,
  SQL_LONGEST,
  SQL_ORDER,
  SQL_PROCEDURE,
  SQL_SCHEMA,
  SQL_SEED,
  SQL_SLOTS,
  SQL_CELLS,
  SQL_TEXT,
  SQL_UNION,
  SQL_WHERE,
} from "../generated/sql-words";

export enum SqlToken {
  End,
  Number,
  String,
  /** A string that the value's end cuts off. */
  OpenString,
  Variable,
  /** Keyword, function or name; `sqlWord` holds its class, 0 for a name. */
  Word,
  /** + - * / % & | ^ << >> -> */
  Arithmetic,
  /** = < > <= >= <> != <=> !< !> == */
  Compare,
  /** || && */
  Logic,
  /** ! */
  Bang,
  /** ~ and its relatives: unary or a regular expression match */
  Tilde,
  /** ? ?| ?& @? @@ of PostgreSQL's JSON */
  JsonOperator,
  /** := */
  Assign,
  /** :: */
  Cast,
  LeftParen,
  RightParen,
  Comma,
  Semicolon,
  /** Up to the value's end. */
  Comment,
  Bad,
}

export let sqlToken: SqlToken = SqlToken.End;
export let sqlFrom: usize = 0;
export let sqlTo: usize = 0;
/** Class of a Word. */
export let sqlWord: u32 = 0;
/** First byte of an operator, quote of a string. */
export let sqlByte: u32 = 0;
/** A Word with a dot in it. */
export let sqlDotted: bool = false;

let versioned: bool = false;
/** A closed comment was read as white space inside the run. */
export let sqlCommented: bool = false;
/** The parenthesis or dot before which 1.e was read as white space: nothing but evasion writes it. */
export let sqlHollow: u32 = 0;
/** Where the number just read ends, when "or" or "and" and another number are joined to it. */
let joined: usize = 0;

/** Before the first token of a run. */
export function startSqlScan(): void {
  versioned = false;
  sqlCommented = false;
  sqlHollow = 0;
  joined = 0;
}

function emit(kind: SqlToken, from: usize, to: usize): usize {
  sqlToken = kind;
  sqlFrom = from;
  sqlTo = to;
  return to;
}

/** Reads the token at or after `at` into the globals; answers where it ends. */
// eslint-disable-next-line complexity -- one branch per first byte
export function scanSqlToken(start: usize, end: usize): usize {
  const at = skipBlank(start, end);
  if (sqlToken == SqlToken.Comment) return emit(SqlToken.Comment, at, end);
  if (at >= end) return emit(SqlToken.End, end, end);
  const c = <u32>load<u8>(at);
  sqlByte = c;
  if (isDigit(c)) return scanNumber(at, end);
  if (isAlpha(c) || c == 0x5f || c >= 0x80) return scanWord(at, end);
  const next: u32 = at + 1 < end ? load<u8>(at, 1) : 0;
  switch (c) {
    case 0x27:
    case 0x22:
      return scanString(at, at, end, c);
    case 0x60: {
      const to = findByte(at + 1, end, 0x60);
      sqlWord = 0;
      sqlDotted = false;
      return to < end ? emit(SqlToken.Word, at, to + 1) : emit(SqlToken.OpenString, at, end);
    }
    case 0x28:
      return emit(SqlToken.LeftParen, at, at + 1);
    case 0x29:
      return emit(SqlToken.RightParen, at, at + 1);
    case 0x2c:
      return emit(SqlToken.Comma, at, at + 1);
    case 0x3b:
      return emit(SqlToken.Semicolon, at, at + 1);
    case 0x2e:
      return isDigit(next) ? scanNumber(at, end) : emit(SqlToken.Bad, at, at + 1);
    case 0x40:
      return scanVariable(at, end);
    case 0x24:
      return scanDollar(at, end);
    case 0x5b:
      return scanBracket(at, end);
    case 0x5c:
      if (next != 0x4e || (at + 2 < end && isWord(load<u8>(at, 2)))) return emit(SqlToken.Bad, at, at + 1);
      return emit(SqlToken.Number, at, at + 2);
    default:
      return scanOperator(at, c, next, at + 2 < end ? <u32>load<u8>(at, 2) : 0);
  }
}

// eslint-disable-next-line complexity -- one branch per first byte
function scanOperator(at: usize, c: u32, next: u32, third: u32): usize {
  switch (c) {
    case 0x3d: // =
      return emit(SqlToken.Compare, at, at + (next == 0x3d ? 2 : 1));
    case 0x3c: // <
      if (next == 0x3d) return emit(SqlToken.Compare, at, at + (third == 0x3e ? 3 : 2));
      if (next == 0x3c) return emit(SqlToken.Arithmetic, at, at + 2);
      return emit(SqlToken.Compare, at, at + (next == 0x3e || next == 0x40 ? 2 : 1));
    case 0x3e: // >
      if (next == 0x3e) return emit(SqlToken.Arithmetic, at, at + 2);
      return emit(SqlToken.Compare, at, at + (next == 0x3d ? 2 : 1));
    case 0x21: // !
      if (next == 0x3d || next == 0x3c || next == 0x3e) return emit(SqlToken.Compare, at, at + 2);
      if (next == 0x7e) return emit(SqlToken.Tilde, at, at + 2);
      return emit(SqlToken.Bang, at, at + 1);
    case 0x7e: // ~
      return emit(SqlToken.Tilde, at, at + (next == 0x2a ? 2 : 1));
    case 0x7c: // |
      return next == 0x7c ? emit(SqlToken.Logic, at, at + 2) : emit(SqlToken.Arithmetic, at, at + 1);
    case 0x26: // &
      return next == 0x26 ? emit(SqlToken.Logic, at, at + 2) : emit(SqlToken.Arithmetic, at, at + 1);
    case 0x3a: // :
      if (next == 0x3d) return emit(SqlToken.Assign, at, at + 2);
      return next == 0x3a ? emit(SqlToken.Cast, at, at + 2) : emit(SqlToken.Bad, at, at + 1);
    case 0x2d: // - and ->, ->>
      if (next == 0x3e) return emit(SqlToken.Arithmetic, at, at + (third == 0x3e ? 3 : 2));
      return emit(SqlToken.Arithmetic, at, at + 1);
    case 0x3f: // ? ?| ?&
      return emit(SqlToken.JsonOperator, at, at + (next == 0x7c || next == 0x26 ? 2 : 1));
    case 0x2b:
    case 0x2a:
    case 0x2f:
    case 0x25:
    case 0x5e:
      return emit(SqlToken.Arithmetic, at, at + 1);
    default:
      return emit(SqlToken.Bad, at, at + 1);
  }
}

/** Past white space and closed comments; sets sqlToken to Comment when a comment runs to the end, else to End. */
// eslint-disable-next-line complexity -- every kind of white space
function skipBlank(start: usize, end: usize): usize {
  let at = start;
  sqlToken = SqlToken.End;
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (load<u8>(SQL_BYTES + c) & SQL_SOLID) break;
    if (c == 0x20) {
      at++;
      continue;
    }
    const next: u32 = at + 1 < end ? load<u8>(at, 1) : 0;
    if ((c == 0 && end - at < 8) || c == 0x23 || (c == 0x2d && next == 0x2d) || isDash(at, end)) {
      const line = c == 0 ? end : findByte(at + 1, end, 0x0a);
      if (line + 1 >= end) return markComment(at);
      at = line + 1;
    } else if (c <= 0x20 || c == 0xa0 || c == 0x7b || c == 0x7d) {
      at++;
    } else if (c == 0xc2 && next == 0xa0) {
      at += 2;
    } else if (end - at > 2 && load<u16>(at) == 0x80e2 && isTypographic(load<u8>(at, 2))) {
      at += 3;
    } else if (c == 0x25 && at + 2 < end) {
      const code = (hexValue(next) << 4) | hexValue(load<u8>(at, 2));
      if (code == 0x23) return markComment(at);
      if (code != 0x20 && code != 0xa0 && <u32>(code - 9) > 4) break;
      at += 3;
    } else if (c == 0x2f && next == 0x2a) {
      if (at + 2 < end && (load<u8>(at, 2) == 0x21 || (load<u8>(at, 2) | 0x20) == 0x6d)) {
        const inside = versionedComment(at + 2, end);
        if (inside != 0) {
          at = inside;
          continue;
        }
      }
      const close = findCommentEnd(at + 2, end);
      if (close >= end) return markComment(at);
      at = close;
      sqlCommented = true;
      // PostgreSQL nests comments: the fence that is left over is white space too.
      versioned = true;
    } else if (versioned && c == 0x2a && next == 0x2f) {
      at += 2;
    } else if (next == 0x2e && isDigit(c) && isEmptyExponent(at + 2, end)) {
      at += 3;
      if (at < end && (load<u8>(at) == 0x28 || load<u8>(at) == 0x2e)) sqlHollow = load<u8>(at);
    } else break;
  }
  return at;
}

function markComment(at: usize): usize {
  sqlToken = SqlToken.Comment;
  return at;
}

/** Where the code of a MySQL or MariaDB versioned comment begins (`at` is at its ! or M!), 0 for a plain comment. */
function versionedComment(start: usize, end: usize): usize {
  let at = start;
  if (load<u8>(at) != 0x21) at++;
  if (at >= end || load<u8>(at) != 0x21) return 0;
  at++;
  for (let digits = 0; digits < 6 && at < end && isDigit(load<u8>(at)); digits++) at++;
  versioned = true;
  return at;
}

// eslint-disable-next-line complexity -- every notation of numbers
function scanNumber(start: usize, end: usize): usize {
  let at = start;
  const marker: u32 = at + 1 < end ? (<u32>load<u8>(at, 1)) | 0x20 : 0;
  if (load<u8>(at) == 0x30 && (marker == 0x78 || marker == 0x62)) {
    at += 2;
    while (at < end && hexValue(load<u8>(at)) >= 0) at++;
    if (at > start + 2 && (at >= end || !isWord(load<u8>(at)))) return emit(SqlToken.Number, start, at);
    at = start;
  }
  while (at < end && isDigit(load<u8>(at))) at++;
  if (at < end && load<u8>(at) == 0x2e) {
    at++;
    while (at < end && isDigit(load<u8>(at))) at++;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    let exponent = at + 1;
    if (exponent < end && (load<u8>(exponent) == 0x2b || load<u8>(exponent) == 0x2d)) exponent++;
    if (exponent < end && isDigit(load<u8>(exponent))) {
      while (exponent < end && isDigit(load<u8>(exponent))) exponent++;
      at = exponent;
    }
  }
  if (at >= end || !isNameByte(load<u8>(at))) return emit(SqlToken.Number, start, at);
  // 1union, 1or: a number and a keyword; 8x11, 3rd: a name.
  let word = at;
  while (word < end && isNameByte(load<u8>(word))) word++;
  if (continuesExpression(sqlClass(at, word))) return emit(SqlToken.Number, start, at);
  if (joinsComparison(at, word, end)) {
    joined = at;
    return emit(SqlToken.Number, start, at);
  }
  sqlWord = 0;
  sqlDotted = false;
  return emit(SqlToken.Word, start, word);
}

/** or1= of 1or1=1: "or" or "and", and the digits that are compared. */
function joinsComparison(from: usize, to: usize, end: usize): bool {
  const len = operatorLength(from, to);
  if (len == 0 || from + len == to || to >= end || load<u8>(to) != 0x3d) return false;
  for (let at = from + len; at < to; at++) {
    if (!isDigit(load<u8>(at))) return false;
  }
  return true;
}

/** Length of the "or" or "and" with which `from..to` begins, else 0. */
function operatorLength(from: usize, to: usize): u32 {
  if (to - from < 3) return 0;
  if ((load<u16>(from) | 0x2020) == 0x726f) return 2;
  return (load<u16>(from) | 0x2020) == 0x6e61 && (load<u8>(from, 2) | 0x20) == 0x64 ? 3 : 0;
}

function continuesExpression(word: u32): bool {
  return (
    word == SQL_AND ||
    word == SQL_UNION ||
    word == SQL_LIKE ||
    word == SQL_BETWEEN ||
    word == SQL_IN ||
    word == SQL_IS ||
    word == SQL_FROM ||
    word == SQL_WHERE ||
    word == SQL_HAVING ||
    word == SQL_GROUP ||
    word == SQL_ORDER ||
    word == SQL_LIMIT ||
    word == SQL_INTO ||
    word == SQL_PROCEDURE
  );
}

/** Class of a word in generated/sql-words, 0 for a name. */
export function sqlClass(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  return len > SQL_LONGEST ? 0 : wordClass(from, len, SQL_SEED, SQL_SLOTS, SQL_CELLS, SQL_TEXT);
}

/** A keyword, a name with its dots, or a string with a prefix (N'…', X'…', E'…', q'…', _utf8'…'). */
// eslint-disable-next-line complexity -- scan loop
function scanWord(start: usize, end: usize): usize {
  let at = start;
  while (at < end && isNameByte(load<u8>(at)) && (load<u8>(at) != 0xc2 || !isBlankPair(at, end))) at++;
  if (at == start) return emit(SqlToken.Bad, start, start + 1);
  sqlDotted = false;
  if (start == joined) at = start + operatorLength(start, at);
  sqlWord = sqlClass(start, at);
  if (at < end && load<u8>(at) == 0x27 && isStringPrefix(start, at)) return scanString(start, at, end, 0x27);
  let part = start;
  const first = sqlWord;
  while (at + 1 < end && load<u8>(at) == 0x2e) {
    const next = <u32>load<u8>(at, 1);
    if (next == 0x2e) {
      at++;
      continue;
    }
    if (next == 0x2a || next == 0x60 || next == 0x22 || next == 0x5b) {
      sqlDotted = true;
      at += 2;
      if (next != 0x2a) {
        while (at < end && isNameByte(load<u8>(at))) at++;
        if (at < end) at++;
      }
      break;
    }
    if (!isNameByte(next) || isDigit(next)) break;
    sqlDotted = true;
    part = ++at;
    while (at < end && isNameByte(load<u8>(at))) at++;
  }
  if (sqlDotted) sqlWord = dottedClass(first, part, at);
  return emit(SqlToken.Word, start, at);
}

/** Only packages and schemas make a dotted name more than a name: dbms_lock.sleep, master..xp_cmdshell. */
function dottedClass(first: u32, part: usize, at: usize): u32 {
  if (first == SQL_DANGER) return SQL_DANGER;
  const last = sqlClass(part, at);
  if (first == SQL_SCHEMA) return last == SQL_DANGER ? SQL_DANGER : SQL_SCHEMA;
  return last == SQL_DANGER && (load<u8>(part) | 0x20) == 0x78 ? SQL_DANGER : 0;
}

function isStringPrefix(from: usize, to: usize): bool {
  if (load<u8>(from) == 0x5f) return true;
  if (to - from != 1) return false;
  const c = lowerByte(load<u8>(from));
  return c == 0x6e || c == 0x78 || c == 0x62 || c == 0x65 || c == 0x71 || c == 0x72;
}

function scanString(start: usize, quoteAt: usize, end: usize, quote: u32): usize {
  sqlByte = quote;
  let at = quoteAt + 1;
  // ""a"" as in CSV: after an empty string a word cannot follow, so the run of quotes is the delimiter.
  if (start == quoteAt && at + 1 < end && <u32>load<u8>(at) == quote && isWord(load<u8>(at, 1))) {
    const close = findByte(at + 1, end, quote);
    if (close + 1 < end && <u32>load<u8>(close, 1) == quote) return emit(SqlToken.String, start, close + 2);
    if (close >= end) return emit(SqlToken.OpenString, start, end);
  }
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c == quote) {
      if (at + 1 >= end || <u32>load<u8>(at, 1) != quote) return emit(SqlToken.String, start, at + 1);
      at++;
    } else if (c == 0x5c && at + 1 < end) at++;
    at++;
  }
  return emit(SqlToken.OpenString, start, end);
}

function scanVariable(start: usize, end: usize): usize {
  let at = start + 1;
  // @> @? @@ of PostgreSQL's JSON
  if (at < end && load<u8>(at) == 0x3e) return emit(SqlToken.Compare, start, at + 1);
  if (at < end && load<u8>(at) == 0x3f) return emit(SqlToken.JsonOperator, start, at + 1);
  if (at + 1 < end && load<u16>(at) == 0x2040) return emit(SqlToken.JsonOperator, start, at + 1);
  while (at < end && load<u8>(at) == 0x40) at++;
  const quote: u32 = at < end ? load<u8>(at) : 0;
  if (quote == 0x60 || quote == 0x27 || quote == 0x22) {
    const close = findByte(at + 1, end, quote);
    if (close < end) return emit(SqlToken.Variable, start, close + 1);
  }
  while (at < end && (isNameByte(load<u8>(at)) || load<u8>(at) == 0x2e)) at++;
  return emit(SqlToken.Variable, start, at);
}

/** $tag$ … $tag$, $1, or a name. */
function scanDollar(start: usize, end: usize): usize {
  let at = start + 1;
  while (at < end && isWord(load<u8>(at))) at++;
  if (at < end && load<u8>(at) == 0x24) {
    const size = <u32>(at + 1 - start);
    for (let close = at + 1; close + size <= end; close++) {
      if (load<u8>(close) == 0x24 && memory.compare(close, start, size) == 0) {
        return emit(SqlToken.String, start, close + size);
      }
    }
    return emit(SqlToken.OpenString, start, end);
  }
  sqlWord = 0;
  return at == start + 1 ? emit(SqlToken.Bad, start, at) : emit(SqlToken.Variable, start, at);
}

/** [name] */
function scanBracket(start: usize, end: usize): usize {
  let at = start + 1;
  while (at < end && at - start < 130 && load<u8>(at) != 0x5d && load<u8>(at) >= 0x20) at++;
  if (at >= end || load<u8>(at) != 0x5d || at == start + 1) return emit(SqlToken.Bad, start, start + 1);
  sqlWord = sqlClass(start + 1, at) == SQL_SCHEMA ? SQL_SCHEMA : 0;
  sqlDotted = false;
  at++;
  while (at + 1 < end && load<u8>(at) == 0x2e) {
    const bracket = load<u8>(at, 1) == 0x5b;
    const close = bracket ? findByte(at + 2, min(end, at + 130), 0x5d) + 1 : at + 1;
    if (close > end) break;
    at = close;
    while (!bracket && at < end && isNameByte(load<u8>(at))) at++;
  }
  return emit(SqlToken.Word, start, min(at, end));
}
