// What follows the first word of a statement: the object it makes or drops, its table, the procedure it calls. See sqli-grammar.ts.

import { isReserved, readStatement } from "./sqli-clauses";
import { Clause, SIGN_DANGER, SIGN_STACKED, SIGN_STATEMENT, SqlOperand, fail, next, run } from "./sqli-run";
import { SqlToken, sqlFrom, sqlTo, sqlToken, sqlWord } from "./sqli-scanner";
import * as W from "../generated/sql-words";

export function isObject(word: u32): bool {
  return word == W.SQL_TABLE || word == W.SQL_SUBJECT;
}

/** CREATE [OR REPLACE] FUNCTION f, DROP TABLE [IF EXISTS] t */
export function readObject(sign: u32): void {
  for (let words = 0; words < 3 && sqlToken == SqlToken.Word && !isObject(sqlWord); words++) {
    if (sqlWord == W.SQL_PROCEDURE) break;
    if (sqlWord == 0 && words > 0) return fail();
    next();
  }
  if (sign == SIGN_STACKED && sqlToken == SqlToken.Comment) run.signs |= sign;
  if (sqlToken != SqlToken.Word || (!isObject(sqlWord) && sqlWord != W.SQL_PROCEDURE)) return fail();
  const body = (load<u8>(sqlFrom) | 0x20) == 0x66;
  next();
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_IF) next();
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_UNARY) next();
  if (sqlToken != SqlToken.Word && sqlToken != SqlToken.String) return fail();
  readTail(sign, load<u8>(sqlFrom) == 0x60, body);
}

/** After the name of what is created or dropped. */
function readTail(sign: u32, quoted: bool, body: bool): void {
  next();
  if (body && sqlToken == SqlToken.LeftParen) {
    if (!returnsValue() && sign == SIGN_STATEMENT) return fail();
    run.signs |= sign;
    return skipToStatement();
  }
  if (sqlToken == SqlToken.Word && sqlWord == 0) {
    if (!quoted) return fail();
    run.signs |= sign;
    return skipToStatement();
  }
  run.signs |= sign;
  run.want = false;
  run.operand = SqlOperand.Name;
  run.clause = Clause.From;
}

/** (a int) returns int: the parameters of a function, and what it gives. */
function returnsValue(): bool {
  let depth: u32 = 0;
  while (sqlToken != SqlToken.End && sqlToken != SqlToken.Comment && sqlToken != SqlToken.OpenString) {
    if (sqlToken == SqlToken.LeftParen) depth++;
    else if (sqlToken == SqlToken.RightParen && --depth == 0) break;
    next();
  }
  next();
  return sqlToken == SqlToken.Word && sqlTo - sqlFrom == 7 && (load<u32>(sqlFrom) | 0x20202020) == 0x75746572;
}

/** DELETE FROM t, INSERT INTO t */
export function readTable(sign: u32): void {
  if (sqlToken != SqlToken.Word) return fail();
  next();
  if (sqlToken == SqlToken.Word && sqlWord == 0) return fail();
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_SELECT) return readStatement(sign);
  run.signs |= sign;
  run.clause = Clause.From;
  run.operand = SqlOperand.Select;
  run.want = false;
  if (sqlToken == SqlToken.LeftParen || sqlToken == SqlToken.Word) {
    while (sqlToken == SqlToken.Word && sqlWord == W.SQL_VALUES) next();
  }
}

// eslint-disable-next-line complexity -- one branch per way to call
export function readExec(sign: u32, subject: u32): void {
  if (sqlToken == SqlToken.Word && sqlWord == W.SQL_AS && sign != SIGN_STATEMENT) {
    next();
    if (sqlToken != SqlToken.Word) return fail();
    run.signs |= sign;
    return skipToStatement();
  }
  // execute(path): a program's, unless it runs a variable.
  if (sqlToken == SqlToken.LeftParen && sign == SIGN_STATEMENT) {
    next();
    if (sqlToken != SqlToken.Variable) return fail();
    run.signs |= sign | SIGN_DANGER;
    return skipToStatement();
  }
  const known = subject == W.SQL_DANGER || subject == W.SQL_SCHEMA;
  const procedure = sqlToken == SqlToken.Word && sqlTo - sqlFrom > 2 && load<u8>(sqlFrom, 2) == 0x5f;
  if (known || procedure || sqlToken == SqlToken.Variable || sqlToken == SqlToken.LeftParen) {
    run.signs |= known || procedure ? SIGN_DANGER | sign : sign;
    return skipToStatement();
  }
  if (sqlToken != SqlToken.Word || isReserved(sqlWord)) return fail();
  if (sign == SIGN_STATEMENT) return fail();
  next();
  if (sqlToken != SqlToken.LeftParen && sqlToken != SqlToken.String && sqlToken != SqlToken.Variable) {
    if (sqlToken != SqlToken.Comment && sqlToken != SqlToken.Semicolon) return fail();
  }
  run.signs |= sign;
  skipToStatement();
}

/** Whatever the arguments are, they end at the semicolon. */
export function skipToStatement(): void {
  run.want = false;
  run.operand = SqlOperand.Call;
  run.clause = Clause.From;
  while (sqlToken != SqlToken.End && sqlToken != SqlToken.Comment && sqlToken != SqlToken.OpenString) {
    if (sqlToken == SqlToken.Semicolon) return;
    next();
  }
}
