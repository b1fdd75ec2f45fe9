// Operators by number: which kinds of input each reads, and its test on a value's bytes.

import { InputKind } from "../inputs/inputs";
import { checksumHolds } from "../match/checksum";
import { exactFind } from "../match/exact-set";
import { hiddenAsciiFind } from "../match/hidden-ascii";
import { ipFind } from "../match/ip-range";
import { detectLdap } from "../match/ldap";
import { detectHeaderLine, detectMail } from "../match/mail";
import { detectNosql } from "../match/nosql";
import { detectJava } from "../match/java";
import { detectForgedJwt } from "../match/jwt";
import { detectPhp } from "../match/php";
import { phraseFind } from "../match/phrase-set";
import { detectTemplate } from "../match/template";
import { detectJndi } from "../match/jndi";
import { detectXxe } from "../match/xxe";
import { detectSsi } from "../match/ssi";
import { detectPrototypePollution } from "../match/prototype-pollution";
import { dfaSearch } from "../match/regex-dfa";
import { nfaFind, nfaSearch } from "../match/regex-nfa";
import { detectScript } from "../match/script";
import { detectShell } from "../match/shell";
import { Span } from "../match/span";
import { detectSqli } from "../match/sqli";
import { detectOpenRedirect } from "../match/open-redirect";
import { detectScriptUpload } from "../match/script-upload";
import { detectSsrf } from "../match/ssrf";
import { detectXpath } from "../match/xpath";
import { Utf8Repair } from "../match/utf8-repair";
import { detectTraversal } from "../match/traversal";
import { detectXss } from "../match/xss";
import {
  CONDITION_CHECKSUM,
  CONDITION_MIN_LENGTH,
  CONDITION_OPERAND,
  CONDITION_OPERATOR,
  CONDITION_PROGRAM,
  Operator,
} from "./layout";
import { compareValue, comparandReads } from "./comparand";
import { Ruleset } from "./ruleset";

/** Longest value whose matching part is looked for; a longer one is evidence as a whole. */
const SPAN_MAX: u32 = 65536;

/** Numbers, booleans and containers are seen by the comparing operators and `exists` only. */
export function readsKind(operator: u32, kind: u32): bool {
  if (kind == InputKind.String || kind == InputKind.Key || operator == Operator.Exists) return true;
  if (kind == InputKind.Container || kind == InputKind.Null) return false;
  if (operator == Operator.Capture) return true;
  return operator == Operator.Equals || operator == Operator.GreaterThan || operator == Operator.LowerThan;
}

/** As readsKind(), for a condition whose operand may narrow it: only what is looked at can be said not to match. */
export function readsValue(ruleset: Ruleset, condition: usize, kind: u32): bool {
  const operator = load<u8>(condition, CONDITION_OPERATOR);
  if (!readsKind(operator, kind)) return false;
  return operator != Operator.Equals || comparandReads(ruleset.textAt(condition + CONDITION_OPERAND), kind);
}

const repaired = new Utf8Repair();

/** Another value, or variant of one, comes. `mayBreak`: patterns are to see it repaired where it is no UTF-8. */
export function beginValue(mayBreak: bool): void {
  repaired.begin(mayBreak);
}

/**
 * Does the condition's operator hold for the value? `classes`: those that may occur in it. `span` receives the part that made it
 * hold.
 */
// eslint-disable-next-line complexity, max-lines-per-function -- one branch per operator
export function matchOperator(
  ruleset: Ruleset,
  condition: usize,
  kind: u32,
  at: usize,
  len: u32,
  classes: u64,
  now: u64,
  span: Span,
): bool {
  const table = ruleset.textAt(condition + CONDITION_OPERAND);
  span.from = at;
  span.to = at + len;
  switch (<i32>load<u8>(condition, CONDITION_OPERATOR)) {
    case Operator.MatchRegex:
      return matchRegex(ruleset, condition, at, len, span);
    case Operator.PhraseMatch:
      return phraseFind(table, at, at + len, span);
    case Operator.IsSqli:
      return detectSqli(at, at + len, classes, span);
    case Operator.IsXss:
      return detectXss(at, at + len, classes, span);
    case Operator.IsShellInjection:
      return detectShell(at, at + len, classes, span);
    case Operator.IsSsrfTarget:
      return detectSsrf(at, at + len, classes, span);
    case Operator.IsOpenRedirect:
      return detectOpenRedirect(at, at + len, span);
    case Operator.IsScriptUpload:
      return detectScriptUpload(at, at + len, span);
    case Operator.IsTemplateInjection:
      return detectTemplate(at, at + len, span);
    case Operator.IsJndiLookup:
      return detectJndi(at, at + len, span);
    case Operator.IsXxe:
      return detectXxe(at, at + len, span);
    case Operator.IsSsiInjection:
      return detectSsi(at, at + len, span);
    case Operator.IsPrototypePollution:
      return detectPrototypePollution(at, at + len, span);
    case Operator.IsNosqlInjection:
      return detectNosql(at, at + len, span);
    case Operator.IsLdapInjection:
      return detectLdap(at, at + len, classes, span);
    case Operator.IsXpathInjection:
      return detectXpath(at, at + len, classes, span);
    case Operator.IsMailInjection:
      return detectMail(at, at + len, span);
    case Operator.IsHeaderInjection:
      return detectHeaderLine(at, at + len, span);
    case Operator.IsPathTraversal:
      return detectTraversal(at, at + len, classes, span);
    case Operator.IsPhpInjection:
      return detectPhp(at, at + len, span);
    case Operator.IsJavaInjection:
      return detectJava(at, at + len, span);
    case Operator.IsForgedJwt:
      return detectForgedJwt(at, at + len, span);
    case Operator.IsCodeInjection:
      return detectScript(at, at + len, span);
    case Operator.ExactMatch:
      return exactFind(table, at, len, now);
    case Operator.IpMatch:
      return ipFind(table, at, len, now);
    case Operator.HiddenAsciiMatch:
      return hiddenAsciiFind(at, at + len, span);
    case Operator.MatchRegexWithChecksum:
      return matchWithChecksum(ruleset, condition, at, at + len, span);
    case Operator.Exists:
    case Operator.Capture:
      return true;
    default:
      return compareValue(load<u8>(condition, CONDITION_OPERATOR), table, kind, at, len);
  }
}

/** The DFA says whether; the NFA, slower and only on a match, says where. Of a repaired value all is evidence. */
function matchRegex(ruleset: Ruleset, condition: usize, at: usize, len: u32, span: Span): bool {
  if (searchRegex(ruleset, condition, at, len)) {
    const program = ruleset.textAt(condition + CONDITION_PROGRAM);
    if (len <= SPAN_MAX) nfaFind(program, at, at + len, span);
    return true;
  }
  return repaired.repair(at, len) && searchRegex(ruleset, condition, repaired.copy.at, repaired.copy.length);
}

function searchRegex(ruleset: Ruleset, condition: usize, at: usize, len: u32): bool {
  const hasDfa = load<u32>(condition, CONDITION_OPERAND + 4) != 0;
  return hasDfa
    ? dfaSearch(ruleset.textAt(condition + CONDITION_OPERAND), at, at + len)
    : nfaSearch(ruleset.textAt(condition + CONDITION_PROGRAM), at, at + len);
}

/** The first match of the pattern whose digits pass the checksum; the rest after one that fails is a value by itself. */
function matchWithChecksum(ruleset: Ruleset, condition: usize, at: usize, end: usize, span: Span): bool {
  const program = ruleset.textAt(condition + CONDITION_PROGRAM);
  const checksum = load<u32>(condition, CONDITION_CHECKSUM);
  const least = max<u32>(load<u32>(condition, CONDITION_MIN_LENGTH), 1);
  let from = at;
  while (from < end && <u32>(end - from) >= least && nfaFind(program, from, end, span)) {
    if (checksumHolds(checksum, span.from, span.to)) return true;
    from = max(span.to, from + 1);
  }
  return false;
}
