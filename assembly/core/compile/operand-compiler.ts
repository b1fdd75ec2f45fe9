// What an operator needs at run time: tables for its parameters, what every match must contain, the text that
// events show. One case per operator; a new operator is added here, in rules/operators.ts and in layout.ts.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import { CLASS_ANY, CLASS_HIGH, classWeight, classesOfSet, narrowestClass } from "../match/byte-classes";
import { Checksum, checksumFromName } from "../match/checksum";
import { LDAP_REQUIRED, LDAP_REQUIRED_MARKS } from "../match/ldap";
import { LINE_REQUIRED } from "../match/mail";
import { NOSQL_REQUIRED } from "../match/nosql";
import { NumberType, NumberValue, parseNumber } from "../match/number";
import { JAVA_LITERALS } from "../match/java";
import { JWT_LITERALS } from "../match/jwt";
import { REDIRECT_REQUIRED, REDIRECT_REQUIRED_DOTS } from "../match/open-redirect";
import { PHP_REQUIRED } from "../match/php";
import { SCRIPT_LITERALS } from "../match/script";
import { UPLOAD_REQUIRED } from "../match/script-upload";
import { SHELL_REQUIRED } from "../match/shell";
import { SQLI_REQUIRED } from "../match/sqli";
import { SSRF_REQUIRED } from "../match/ssrf";
import { XPATH_REQUIRED, XPATH_REQUIRED_MARKS } from "../match/xpath";
import { TRAVERSAL_REQUIRED } from "../match/traversal";
import { XSS_REQUIRED } from "../match/xss";
import { Operator } from "../rules/layout";
import { writeComparand } from "../rules/comparand";
import { IpBuild } from "./ip-compiler";
import { ExactBuild } from "./exact-compiler";
import { LITERAL_MIN, foldLiteral } from "./literal-table";
import { PhraseBuild } from "./phrase-compiler";
import { Operand } from "./operand";
import { REGEX_FOLD_CASE, RegexBuild, RegexStatus, buildRegex } from "./regex-compiler";
import { regexErrorText } from "./regex-errors";
import { flagOf } from "./rule-names";

export { Operand } from "./operand";

/** Fills `operand` from a condition's `parameters`; false with `operand.problem` set when they are no good. */
export function compileOperand(operand: Operand, doc: JsonDocument, parameters: u32, data: Array<u32>): bool {
  const options = doc.get(parameters, "options");
  const minLength = doc.get(options, "min_length");
  if (minLength != 0) operand.minLength = <u32>max<f64>(0, doc.number(minLength));
  switch (operand.operator) {
    case Operator.MatchRegex:
    case Operator.MatchRegexWithChecksum:
      return compileRegex(operand, doc, parameters);
    case Operator.PhraseMatch:
      return compilePhrases(operand, doc, parameters);
    case Operator.ExactMatch:
      return compileExact(operand, doc, parameters, data);
    case Operator.IpMatch:
      return compileIps(operand, doc, parameters, data);
    case Operator.Equals:
    case Operator.GreaterThan:
    case Operator.LowerThan:
      return compileNumber(operand, doc, parameters);
    case Operator.HiddenAsciiMatch:
      operand.maskA = CLASS_HIGH;
      return true;
    default:
      return requireOfDetector(operand);
  }
}

/** What every match of a detector contains. */
// eslint-disable-next-line max-lines-per-function, complexity -- one branch per operator
function requireOfDetector(operand: Operand): bool {
  switch (operand.operator) {
    case Operator.IsSqli:
      operand.maskA = classesOfSet(SQLI_REQUIRED);
      operand.maskB = ~CLASSES_OF_NAMES & CLASS_ANY;
      return true;
    case Operator.IsXss:
      operand.maskA = classesOfSet(XSS_REQUIRED);
      return true;
    case Operator.IsShellInjection:
      operand.maskA = classesOfSet(SHELL_REQUIRED);
      return true;
    case Operator.IsPathTraversal:
      return requireBoth(operand, 3, TRAVERSAL_REQUIRED, TRAVERSAL_REQUIRED);
    case Operator.IsSsrfTarget:
      return requireBoth(operand, 7, SSRF_REQUIRED, SSRF_REQUIRED);
    case Operator.IsOpenRedirect:
      return requireBoth(operand, 6, REDIRECT_REQUIRED, REDIRECT_REQUIRED_DOTS);
    case Operator.IsScriptUpload:
      return requireBoth(operand, 4, UPLOAD_REQUIRED, UPLOAD_REQUIRED);
    case Operator.IsTemplateInjection:
      operand.maskA = TEMPLATE_MARKS;
      operand.maskB = TEMPLATE_BRACKETS;
      return true;
    case Operator.IsJndiLookup:
      operand.maskA = narrowestClass(0x7b);
      operand.maskB = narrowestClass(0x24);
      return true;
    case Operator.IsXxe:
      return requireOne(operand, XXE_LITERALS);
    case Operator.IsSsiInjection:
      return requireOne(operand, SSI_LITERALS);
    case Operator.IsPrototypePollution:
      return requireOne(operand, PROTOTYPE_LITERALS);
    case Operator.IsNosqlInjection:
      operand.minLength = 3;
      operand.maskA = classesOfSet(NOSQL_REQUIRED);
      return true;
    case Operator.IsLdapInjection:
      return requireBoth(operand, 3, LDAP_REQUIRED, LDAP_REQUIRED_MARKS);
    case Operator.IsXpathInjection:
      return requireBoth(operand, 3, XPATH_REQUIRED, XPATH_REQUIRED_MARKS);
    case Operator.IsMailInjection:
    case Operator.IsHeaderInjection:
      operand.minLength = 6;
      operand.maskA = classesOfSet(LINE_REQUIRED);
      return true;
    case Operator.IsPhpInjection:
      operand.maskA = classesOfSet(PHP_REQUIRED);
      return true;
    case Operator.IsJavaInjection:
      return requireOne(operand, JAVA_LITERALS);
    case Operator.IsForgedJwt:
      operand.minLength = max<u32>(operand.minLength, 16);
      return requireOne(operand, JWT_LITERALS);
    case Operator.IsCodeInjection:
      return requireOne(operand, SCRIPT_LITERALS);
    default:
      return true;
  }
}

/** At least so many bytes, and one of each of two sets (which may be the same). */
function requireBoth(operand: Operand, minLength: u32, first: usize, second: usize): bool {
  operand.minLength = max<u32>(operand.minLength, minLength);
  operand.maskA = classesOfSet(first);
  operand.maskB = classesOfSet(second);
  return true;
}

/** One of these, any case, is in every match of the operator. A space stands between them. */
const XXE_LITERALS = "<!doctype <!entity <![cdata[ :include <xsl: xmlns: :script :document :write";
const SSI_LITERALS = "<!-- <esi: <%@";
const PROTOTYPE_LITERALS = "__proto__ prototype";

/** { < # @ [ $ and, of what follows them, ( { % # . */
const TEMPLATE_MARKS: u64 = (1 << 32) | (1 << 18) | (1 << 3) | (1 << 22) | (1 << 24) | (1 << 4);
const TEMPLATE_BRACKETS: u64 = (1 << 8) | (1 << 32) | (1 << 5) | (1 << 3) | (1 << 14);

/** A larger table is not worth its room: its condition is confirmed by the program, seldom and slowly. */
const DFA_BYTES_MAX: u32 = 32 * 1024;

/** libddwaf's default for floats that count as equal. */
const FLOAT_DELTA: f64 = 0.01;

/** Letters, digits and `- . / : @ _`: no statement is changed by these alone, but names, paths and dates consist of them. */
const CLASSES_OF_NAMES: u64 =
  (1 << 13) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 22) | (1 << 28) | (1 << 31) | (1 << 38) | (1 << 39);

/** Makes the words of `list` the literals one of which every match contains. */
function requireOne(operand: Operand, list: string): bool {
  const words = list.split(" ");
  const word = new ByteWriter();
  for (let i = 0; i < words.length; i++) {
    word.clear();
    word.text(words[i]);
    addLiteral(operand, word.at, word.length);
  }
  word.free();
  heap.free(changetype<usize>(word));
  return true;
}

function fail(operand: Operand, problem: string): bool {
  operand.problem.clear();
  operand.problem.text(problem);
  return false;
}

function compileRegex(operand: Operand, doc: JsonDocument, parameters: u32): bool {
  const pattern = doc.get(parameters, "regex");
  if (doc.kind(pattern) != JsonKind.String) return fail(operand, "parameters.regex: a string is required");
  operand.value.bytes(doc.textAt(pattern), doc.textLen(pattern));
  const options = doc.get(parameters, "options");
  // Datadog: match_regex folds case unless told otherwise; so does match_regex_with_checksum.
  const flags = flagOf(doc, doc.get(options, "case_sensitive"), false) ? 0 : REGEX_FOLD_CASE;
  // Nor does a pattern that needs nothing match where there is nothing.
  operand.minLength = max<u32>(operand.minLength, 1);
  if (operand.operator == Operator.MatchRegexWithChecksum) {
    const checksum = doc.get(parameters, "checksum");
    operand.checksum = checksumFromName(doc.textAt(checksum), doc.textLen(checksum));
    if (operand.checksum == Checksum.None) return fail(operand, "parameters.checksum: unknown");
  }
  return compilePattern(operand, doc.textAt(pattern), doc.textLen(pattern), flags);
}

/** Compiles an RE2 pattern into `operand`'s table (empty when its DFA is too large), program and requirements. */
export function compilePattern(operand: Operand, at: usize, len: u32, flags: u32): bool {
  const build = operand.regex;
  if (operand.steps >= operand.maxSteps) {
    operand.problem.text("parameters.regex: the patterns before it took the whole budget of ");
    operand.problem.decimal(<u32>operand.maxSteps);
    operand.problem.text(" steps");
    return false;
  }
  build.maxTable = DFA_BYTES_MAX;
  const status = buildRegex(build, at, len, flags);
  operand.steps += build.steps;
  if (status == RegexStatus.Ok) {
    if (build.dfa.length != 0) operand.table.bytes(build.dfa.at, build.dfa.length);
    operand.program.bytes(build.program.at, build.program.length);
    takeRequirements(operand, build);
  } else {
    operand.problem.text("parameters.regex: ");
    operand.problem.text(regexErrorText(build.errorCode));
    operand.problem.text(" at offset ");
    operand.problem.decimal(build.errorAt);
  }
  return status == RegexStatus.Ok;
}

/** Literals and the two most selective required byte sets of a regular expression. */
function takeRequirements(operand: Operand, build: RegexBuild): void {
  operand.minLength = max(operand.minLength, build.minLength);
  let at = build.literals.at;
  let usable = build.literalCount > 0;
  for (let i: u32 = 0; i < build.literalCount; i++) {
    const len = <u32>load<u8>(at);
    if (len < LITERAL_MIN) usable = false;
    at += len + 1;
  }
  if (usable) {
    at = build.literals.at;
    for (let i: u32 = 0; i < build.literalCount; i++) {
      addLiteral(operand, at + 1, load<u8>(at));
      at += <usize>load<u8>(at) + 1;
    }
  }
  for (let i: u32 = 0; i < build.requiredSetCount; i++) {
    const mask = classesOfSet(build.requiredSets.at + ((<usize>i) << 5));
    if (mask == 0) continue;
    const weight = classWeight(mask);
    if (weight < classWeight(operand.maskA)) {
      if (mask != operand.maskA) operand.maskB = operand.maskA;
      operand.maskA = mask;
    } else if (mask != operand.maskA && weight < classWeight(operand.maskB)) {
      operand.maskB = mask;
    }
  }
}

function addLiteral(operand: Operand, at: usize, len: u32): bool {
  const start = operand.literals.length;
  operand.literals.u32(len);
  if (!foldLiteral(at, len, operand.literals)) {
    operand.literals.length = start;
    return false;
  }
  operand.literalCount++;
  return true;
}

function compilePhrases(operand: Operand, doc: JsonDocument, parameters: u32): bool {
  const list = doc.get(parameters, "list");
  if (doc.kind(list) != JsonKind.Array)
    return fail(operand, "parameters.list: an array of strings is required");
  const build = new PhraseBuild();
  const options = doc.get(parameters, "options");
  build.wordBoundary = flagOf(doc, doc.get(options, "enforce_word_boundary"), false);
  let classes: u64 = 0;
  let usable = true;
  let ok = true;
  for (let item = doc.first(list); item != 0; item = doc.next(item)) {
    if (doc.kind(item) != JsonKind.String) {
      ok = fail(operand, "parameters.list: only strings can be phrases");
      break;
    }
    const at = doc.textAt(item);
    const len = doc.textLen(item);
    if (len == 0) continue;
    build.add(at, len);
    classes |= selectiveClass(at, len);
    usable = addLiteral(operand, at, len) && usable;
  }
  if (ok) {
    if (!usable) {
      operand.literals.clear();
      operand.literalCount = 0;
    }
    operand.maskA = classes;
    if (!build.build(operand.table)) ok = fail(operand, "parameters.list: too many phrases for one table");
  }
  build.free();
  return ok;
}

/** A class that a phrase's occurrence is sure to bring, the rarest it has. */
function selectiveClass(at: usize, len: u32): u64 {
  let best: u64 = 0;
  let rank: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(at + i);
    const r: u32 = isOrdinary(c) ? 1 : 2;
    if (r > rank) {
      rank = r;
      best = narrowestClass(c);
    }
  }
  return best;
}

function isOrdinary(c: u32): bool {
  return (
    (c | 0x20) - 0x61 < 26 || c - 0x30 < 10 || c == 0x20 || c == 0x2d || c == 0x2e || c == 0x5f || c == 0x2f
  );
}

function compileExact(operand: Operand, doc: JsonDocument, parameters: u32, data: Array<u32>): bool {
  const build = new ExactBuild();
  const list = doc.get(parameters, "list");
  let usable = true;
  for (let item = doc.first(list); item != 0; item = doc.next(item)) {
    if (doc.kind(item) != JsonKind.String) continue;
    build.add(doc.textAt(item), doc.textLen(item), 0);
    usable = addLiteral(operand, doc.textAt(item), doc.textLen(item)) && usable;
  }
  for (let i = 0; i < data.length; i++) {
    for (let item = doc.first(data[i]); item != 0; item = doc.next(item)) {
      const value = doc.get(item, "value");
      build.add(doc.textAt(value), doc.textLen(value), expiration(doc, item));
      usable = addLiteral(operand, doc.textAt(value), doc.textLen(value)) && usable;
    }
  }
  // A value that equals one of the list contains it: the list is its own set of literals.
  if (!usable) {
    operand.literals.clear();
    operand.literalCount = 0;
  }
  build.build(operand.table);
  build.free();
  return true;
}

function compileIps(operand: Operand, doc: JsonDocument, parameters: u32, data: Array<u32>): bool {
  const build = new IpBuild();
  const list = doc.get(parameters, "list");
  let ok = true;
  for (let item = doc.first(list); item != 0; item = doc.next(item)) {
    if (doc.kind(item) == JsonKind.String && build.add(doc.textAt(item), doc.textLen(item), 0)) continue;
    ok = fail(operand, "parameters.list: ");
    operand.problem.bytes(doc.textAt(item), doc.textLen(item));
    operand.problem.text(" is no address or network");
    break;
  }
  for (let i = 0; i < data.length; i++) {
    for (let item = doc.first(data[i]); item != 0; item = doc.next(item)) {
      const value = doc.get(item, "value");
      build.add(doc.textAt(value), doc.textLen(value), expiration(doc, item));
    }
  }
  if (ok) build.build(operand.table);
  build.free();
  return ok;
}

/** Unix seconds after which an entry of rules_data no longer counts; 0 = never. */
function expiration(doc: JsonDocument, item: u32): u64 {
  const node = doc.get(item, "expiration");
  return doc.kind(node) == JsonKind.Number ? <u64>max<f64>(0, doc.number(node)) : 0;
}

/** The value compared with: a number, or for `equals` also a string or boolean. */
function compileNumber(operand: Operand, doc: JsonDocument, parameters: u32): bool {
  const value = doc.get(parameters, "value");
  const type = doc.get(parameters, "type");
  if (doc.kind(value) == JsonKind.None) return fail(operand, "parameters.value: is required");
  const kind = comparandKind(doc, type, value);
  if (kind == JsonKind.None) return fail(operand, "parameters.value: is not of its type");
  if (kind != JsonKind.Number && operand.operator != Operator.Equals) {
    return fail(operand, "parameters.value: must be a number");
  }
  const delta = doc.get(parameters, "delta");
  writeComparand(
    operand.table,
    kind,
    doc.textAt(value),
    doc.textLen(value),
    delta == 0 ? FLOAT_DELTA : doc.number(delta),
    doc.textIs(type, "float"),
  );
  operand.value.bytes(doc.textAt(value), doc.textLen(value));
  return true;
}

const parsed = new NumberValue();

/** As what a value is compared, by the name of its type or else by itself; None where it is no such thing. */
function comparandKind(doc: JsonDocument, type: u32, value: u32): u32 {
  const kind = doc.kind(value);
  const scalar = kind != JsonKind.Object && kind != JsonKind.Array && kind != JsonKind.Null;
  if (!scalar) return JsonKind.None;
  if (type == 0) return kind;
  const flagged = kind == JsonKind.True || kind == JsonKind.False;
  if (doc.textIs(type, "string")) return flagged ? JsonKind.None : JsonKind.String;
  if (doc.textIs(type, "boolean")) {
    const flag = flagOf(doc, value, false);
    return flag == flagOf(doc, value, true) ? (flag ? JsonKind.True : JsonKind.False) : JsonKind.None;
  }
  if (!doc.textIs(type, "float") && !doc.textIs(type, "signed") && !doc.textIs(type, "unsigned")) {
    return JsonKind.None;
  }
  parseNumber(doc.textAt(value), doc.textLen(value), parsed);
  return parsed.type == NumberType.None ? JsonKind.None : JsonKind.Number;
}
