// Clauses and statements of SQL: the parts of the grammar that begin with a keyword. See sqli-grammar.ts.

import { readSelect, readCall } from "./sqli-grammar";
import {
  Clause,
  SIGN_DANGER,
  SIGN_FILE,
  SIGN_FOLLOWING,
  SIGN_OPERATOR,
  SIGN_HAVING,
  SIGN_KEYWORD,
  SIGN_STACKED,
  SIGN_STATEMENT,
  SIGN_SUBSELECT,
  SIGN_UNION,
  SIGN_UNION_CUT,
  SIGN_WHERE,
  SqlOperand,
  confirmSelect,
  fail,
  next,
  note,
  push,
  run,
} from "./sqli-run";
import { isObject, readExec, readObject, readTable, skipToStatement } from "./sqli-statements";
import { SqlToken, sqlByte, sqlDotted, sqlFrom, sqlTo, sqlToken, sqlWord } from "./sqli-scanner";
import * as W from "../generated/sql-words";

export function isOperatorWord(word: u32): bool {
  return word >= W.SQL_AND && word <= W.SQL_NOT && word != W.SQL_NOT;
}

export function isClauseWord(word: u32): bool {
  return (
    word == W.SQL_UNION ||
    (word >= W.SQL_FROM && word <= W.SQL_GROUP) ||
    word == W.SQL_ORDER ||
    (word >= W.SQL_LIMIT && word <= W.SQL_ON) ||
    word == W.SQL_AS ||
    word == W.SQL_WAITFOR ||
    word == W.SQL_COLLATE
  );
}

export function isStatementWord(word: u32): bool {
  return word == W.SQL_SELECT || (word >= W.SQL_DROP && word <= W.SQL_COPY && word != W.SQL_DELAY);
}

/** Words that are never a name. */
export function isReserved(word: u32): bool {
  return (
    (word >= W.SQL_AND && word <= W.SQL_NOT && word != W.SQL_LIKE && word != W.SQL_ARITHMETIC) ||
    word == W.SQL_LIKE ||
    word == W.SQL_SELECT ||
    word == W.SQL_UNION ||
    (word >= W.SQL_FROM && word <= W.SQL_INTO) ||
    word == W.SQL_FOR ||
    word == W.SQL_ON ||
    (word >= W.SQL_CASE && word <= W.SQL_ELSE) ||
    word == W.SQL_AS ||
    word == W.SQL_WAITFOR
  );
}

// eslint-disable-next-line complexity, max-lines-per-function -- one branch per clause
export function readClause(word: u32): void {
  switch (word) {
    case W.SQL_UNION:
      return readUnion();
    case W.SQL_FROM:
      if (run.clause == Clause.Call) run.want = true;
      else if (run.clause != Clause.List && !run.inject) return fail();
      else beginFrom();
      break;
    case W.SQL_WHERE:
      run.signs |= SIGN_WHERE;
      beginCondition();
      break;
    case W.SQL_HAVING:
      run.signs |= SIGN_HAVING;
      beginCondition();
      break;
    case W.SQL_ON:
      if (run.clause == Clause.Expression && !run.inject) return fail();
      if (run.clause == Clause.Call) run.want = true;
      else beginCondition();
      break;
    case W.SQL_GROUP:
    case W.SQL_ORDER:
      next();
      if (sqlToken != SqlToken.Word || sqlWord != W.SQL_BY) return fail();
      note(0x42);
      if (run.selecting != 0) confirmSelect();
      run.clause = Clause.Order;
      run.ordering = true;
      run.comparing = false;
      run.want = true;
      break;
    case W.SQL_LIMIT:
      note(0x42);
      if (run.clause == Clause.Call) return fail();
      run.clause = Clause.Limit;
      run.want = true;
      break;
    case W.SQL_INTO:
      return readInto();
    case W.SQL_PROCEDURE:
      next();
      if (sqlToken != SqlToken.Word) return fail();
      next();
      if (sqlToken != SqlToken.LeftParen) return fail();
      run.signs |= SIGN_FILE;
      return;
    case W.SQL_FOR:
      next();
      if (run.clause == Clause.Call) {
        run.want = true;
        return;
      }
      if (sqlToken != SqlToken.Word || (sqlWord != W.SQL_UPDATE && sqlByte == 0)) return fail();
      break;
    case W.SQL_LOCK:
      next();
      if (sqlToken != SqlToken.Word || sqlWord != W.SQL_IN) return fail();
      next();
      if (sqlToken != SqlToken.Word) return fail();
      next();
      if (sqlToken != SqlToken.Word) return fail();
      run.signs |= SIGN_KEYWORD;
      break;
    case W.SQL_JOIN:
      if (run.clause != Clause.From) return fail();
      run.want = true;
      break;
    default:
      return readAlias(word);
  }
  if (!run.failed) next();
}

function beginFrom(): void {
  note(0x6b);
  if (
    run.selecting != 0 &&
    (run.selecting != SIGN_SUBSELECT || run.operand != SqlOperand.Name || run.signs & SIGN_OPERATOR)
  ) {
    if (run.selecting == SIGN_UNION || run.selecting == SIGN_SUBSELECT) confirmSelect();
  }
  run.clause = Clause.From;
  run.want = true;
}

function beginCondition(): void {
  note(0x6b);
  if (run.selecting != 0) confirmSelect();
  run.clause = Clause.Expression;
  run.comparing = false;
  run.logic = true;
  run.afterLogic = true;
  run.want = true;
}

/** UNION [ALL | DISTINCT] ( SELECT … */
function readUnion(): void {
  note(0x55);
  next();
  while (sqlToken == SqlToken.Word && sqlWord == W.SQL_UNARY) next();
  while (sqlToken == SqlToken.Arithmetic && sqlByte != 0x2a && sqlByte != 0x2f) next();
  while (sqlToken == SqlToken.LeftParen) {
    push(Clause.Group);
    if (run.failed) return;
    next();
  }
  run.comparing = false;
  if (sqlToken == SqlToken.End || sqlToken == SqlToken.Comment) {
    run.signs |= SIGN_UNION_CUT;
    run.want = true;
    return;
  }
  if (sqlToken != SqlToken.Word || (sqlWord != W.SQL_SELECT && sqlWord != W.SQL_VALUES)) return fail();
  if (sqlWord == W.SQL_VALUES) {
    next();
    if (sqlToken != SqlToken.LeftParen) return fail();
    run.signs |= SIGN_UNION;
    run.clause = Clause.List;
    run.want = true;
    return;
  }
  run.selecting = SIGN_UNION;
  readSelect();
}

/** INTO OUTFILE 'x', INTO @x, INTO table */
function readInto(): void {
  next();
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_OUTFILE) {
    next();
    run.signs |= SIGN_FILE;
  } else if (run.clause != Clause.List && !run.inject) return fail();
  run.clause = Clause.From;
  run.want = true;
}

/** A name after an operand: an alias where one may stand, else the start of the next statement, else no SQL. */
function readAlias(word: u32): void {
  if (run.inject && isStatementWord(word)) return readStatement(SIGN_FOLLOWING);
  if (run.aliasFree && !isReserved(word)) {
    run.aliasFree = false;
    if (run.clause == Clause.From || run.clause == Clause.List || run.operand != SqlOperand.Name) {
      note(0x6e);
      next();
      return;
    }
  }
  if (word == W.SQL_SUBJECT && isCurrent()) return next();
  // interval '1' day, (name text)
  const typed = run.operand == SqlOperand.String || run.operand == SqlOperand.Name;
  if (typed && run.clause == Clause.Call && word == W.SQL_TYPE) return next();
  fail();
}

/** current user: the two words of DB2 for current_user. */
function isCurrent(): bool {
  return run.operandTo - run.operandFrom == 7 && (load<u32>(run.operandFrom) | 0x20202020) == 0x72727563;
}

/** A statement begins at the current token; `sign` is set once it has proved to be one. */
// eslint-disable-next-line complexity, max-lines-per-function -- one branch per statement
export function readStatement(sign: u32): void {
  run.clause = Clause.Expression;
  run.depth = 0;
  run.comparing = false;
  run.logic = false;
  run.afterLogic = false;
  run.operand = SqlOperand.None;
  if (sqlToken == SqlToken.End || sqlToken == SqlToken.Comment) {
    run.want = false;
    return;
  }
  run.want = true;
  if (sqlToken != SqlToken.Word) {
    if (sqlToken == SqlToken.OpenString) run.want = false;
    else if (sqlToken != SqlToken.LeftParen) fail();
    return;
  }
  note(0x54);
  const word = sqlWord;
  if (word == W.SQL_DANGER) {
    next();
    if (sqlToken == SqlToken.LeftParen || sqlToken == SqlToken.String) run.signs |= SIGN_DANGER;
    run.want = false;
    run.operand = SqlOperand.Call;
    if (sqlToken == SqlToken.LeftParen) {
      push(Clause.Call);
      next();
      run.want = true;
    }
    return;
  }
  if (word == W.SQL_SELECT) {
    run.selecting = sign;
    return readSelect();
  }
  const from = sqlFrom;
  next();
  const subject = sqlToken == SqlToken.Word ? sqlWord : 0;
  switch (word) {
    case W.SQL_DROP:
    case W.SQL_CREATE:
      return readObject(sign);
    case W.SQL_DELETE:
      if (sqlToken == SqlToken.Word && subject == 0) next();
      if (sqlToken != SqlToken.Word || sqlWord != W.SQL_FROM) return fail();
      next();
      return readTable(sign);
    case W.SQL_INSERT:
      if (sqlToken == SqlToken.LeftParen) return readCall(word, from, sqlFrom);
      if (subject != W.SQL_INTO) return fail();
      next();
      return readTable(sign);
    case W.SQL_UPDATE:
      if (sqlToken != SqlToken.Word) return fail();
      next();
      if (sqlToken != SqlToken.Word || sqlWord != W.SQL_SET) return fail();
      next();
      if (sqlToken != SqlToken.Word && sqlToken != SqlToken.Variable) return fail();
      next();
      if (sqlToken != SqlToken.Compare) return fail();
      run.signs |= sign;
      run.clause = Clause.List;
      run.operand = SqlOperand.Name;
      run.want = false;
      return;
    case W.SQL_SET:
      if (sqlToken != SqlToken.Variable) return fail();
      next();
      if (sign == SIGN_STATEMENT && sqlToken != SqlToken.Compare && sqlToken != SqlToken.Assign)
        return fail();
      run.signs |= sign;
      return skipToStatement();
    case W.SQL_EXEC:
      return readExec(sign, subject);
    case W.SQL_GOTO:
      if (sqlToken != SqlToken.Word || sign == SIGN_STATEMENT) return fail();
      next();
      return skipToStatement();
    case W.SQL_DECLARE:
      if (sqlToken != SqlToken.Variable && (sqlToken != SqlToken.Word || sign == SIGN_STATEMENT))
        return fail();
      run.signs |= sign == SIGN_FOLLOWING && sqlToken == SqlToken.Variable ? SIGN_STACKED : sign;
      return skipToStatement();
    case W.SQL_SHUTDOWN:
      if (sqlToken == SqlToken.Word) return fail();
      run.signs |= sign;
      run.want = false;
      return;
    case W.SQL_WAITFOR:
      if (subject != W.SQL_DELAY) return fail();
      next();
      if (sqlToken != SqlToken.String && sqlToken != SqlToken.OpenString) return fail();
      run.signs |= SIGN_DANGER;
      return;
    case W.SQL_BEGIN:
      if (sqlToken == SqlToken.String || sqlToken == SqlToken.OpenString) run.signs |= sign;
      else if (sqlToken == SqlToken.Word) readStatement(sign);
      else fail();
      return;
    case W.SQL_IF:
      // At the value's beginning it is a program's; there only what is called in it counts.
      if (sqlToken != SqlToken.LeftParen && (sign == SIGN_STATEMENT || sqlToken == SqlToken.OpenString))
        return fail();
      run.inject = true;
      run.program = sign == SIGN_STATEMENT;
      if (run.program) return readCall(0, from, sqlFrom);
      run.logic = true;
      run.afterLogic = true;
      if (sqlToken == SqlToken.LeftParen) {
        readCall(0, from, sqlFrom);
        run.logic = true;
      }
      return;
    case W.SQL_COPY:
      if (sqlToken == SqlToken.LeftParen) {
        next();
        if (sqlToken != SqlToken.Word || sqlWord != W.SQL_SELECT) return fail();
      } else if (subject == 0 && sqlToken == SqlToken.Word) {
        for (let words = 0; words < 3 && sqlToken == SqlToken.Word && sqlWord == 0; words++) next();
        // copy t to /path
        const path = sign == SIGN_STACKED && sqlToken == SqlToken.Arithmetic && sqlByte == 0x2f;
        if (!path && (sqlToken != SqlToken.Word || sqlWord != W.SQL_OUTFILE)) return fail();
      } else if (!isObject(subject)) return fail();
      run.signs |= sign;
      return skipToStatement();
    default:
      if (sqlToken != SqlToken.LeftParen) return fail();
      run.logic = true;
      return readCall(word, from, sqlFrom);
  }
}
