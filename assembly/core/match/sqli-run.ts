// State of one reading of a value as SQL: what was understood (signs), and where the automaton of sqli-grammar.ts stands.

import { lowerByte } from "../bytes/ascii";
import { scanSqlToken, sqlFrom, SqlToken, sqlTo, sqlToken } from "./sqli-scanner";

/** UNION (or EXCEPT …) and a SELECT that reads like one. */
export const SIGN_UNION: u32 = 1;
/** A logical operator, then two literals compared, or a thing compared with itself. */
export const SIGN_TAUTOLOGY: u32 = 1 << 1;
/** A logical operator, then a comparison with a function call, variable or sub-select. */
export const SIGN_CALL_COMPARE: u32 = 1 << 2;
/** A logical operator, then a comparison of anything else. */
export const SIGN_COMPARE: u32 = 1 << 3;
/** A call of a function or procedure that waits, leaks by errors, or touches files. */
export const SIGN_DANGER: u32 = 1 << 4;
/** (SELECT with a list that is no prose. */
export const SIGN_SUBSELECT: u32 = 1 << 5;
/** ; and a statement. */
export const SIGN_STACKED: u32 = 1 << 6;
/** ORDER BY or GROUP BY a number, call or list. */
export const SIGN_ORDER: u32 = 1 << 7;
export const SIGN_HAVING: u32 = 1 << 8;
/** INTO OUTFILE, INTO DUMPFILE, PROCEDURE ANALYSE. */
export const SIGN_FILE: u32 = 1 << 9;
/** A logical operator and a literal that is compared with nothing. */
export const SIGN_LOGIC_LITERAL: u32 = 1 << 10;
/** A call of another SQL function. */
export const SIGN_CALL: u32 = 1 << 11;
export const SIGN_CASE: u32 = 1 << 12;
/** The value is a statement by itself. */
export const SIGN_STATEMENT: u32 = 1 << 13;
/** @name or @@name */
export const SIGN_VARIABLE: u32 = 1 << 14;
/** A comparison that follows no logical operator. */
export const SIGN_BASE_COMPARE: u32 = 1 << 15;
/** NULL as an element of a list. */
export const SIGN_NULLS: u32 = 1 << 16;
export const SIGN_WHERE: u32 = 1 << 17;
/** Closed a parenthesis that the value did not open. */
export const SIGN_CLOSED_PAREN: u32 = 1 << 18;
/** A word that only SQL has as an operator or clause was understood. */
export const SIGN_KEYWORD: u32 = 1 << 19;
/** FROM and a table. */
export const SIGN_FROM: u32 = 1 << 20;
/** A name of the catalogue: information_schema, sysobjects … */
export const SIGN_SCHEMA: u32 = 1 << 21;
/** || between operands. */
export const SIGN_CONCAT: u32 = 1 << 22;
/** Ends after UNION, or after UNION SELECT. */
export const SIGN_UNION_CUT: u32 = 1 << 23;
/** TRUE, NULL or another constant word after a logical operator. */
export const SIGN_CONSTANT: u32 = 1 << 24;
/** Any operator was understood. */
export const SIGN_OPERATOR: u32 = 1 << 25;
/** A statement that follows without a semicolon, as SQL Server allows; quoted SQL in prose looks the same. */
export const SIGN_FOLLOWING: u32 = 1 << 27;
/** A function that tells about the server, called as the argument of another or compared. */
export const SIGN_FACT: u32 = 1 << 28;
/** CASE … END, or WHEN … THEN that the value's end cuts off, with which the value begins. */
export const SIGN_WHOLE_CASE: u32 = 1 << 29;
/** A value of a type, as in f(x)::int. */
export const SIGN_CAST: u32 = 1 << 30;
/** An operator for JSON behind a string of JSON. */
export const SIGN_JSON: u32 = 1 << 31;
/** (SELECT, whatever follows. */
export const SIGN_SELECT: u32 = 1 << 26;

export enum SqlEnd {
  /** The value ended where a statement may end. */
  Clean,
  /** In a comment that hides the rest of the statement. */
  Comment,
  /** In a string that the statement's own quote will close. */
  Reopened,
  /** Where an operand was still wanted. */
  Dangling,
  /** At something that is no SQL. */
  Error,
}

export enum SqlOperand {
  None,
  Number,
  String,
  Variable,
  Constant,
  Name,
  Call,
  Group,
  Select,
}

export enum Clause {
  Expression,
  List,
  From,
  Order,
  Limit,
  Call,
  Group,
  Case,
}

const FRAMES: u32 = 64;
const FINGERPRINT_MAX: u32 = 24;

@unmanaged
export class SqlRun {
  signs: u32 = 0;
  ending: SqlEnd = SqlEnd.Clean;
  /** Where the run stopped understanding. */
  stop: usize = 0;
  /** Tokens read since the module was loaded. */
  steps: u32 = 0;
  /** Operand with which a bare value begins. */
  first: SqlOperand = SqlOperand.None;
  /** Where the final string or comment begins. */
  tail: usize = 0;
  fingerprintLength: u32 = 0;
  cursor: usize = 0;
  last: usize = 0;
  begin: usize = 0;
  /** An operand must come next; else one stands and may be continued. */
  want: bool = false;
  clause: Clause = Clause.Expression;
  depth: u32 = 0;
  /** A logical operator or condition keyword governs the expression being read. */
  logic: bool = false;
  /** The operand to come stands directly after a logical operator. */
  afterLogic: bool = false;
  comparing: bool = false;
  between: bool = false;
  leftKind: SqlOperand = SqlOperand.None;
  leftFrom: usize = 0;
  leftTo: usize = 0;
  operand: SqlOperand = SqlOperand.None;
  operandFrom: usize = 0;
  operandTo: usize = 0;
  /** Sign to set once the SELECT just read has proved to be one. */
  selecting: u32 = 0;
  aliasFree: bool = false;
  ordering: bool = false;
  listing: bool = false;
  /** What stands before ends a statement's head, so that another statement may follow without a semicolon. */
  inject: bool = false;
  failed: bool = false;
  /** One of the value's quotes has closed the statement's. */
  closed: bool = false;
  /** The value begins with IF ( or WHILE (, as a line of a program does. */
  program: bool = false;
  /** A quoted alias was read: AS "x". */
  aliased: bool = false;
  /** The value begins with CASE. */
  leadingCase: bool = false;
}

export const run: SqlRun = new SqlRun();
const frames = memory.data(64);
export const sqlFingerprintText = memory.data(24);

export function next(): void {
  run.cursor = scanSqlToken(run.cursor, run.last);
  run.steps++;
}

/** One letter per token for the fingerprint. */
export function note(letter: u32): void {
  if (run.fingerprintLength >= FINGERPRINT_MAX) return;
  store<u8>(sqlFingerprintText + run.fingerprintLength++, letter);
}

export function fail(): void {
  run.failed = true;
}

export function push(kind: Clause): void {
  if (run.depth >= FRAMES) {
    fail();
    return;
  }
  store<u8>(frames + run.depth++, (<u8>run.clause) | (run.logic ? 0x80 : 0));
  run.clause = kind;
}

function isLiteral(kind: SqlOperand): bool {
  return kind == SqlOperand.Number || kind == SqlOperand.String || kind == SqlOperand.Constant;
}

function isComputed(kind: SqlOperand): bool {
  return kind == SqlOperand.Call || kind == SqlOperand.Variable || kind == SqlOperand.Select;
}

function hasSpace(from: usize, to: usize): bool {
  for (let i = from; i < to; i++) {
    if (load<u8>(i) == 0x20) return true;
  }
  return false;
}

function sameText(aFrom: usize, aTo: usize, bFrom: usize, bTo: usize): bool {
  const len = aTo - aFrom;
  if (len == 0 || len > 64 || len != bTo - bFrom) return false;
  for (let i: usize = 0; i < len; i++) {
    if (lowerByte(load<u8>(aFrom + i)) != lowerByte(load<u8>(bFrom + i))) return false;
  }
  return true;
}

/** LIKE '%' holds for everything. */
function isAnything(from: usize, to: usize): bool {
  return to - from == 3 && load<u8>(from, 1) == 0x25;
}

/** '{…}' < '$.a': JSON and a path of it. */
function noteJsonPath(kind: SqlOperand, from: usize, to: usize): void {
  if (kind != SqlOperand.String || run.leftKind != SqlOperand.String) return;
  if (run.leftTo - run.leftFrom < 4 || to - from < 5) return;
  const first = load<u8>(run.leftFrom, 1);
  const second = load<u8>(from, 2);
  const json = first == 0x7b || first == 0x5b;
  if (json && load<u8>(from, 1) == 0x24 && (second == 0x2e || second == 0x5b)) run.signs |= SIGN_JSON;
}

function judge(kind: SqlOperand, from: usize, to: usize): void {
  if (kind == SqlOperand.String && isAnything(from, to) && (run.logic || run.leftFrom == run.begin)) {
    run.signs |= SIGN_TAUTOLOGY;
    return;
  }
  const grouped =
    run.clause == Clause.Group && run.leftKind == SqlOperand.Number && kind == SqlOperand.Number;
  if (!run.logic && !grouped) {
    run.signs |= SIGN_BASE_COMPARE;
    return;
  }
  const same = sameText(run.leftFrom, run.leftTo, from, to);
  if (isLiteral(run.leftKind) && isLiteral(kind)) {
    // 'OR' and 'LIKE' in prose leave strings with words between them.
    const words = hasSpace(run.leftFrom, run.leftTo) || hasSpace(from, to);
    run.signs |= same || !words ? SIGN_TAUTOLOGY : SIGN_COMPARE;
  } else if (run.leftKind == SqlOperand.Name && kind == SqlOperand.Name && same) run.signs |= SIGN_TAUTOLOGY;
  else if (isComputed(run.leftKind) || isComputed(kind)) run.signs |= SIGN_CALL_COMPARE;
  else run.signs |= SIGN_COMPARE;
}

export function confirmSelect(): void {
  run.signs |= run.selecting;
  run.selecting = 0;
}

/** An operand is complete: the comparison that waited for it, if any, is judged. */
export function complete(kind: SqlOperand, from: usize, to: usize): void {
  if (run.first == SqlOperand.None && run.signs == 0) run.first = kind;
  if (run.comparing) {
    run.comparing = false;
    noteJsonPath(kind, from, to);
    judge(kind, from, to);
  } else if (run.afterLogic && run.clause != Clause.From) {
    if (kind == SqlOperand.Constant) run.signs |= SIGN_LOGIC_LITERAL | SIGN_CONSTANT;
    else if (kind == SqlOperand.Number || kind == SqlOperand.String) run.signs |= SIGN_LOGIC_LITERAL;
  }
  if (run.ordering) {
    if (kind != SqlOperand.Name && kind != SqlOperand.String) run.signs |= SIGN_ORDER;
    run.ordering = false;
  }
  if (run.listing && kind == SqlOperand.Constant) run.signs |= SIGN_NULLS;
  run.listing = false;
  run.afterLogic = false;
  if (run.selecting != 0 && kind != SqlOperand.Name) {
    if (kind != SqlOperand.String || run.selecting == SIGN_UNION) confirmSelect();
  }
  run.operand = kind;
  run.operandFrom = from;
  run.operandTo = to;
  run.aliasFree = run.clause == Clause.List || run.clause == Clause.From;
  run.want = false;
}

/** Leaves a parenthesis or CASE; answers the clause that ended. */
export function popFrame(): Clause {
  const inner = run.clause;
  if (run.depth > 0) {
    const frame = load<u8>(frames + --run.depth);
    run.clause = <Clause>(frame & 0x7f);
    run.logic = (frame & 0x80) != 0;
  }
  return inner;
}
