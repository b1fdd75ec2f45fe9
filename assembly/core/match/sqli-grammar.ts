// Reads a value as the continuation of a SQL statement and collects what it would change in it.
//
// It is a push-down automaton over the tokens of sqli-scanner.ts: between tokens it either wants an operand or has one,
// and knows in which clause it is. Prose fails at its second or third word, because two names in a row
// are no SQL; a run ends at the first such error. What was understood until then stays in `sqlSigns`.
//
// One run is one pass; its depth is bounded by FRAMES (deeper nesting is an error of the value, not of ours).

import { findByte } from "../bytes/find-byte";
import { isClauseWord, isOperatorWord, isReserved, isStatementWord, readStatement } from "./sqli-clauses";
import { readContinuation } from "./sqli-continuation";
import {
  Clause,
  SIGN_CALL,
  SIGN_CASE,
  SIGN_CLOSED_PAREN,
  SIGN_COMPARE,
  SIGN_CONCAT,
  SIGN_DANGER,
  SIGN_FACT,
  SIGN_FROM,
  SIGN_SCHEMA,
  SIGN_SELECT,
  SIGN_STATEMENT,
  SIGN_SUBSELECT,
  SIGN_UNION,
  SIGN_UNION_CUT,
  SIGN_VARIABLE,
  SIGN_WHOLE_CASE,
  SqlEnd,
  SqlOperand,
  complete,
  confirmSelect,
  fail,
  next,
  note,
  popFrame,
  push,
  run,
} from "./sqli-run";
import { SqlToken, sqlByte, sqlFrom, sqlTo, sqlToken, sqlWord, startSqlScan } from "./sqli-scanner";
import * as W from "../generated/sql-words";

/** Tokenises from `at`; `closed` when the value has just closed the statement's own quote. */
export function runSqlGrammar(at: usize, end: usize, closed: bool): void {
  startSqlScan();
  // Out of a comment that the statement opened.
  run.cursor = end - at > 2 && load<u16>(at) == 0x2f2a ? at + 2 : at;
  run.last = end;
  run.begin = at;
  run.want = !closed;
  run.clause = Clause.Expression;
  run.depth = 0;
  run.logic = false;
  run.afterLogic = false;
  run.comparing = false;
  run.between = false;
  run.selecting = 0;
  run.aliasFree = false;
  run.ordering = false;
  run.listing = false;
  run.inject = closed;
  run.failed = false;
  run.leadingCase = false;
  run.program = false;
  run.aliased = false;
  run.closed = closed;
  run.operand = closed ? SqlOperand.String : SqlOperand.None;
  run.operandFrom = run.operandTo = at;
  run.signs = 0;
  run.first = SqlOperand.None;
  run.fingerprintLength = 0;
  run.tail = end;
  next();
  if (!closed && sqlToken == SqlToken.Word && isStatementWord(sqlWord)) readStatement(SIGN_STATEMENT);
  for (;;) {
    if (run.failed || sqlToken == SqlToken.End || sqlToken == SqlToken.Comment) break;
    if (sqlToken == SqlToken.OpenString) break;
    if (run.want) readOperand();
    else readContinuation();
  }
  finish();
}

function finish(): void {
  run.stop = sqlFrom;
  run.tail = sqlFrom;
  if (run.failed) {
    run.ending = SqlEnd.Error;
    return;
  }
  if (sqlToken == SqlToken.OpenString) {
    note(0x73);
    // 'a' 'b and 1'x are no way to go on, whatever the string holds.
    if (!run.want && run.operand != SqlOperand.String && run.operandFrom != run.begin)
      run.ending = SqlEnd.Error;
    else {
      if (run.want) complete(SqlOperand.String, sqlFrom, run.last);
      run.ending = SqlEnd.Reopened;
    }
    run.stop = run.last;
    return;
  }
  if (run.selecting != 0) confirmCut();
  if (run.leadingCase && run.signs & SIGN_CASE && !run.want) run.signs |= SIGN_WHOLE_CASE;
  if (sqlToken == SqlToken.Comment) {
    note(0x63);
    run.ending = SqlEnd.Comment;
  } else run.ending = run.want ? SqlEnd.Dangling : SqlEnd.Clean;
  run.stop = run.last;
}

function confirmCut(): void {
  if (run.operand == SqlOperand.Name && !run.want) run.signs |= run.selecting == SIGN_UNION ? SIGN_UNION : 0;
  else if (run.want && run.selecting == SIGN_UNION) run.signs |= SIGN_UNION_CUT;
  run.selecting = 0;
}

// eslint-disable-next-line complexity, max-lines-per-function -- one branch per token
function readOperand(): void {
  switch (sqlToken) {
    case SqlToken.Number:
      if (startsValue()) run.inject = true;
      note(0x31);
      complete(SqlOperand.Number, sqlFrom, sqlTo);
      break;
    case SqlToken.String:
      note(0x73);
      complete(SqlOperand.String, sqlFrom, sqlTo);
      break;
    case SqlToken.Variable:
      if (startsValue()) run.inject = true;
      note(0x76);
      run.signs |= SIGN_VARIABLE;
      complete(SqlOperand.Variable, sqlFrom, sqlTo);
      break;
    case SqlToken.Word:
      readOperandWord();
      return;
    case SqlToken.LeftParen:
      note(0x28);
      push(Clause.Group);
      break;
    case SqlToken.RightParen:
      // f() and, at the value's start, a parenthesis of the statement.
      if (!startsValue() && (run.clause != Clause.Call || run.operand != SqlOperand.Call)) return fail();
      closeParen();
      return;
    case SqlToken.Arithmetic:
      if (startsValue()) return continueValue();
      if (sqlByte == 0x2a && (run.clause == Clause.List || run.clause == Clause.Call)) {
        note(0x2a);
        complete(SqlOperand.Constant, sqlFrom, sqlTo);
        break;
      }
      if (sqlByte != 0x2b && sqlByte != 0x2d) return fail();
      note(0x6f);
      break;
    case SqlToken.Tilde:
    case SqlToken.Bang:
      note(0x6f);
      break;
    case SqlToken.Assign:
      break;
    case SqlToken.Compare:
    case SqlToken.Logic:
    case SqlToken.Comma:
    case SqlToken.Semicolon:
      if (startsValue()) return continueValue();
      // A plus that stood for a space: 1+=+1.
      if (
        sqlToken != SqlToken.Semicolon &&
        run.operand != SqlOperand.None &&
        sqlByteBefore(sqlFrom) == 0x2b
      ) {
        run.want = false;
        return;
      }
      if (sqlToken == SqlToken.Semicolon && run.selecting != 0) confirmCut();
      return fail();
    default:
      return fail();
  }
  if (!run.failed) next();
}

function startsValue(): bool {
  return run.fingerprintLength == 0 && run.depth == 0;
}

/** The statement's own operand stands before the value, as in " or 1=1". */
function continueValue(): void {
  run.want = false;
  run.inject = true;
  run.operandFrom = run.begin;
}

// eslint-disable-next-line complexity, max-lines-per-function -- one branch per word class
function readOperandWord(): void {
  const word = sqlWord;
  const from = sqlFrom;
  const to = sqlTo;
  if (startsValue() && (isOperatorWord(word) || isClauseWord(word)) && word != W.SQL_JOIN) {
    if (word != W.SQL_FROM && word != W.SQL_FOR && word != W.SQL_ON && word != W.SQL_IS)
      return continueValue();
  }
  if (word == W.SQL_SELECT) return readSelect();
  if (word == W.SQL_NOT || word == W.SQL_UNARY || (word == W.SQL_TOP && run.clause == Clause.List)) {
    note(0x6f);
    next();
    if (word == W.SQL_TOP && (sqlToken == SqlToken.Number || sqlToken == SqlToken.LeftParen)) {
      while (sqlToken == SqlToken.LeftParen || sqlToken == SqlToken.Number) next();
      if (sqlToken == SqlToken.RightParen) next();
      if (run.selecting != 0) confirmSelect();
    } else if (word == W.SQL_UNARY && sqlToken == SqlToken.Comma) complete(SqlOperand.Name, from, to);
    // (EXISTS)
    else if (word == W.SQL_UNARY && sqlToken == SqlToken.RightParen) complete(SqlOperand.Constant, from, to);
    return;
  }
  if (word == W.SQL_CASE) {
    run.leadingCase = startsValue();
    note(0x6b);
    push(Clause.Case);
    next();
    return;
  }
  if (word == W.SQL_WHEN && run.clause == Clause.Case) {
    run.logic = true;
    next();
    return;
  }
  // A plus that stood for a space: 1+and+1=1.
  if (
    run.operand != SqlOperand.None &&
    sqlByteBefore(from) == 0x2b &&
    (isOperatorWord(word) || isClauseWord(word))
  ) {
    run.want = false;
    return;
  }
  if (word == W.SQL_JOIN && run.clause == Clause.From) {
    next();
    if (sqlToken == SqlToken.LeftParen) readCall(word, from, to);
    return;
  }
  next();
  if (sqlToken == SqlToken.LeftParen && word != W.SQL_IN && word != W.SQL_VALUES)
    return readCall(word, from, to);
  if (word == W.SQL_IDENTITY) {
    run.signs |= SIGN_SCHEMA | (run.logic ? SIGN_CALL : 0);
    note(0x31);
    return complete(run.logic ? SqlOperand.Call : SqlOperand.Constant, from, to);
  }
  if (word == W.SQL_CONSTANT) {
    note(0x31);
    return complete(SqlOperand.Constant, from, to);
  }
  if (isReserved(word)) {
    if (word == W.SQL_FROM && run.selecting == SIGN_UNION) confirmSelect();
    return fail();
  }
  if (word == W.SQL_SCHEMA) {
    run.signs |= SIGN_SCHEMA;
    if (run.clause == Clause.From && run.selecting != 0) confirmSelect();
  }
  // ||utl_http.request, cut off before its arguments
  if (word == W.SQL_DANGER && sqlDottedBefore(from, to) && run.signs & SIGN_CONCAT) run.signs |= SIGN_DANGER;
  note(0x6e);
  if (run.clause == Clause.From) run.signs |= SIGN_FROM;
  complete(SqlOperand.Name, from, to);
}

function sqlDottedBefore(from: usize, to: usize): bool {
  return findByte(from, to, 0x2e) < to;
}

function sqlByteBefore(at: usize): u32 {
  return at > run.begin ? load<u8>(at - 1) : 0;
}

/** `sqlToken` is the parenthesis after a name. */
export function readCall(word: u32, from: usize, to: usize): void {
  note(0x66);
  if (word == W.SQL_DANGER) run.signs |= SIGN_DANGER;
  else if (isFunction(word)) run.signs |= SIGN_CALL;
  if ((word == W.SQL_FACT || word == W.SQL_SUBJECT) && (run.clause == Clause.Call || run.comparing))
    run.signs |= SIGN_FACT;
  const wasLogic = run.logic;
  // "Union Select Committee (2019)": a name with a space before its parenthesis proves nothing.
  if (word == 0 && sqlFrom != to && run.selecting != 0) return fail();
  complete(SqlOperand.Call, from, to);
  push(Clause.Call);
  run.logic = wasLogic;
  run.want = true;
  if (word == W.SQL_IF && run.inject) run.logic = true;
  if (!run.failed) next();
}

function isFunction(word: u32): bool {
  return (
    word == W.SQL_INFO ||
    word == W.SQL_FACT ||
    word == W.SQL_CHAR ||
    word == W.SQL_SUBJECT ||
    word == W.SQL_JOIN ||
    word == W.SQL_IF ||
    word == W.SQL_IS_NULL ||
    word == W.SQL_INSERT ||
    word == W.SQL_LIKE ||
    word == W.SQL_UNARY
  );
}

export function readSelect(): void {
  note(0x45);
  run.signs |= SIGN_SELECT;
  if (run.selecting == 0) {
    if (run.depth == 0 && !run.afterLogic && !run.comparing) return fail();
    run.selecting = SIGN_SUBSELECT;
  }
  if (run.comparing) {
    complete(SqlOperand.Select, sqlFrom, sqlTo);
    run.selecting = SIGN_SUBSELECT;
  }
  run.clause = Clause.List;
  run.want = true;
  run.logic = false;
  run.afterLogic = false;
  next();
}

export function closeParen(): void {
  if (run.selecting != 0 && (run.selecting == SIGN_UNION || run.operand == SqlOperand.String))
    confirmSelect();
  note(0x29);
  if (run.depth == 0) {
    run.inject = true;
    // (a < b || c > d)) { : closed after the condition, as programs do.
    if ((run.signs & SIGN_COMPARE) == 0) run.signs |= SIGN_CLOSED_PAREN;
    run.clause = Clause.Expression;
  } else {
    const inner = popFrame();
    if (inner != Clause.Group) {
      run.operand = inner == Clause.Call ? SqlOperand.Call : SqlOperand.Select;
      run.operandFrom = run.operandTo = sqlTo;
    }
  }
  run.aliasFree = true;
  run.want = false;
  next();
}
