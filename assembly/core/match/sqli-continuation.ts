// The half of the SQL automaton that stands after an operand: operators, lists, parentheses. See sqli-grammar.ts.

import { isReserved, readClause, readStatement } from "./sqli-clauses";
import { closeParen } from "./sqli-grammar";
import {
  Clause,
  SIGN_CALL,
  SIGN_CASE,
  SIGN_CAST,
  SIGN_CONCAT,
  SIGN_FOLLOWING,
  SIGN_JSON,
  SIGN_KEYWORD,
  SIGN_OPERATOR,
  SIGN_ORDER,
  SIGN_STACKED,
  SIGN_TAUTOLOGY,
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
import { SqlToken, sqlByte, sqlFrom, sqlTo, sqlToken, sqlWord } from "./sqli-scanner";
import * as W from "../generated/sql-words";

// eslint-disable-next-line complexity, max-lines-per-function -- one branch per token
export function readContinuation(): void {
  switch (sqlToken) {
    case SqlToken.Word:
      readContinuationWord();
      return;
    case SqlToken.Arithmetic:
      note(0x6f);
      run.signs |= SIGN_OPERATOR;
      run.want = true;
      break;
    case SqlToken.Tilde:
    case SqlToken.Compare:
    case SqlToken.Assign:
      beginCompare();
      break;
    case SqlToken.Logic:
      if (sqlByte == 0x7c) run.signs |= SIGN_CONCAT;
      beginLogic();
      break;
    case SqlToken.Cast:
      readCast();
      return;
    case SqlToken.JsonOperator:
      if (run.operand != SqlOperand.Call && !opensJson()) return fail();
      beginCompare();
      break;
    case SqlToken.RightParen:
      closeParen();
      return;
    case SqlToken.LeftParen:
      // in (…), values (…), table (columns); after an operand the statement had, (select …
      if (run.clause == Clause.From || run.operand == SqlOperand.Select) push(Clause.Call);
      else if (run.depth == 0 && run.inject) push(Clause.Group);
      else return fail();
      run.want = true;
      break;
    case SqlToken.Comma:
      note(0x2c);
      if (run.selecting != 0) confirmSelect();
      if (run.clause == Clause.Order) run.signs |= SIGN_ORDER;
      run.listing = true;
      run.logic = false;
      run.comparing = false;
      run.want = true;
      break;
    case SqlToken.Semicolon:
      note(0x3b);
      next();
      readStatement(SIGN_STACKED);
      return;
    case SqlToken.String:
      if (run.operand == SqlOperand.String && run.operandFrom != run.begin) break;
      if (run.aliasFree && run.clause != Clause.Expression) {
        run.aliasFree = false;
        break;
      }
      return fail();
    default:
      return fail();
  }
  if (!run.failed) next();
}

/** ::type */
function readCast(): void {
  next();
  if (sqlToken != SqlToken.Word) return fail();
  if (sqlWord == W.SQL_TYPE) {
    if (run.operand == SqlOperand.Call) run.signs |= SIGN_CAST;
    // '{"a":1}'::jsonb
    else if (run.operand == SqlOperand.String && run.logic) {
      run.signs |= SIGN_CALL;
      run.operand = SqlOperand.Call;
    } else if (run.operand == SqlOperand.String && run.operandFrom == run.begin && !run.closed) {
      run.signs |= SIGN_CAST;
      run.operand = SqlOperand.Call;
    }
  }
  next();
  // double precision, character varying
  if (sqlToken == SqlToken.Word && sqlWord == 0 && run.signs & SIGN_CAST && sqlTo - sqlFrom > 6) next();
}

/** <@ or @> */
function isContainment(): bool {
  return (
    sqlToken == SqlToken.Compare &&
    sqlTo - sqlFrom == 2 &&
    (load<u8>(sqlFrom) == 0x40 || load<u8>(sqlFrom, 1) == 0x40)
  );
}

/** The operand is a string that begins as JSON does. */
function opensJson(): bool {
  if (run.operand != SqlOperand.String || run.operandTo - run.operandFrom < 4) return false;
  const first = load<u8>(run.operandFrom, 1);
  return first == 0x7b || first == 0x5b;
}

function beginCompare(): void {
  note(0x3d);
  run.signs |= SIGN_OPERATOR;
  if (run.clause == Clause.List || run.clause == Clause.Call || run.clause == Clause.Order) run.logic = true;
  if (run.selecting != 0) confirmSelect();
  run.comparing = true;
  if (sqlToken == SqlToken.JsonOperator || isContainment()) {
    if (opensJson()) run.signs |= SIGN_JSON;
    run.operand = SqlOperand.Call;
  }
  run.leftKind = run.operand;
  run.leftFrom = run.operandFrom;
  run.leftTo = run.operandTo;
  run.want = true;
}

function beginLogic(): void {
  note(0x26);
  run.signs |= SIGN_OPERATOR;
  run.logic = true;
  run.afterLogic = true;
  run.comparing = false;
  run.want = true;
}

// eslint-disable-next-line complexity, max-lines-per-function -- one branch per word class
function readContinuationWord(): void {
  const word = sqlWord;
  const from = sqlFrom;
  const to = sqlTo;
  switch (word) {
    case W.SQL_AND:
      next();
      if (run.between) {
        run.between = false;
        run.want = true;
        return;
      }
      return beginLogic();
    case W.SQL_ARITHMETIC:
      note(0x6f);
      run.want = true;
      break;
    case W.SQL_LIKE:
    case W.SQL_BETWEEN:
      run.between = word == W.SQL_BETWEEN;
      run.signs |= SIGN_KEYWORD;
      beginCompare();
      next();
      if (sqlToken == SqlToken.Word && sqlWord == W.SQL_LIKE) next();
      return;
    case W.SQL_IN:
      next();
      if (sqlToken == SqlToken.Word && isSearchMode()) return;
      if (sqlToken != SqlToken.LeftParen && sqlToken != SqlToken.Variable) return fail();
      run.signs |= SIGN_KEYWORD;
      return beginCompare();
    case W.SQL_IS:
      return readIs();
    case W.SQL_IS_NULL:
      beginCompare();
      complete(SqlOperand.Constant, from, to);
      break;
    case W.SQL_NOT:
      next();
      if (sqlToken != SqlToken.Word) return fail();
      if (sqlWord != W.SQL_LIKE && sqlWord != W.SQL_IN && sqlWord != W.SQL_BETWEEN) return fail();
      return;
    case W.SQL_COLLATE:
      next();
      if (sqlToken != SqlToken.Word && sqlToken != SqlToken.String) return fail();
      break;
    case W.SQL_ASC:
      if (run.clause != Clause.Order) return fail();
      break;
    case W.SQL_WHEN:
    case W.SQL_THEN:
    case W.SQL_ELSE:
      if (word == W.SQL_ELSE && run.inject && run.depth == 0) {
        next();
        return readStatement(SIGN_FOLLOWING);
      }
      if (run.clause != Clause.Case) return fail();
      if (word == W.SQL_THEN) run.signs |= SIGN_CASE;
      run.logic = word == W.SQL_WHEN;
      run.comparing = false;
      run.want = true;
      break;
    case W.SQL_END:
      // … into t END: of the block that a statement stands in
      if (run.clause == Clause.From && run.depth == 0 && run.inject) break;
      if (run.clause != Clause.Case) return fail();
      popFrame();
      run.operand = SqlOperand.Call;
      break;
    case W.SQL_AS:
      next();
      if (sqlToken != SqlToken.Word && sqlToken != SqlToken.String) return fail();
      if (sqlToken == SqlToken.Word && isReserved(sqlWord)) return fail();
      run.aliased = sqlToken == SqlToken.String || load<u8>(sqlFrom) == 0x60;
      run.aliasFree = false;
      break;
    default:
      return readClause(word);
  }
  if (!run.failed) next();
}

/** IN BOOLEAN MODE, IN NATURAL LANGUAGE MODE: up to the parenthesis. */
function isSearchMode(): bool {
  if (sqlWord != 0 && sqlWord != W.SQL_JOIN && sqlWord != W.SQL_TYPE) return false;
  for (let words = 0; words < 6 && sqlToken == SqlToken.Word; words++) next();
  return sqlToken == SqlToken.RightParen;
}

function readIs(): void {
  next();
  run.signs |= SIGN_KEYWORD;
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_NOT) next();
  const literal = sqlToken == SqlToken.Number || sqlToken == SqlToken.String;
  // 5 and 6 is 11: only as truth values do numbers follow.
  if (sqlToken == SqlToken.Number && !run.closed && (sqlTo - sqlFrom > 1 || load<u8>(sqlFrom) > 0x31))
    return fail();
  if (!literal && (sqlToken != SqlToken.Word || sqlWord != W.SQL_CONSTANT)) return fail();
  const wasLogic = run.logic;
  beginCompare();
  if (wasLogic && run.operand == SqlOperand.Name) run.signs |= SIGN_TAUTOLOGY;
  complete(SqlOperand.Constant, sqlFrom, sqlTo);
  next();
}
