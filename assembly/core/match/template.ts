// Template injection: does the value hold an expression that a template engine behind the service would run?
//
// Marks of expressions are found, and what stands between them is judged by template-expression.ts:
//   {{ }} {% %}   Jinja, Twig, Nunjucks, Tornado, Handlebars, Go, Angular, Vue     ${ } #{ } %{ } *{ } @{ } ~{ }   Java's languages, Mako, Pug
//   <% %>         ERB, EJS, Mako, ASP                                             <# > [# ] #name( )              FreeMarker, Velocity
//   { }           Smarty, where the name of a directive or function follows       @( ) @{ }                       Razor
// A template, a workflow or a program that is sent as content has marks too, with placeholders between them: they pass.
//
// An expression is read up to EXPRESSION_MAX bytes, and a budget in proportion to the value's length ends the reading of
// expressions within expressions: linear.
//
// TEST: test/unit/core/match/template.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace } from "../bytes/ascii";
import { Span } from "./span";
import { isArithmetic, leavesTemplate, wordEnd } from "./template-expression";
import { findTrigger } from "./trigger-bytes";
import { beginsWithOne, isOneOf } from "./word-list";

/** { < # @ [ $ */
const TRIGGERS = memory.data<u8>([
  4, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 24, 2, 0, 0, 0, 0, 0, 1, 2, 4, 8, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0,
]);

const EXPRESSION_MAX: usize = 1024;
/** Within a spent budget. */
const GLANCE: usize = 8;
const BUDGET_FACTOR: usize = 8;
const BUDGET_BASE: usize = 4096;

let steps: u32 = 0;
let limit: usize = 0;
let begin: usize = 0;
/** The longest expression that is read. */
let room: usize = 0;
/** Where the expression that was judged last ends. */
let readTo: usize = 0;

/** True when `at..end` holds an expression that leaves its template; `span` is the expression with its marks. */
export function detectTemplate(at: usize, end: usize, span: Span): bool {
  begin = at;
  limit = end;
  room = EXPRESSION_MAX;
  let budget = (end - at) * BUDGET_FACTOR + BUDGET_BASE;
  steps += <u32>(end - at);
  let i = findTrigger(at, end, TRIGGERS);
  while (i + 3 < end) {
    readTo = i + 1;
    if (judgeMark(i)) {
      span.from = i;
      span.to = min(max(readTo, i + 1), end);
      return true;
    }
    const cost = max(readTo, i + 1) - i;
    steps += <u32>cost;
    if (cost > budget) room = GLANCE;
    else budget -= cost;
    i = findTrigger(i + 1, end, TRIGGERS);
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function templateSteps(): u32 {
  return steps;
}

/** What begins at `at`, one of the trigger bytes; three bytes follow. */
function judgeMark(at: usize): bool {
  const c = <u32>load<u8>(at);
  const next = <u32>load<u8>(at, 1);
  const before: u32 = at > begin ? load<u8>(at - 1) : 0;
  if (c == 0x7b) {
    if (next == 0x7b) return judgeBraces(at + 2, before == 0x24);
    if (next == 0x25) return judgeStatement(at + 2);
    if (before == 0x24 || before == 0x2a || before == 0x25 || before == 0x23 || before == 0x7e)
      return judgeDollar(at, before);
    if (before == 0x40) return judgeRazor(at + 1, true);
    return judgeSmarty(at + 1);
  }
  if (c == 0x3c) return next == 0x25 ? judgeCode(at + 2) : next == 0x23 && judgeFreemarker(at + 2, 0x3e);
  if (c == 0x5b) return next == 0x23 && judgeFreemarker(at + 2, 0x5d);
  if (c == 0x24) return isAlpha(next) && judgeReference(at + 1);
  if (c == 0x40) return judgeAt(at, next, before);
  return isAlpha(next) && judgeDirective(at + 1);
}

/**
 * Where the expression that begins at `from` ends: before the closing mark of one or two bytes, before another opening mark `open`,
 * which is judged by itself, or where reading stops.
 */
function expressionEnd(from: usize, open: u16, close: u32, second: u32): usize {
  const to = limit - from > room ? from + room : limit;
  for (let at = from; at < to; at++) {
    if (at + 1 < to && load<u16>(at) == open) {
      readTo = at;
      return at;
    }
    if (load<u8>(at) == <u8>close && (second == 0 || (at + 1 < to && load<u8>(at, 1) == <u8>second))) {
      readTo = at + 1;
      return at;
    }
  }
  readTo = to;
  return to;
}

/** {{ … }}; `shell` when it is ${{ … }} of a workflow. */
function judgeBraces(from: usize, shell: bool): bool {
  const to = expressionEnd(from, 0x7b7b, 0x7d, 0x7d);
  let at = skipBlank(from, to);
  if (at < to && (load<u8>(at) == 0x3d || load<u8>(at) == 0x2d || load<u8>(at) == 0x7e))
    at = skipBlank(at + 1, to);
  if (at >= to) return false;
  if (isArithmetic(at, to)) return true;
  if (beginsWithOne(at, to, "#with ") != 0)
    return beginsWithOne(skipBlank(at + 6, to), to, "\" ' ( split") != 0;
  return leavesTemplate(at, to, shell);
}

/** {% … %} */
function judgeStatement(from: usize): bool {
  const to = expressionEnd(from, 0x257b, 0x25, 0x7d);
  let at = from;
  if (at < to && load<u8>(at) == 0x2d) at++;
  at = skipBlank(at, to);
  if (isArithmetic(at, to)) return true;
  const end = wordEnd(at, to);
  const rest = skipBlank(end, to);
  if (isOneOf(at, end, "import")) return rest < to && isAlpha(load<u8>(rest));
  if (isOneOf(at, end, "debug")) return rest >= to;
  if (isOneOf(at, end, "include extends"))
    return beginsWithOne(rest, to, "\"/ '/ \"../../ '../../ request") != 0;
  if (isOneOf(at, end, "load")) return isOneOf(rest, wordEnd(rest, to), "log module");
  if (isOneOf(at, end, "autoescape")) return isOneOf(rest, wordEnd(rest, to), "none");
  return leavesTemplate(at, to, false);
}

/** ${ }, #{ }, %{ }, *{ }, ~{ }; the brace is at `brace`. */
function judgeDollar(brace: usize, mark: u32): bool {
  const from = brace + 1;
  const to = expressionEnd(from, <u16>(mark | 0x7b00), 0x7d, 0);
  const at = skipBlank(from, to);
  if (at >= to) return false;
  if (isArithmetic(at, to)) return true;
  // __${…}__ of Thymeleaf is evaluated twice.
  if (mark == 0x24 && brace >= begin + 3 && load<u16>(brace - 3) == 0x5f5f)
    return to + 2 < limit && load<u16>(to, 1) == 0x5f5f;
  if (isDigitCall(at, to)) return true;
  // Ruby in Slim, Haml and Pug.
  if (
    mark == 0x23 &&
    beginsWithOne(at, to, "` %x kernel. io.popen io.read file.open file.read dir. open('| open(\"|") != 0
  )
    return true;
  return leavesTemplate(at, to, true);
}

/** sum(1024,123): a function of nothing but longer numbers. */
function isDigitCall(from: usize, to: usize): bool {
  const end = wordEnd(from, to);
  if (end == from || end >= to || load<u8>(end) != 0x28) return false;
  let digits = 0;
  for (let at = end + 1; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (isDigit(c)) digits++;
    else if (c == 0x29) return digits > 5;
    else if (c != 0x2c && !isSpace(c)) return false;
  }
  return false;
}

/** <% … %> of ERB, EJS, Mako and ASP. */
function judgeCode(from: usize): bool {
  const to = expressionEnd(from, 0x253c, 0x25, 0x3e);
  let at = from;
  while (at < to && (load<u8>(at) == 0x3d || load<u8>(at) == 0x2d || load<u8>(at) == 0x21)) at++;
  at = skipBlank(at, to);
  if (at >= to) return false;
  if (isArithmetic(at, to)) return true;
  if (
    beginsWithOne(
      at,
      to,
      "` system exec %x io.popen io.read file.open file.read dir. kernel. open(' open(\" open('| require( require ' import os import sub " +
        "self.class self.instance self.methods process. global. root. session[ response.write request.servervariables " +
        "request.getparameter runtime. createobject server.createobject server.mappath eval( _.each",
    ) != 0
  )
    return true;
  return leavesTemplate(at, to, false);
}

/** <#assign …>, [#assign …]: what is made with ?new or names a class of the engine, files by absolute names. */
function judgeFreemarker(from: usize, close: u32): bool {
  const end = wordEnd(from, limit);
  if (!isOneOf(from, end, "assign list import include attempt function macro if local global ftl"))
    return false;
  const to = expressionEnd(end, close == 0x3e ? 0x233c : 0x235b, close, 0);
  if (isOneOf(from, end, "include import")) {
    const at = skipBlank(end, to);
    if (beginsWithOne(at, to, '"/ \'/ "../../ \'../../ "file: "http') != 0) return true;
  }
  return leavesTemplate(end, to, false);
}

/** #set($x = …), #foreach(…), #evaluate(…) of Velocity. */
function judgeDirective(from: usize): bool {
  const end = wordEnd(from, limit);
  if (end >= limit || !isOneOf(from, end, "set foreach evaluate include parse")) return false;
  const open = skipBlank(end, limit);
  if (open >= limit || load<u8>(open) != 0x28) return false;
  const to = expressionEnd(open + 1, 0x2023, 0x29, 0);
  const at = skipBlank(open + 1, to);
  if (at >= to) return false;
  if (isOneOf(from, end, "include parse")) return beginsWithOne(at, to, "\"/ '/ \".. '..") != 0;
  if (load<u8>(at) != 0x24) return false;
  if (isOneOf(from, end, "evaluate")) return true;
  let equals = at;
  while (equals < to && load<u8>(equals) != 0x3d) equals++;
  const value = skipBlank(min(equals + 1, to), to);
  if (isOneOf(from, end, "set") && value < to && beginsWithOne(value, to, "' \" [") != 0) return true;
  return isArithmetic(min(equals + 1, to), to) || leavesTemplate(at + 1, min(limit, to + 64), false);
}

/** $x.class.forName(…), $x.getClass(): a reference of Velocity. */
function judgeReference(from: usize): bool {
  let at = wordEnd(from, limit);
  readTo = at;
  // $class.inspect("java.lang.Runtime") of its tools.
  const tool = isOneOf(from, at, "class");
  if (at >= limit || load<u8>(at) != 0x2e) return false;
  const end = wordEnd(at + 1, limit);
  readTo = end;
  if (tool) return isOneOf(at + 1, end, "inspect type forname");
  if (isOneOf(at + 1, end, "getclass")) return end < limit && load<u8>(end) == 0x28;
  if (!isOneOf(at + 1, end, "class") || end >= limit || load<u8>(end) != 0x2e) return false;
  at = end + 1;
  return isOneOf(at, wordEnd(at, limit), "inspect forname getclassloader getmethod getruntime");
}

/** @(…), @{…}, @System.…, @php of Razor and Blade. */
function judgeAt(at: usize, next: u32, before: u32): bool {
  if (isAlpha(before) || isDigit(before) || before == 0x2e || before == 0x2d) {
    // An address of mail, but for arithmetic: x@(7*7).
    return next == 0x28 && isArithmetic(at + 2, expressionEnd(at + 2, 0x2840, 0x29, 0));
  }
  if (next == 0x28) return judgeRazor(at + 2, false);
  const end = wordEnd(at + 1, limit);
  if (isOneOf(at + 1, end, "system"))
    return beginsWithOne(end, limit, ".diagnostics .io. .reflection .environment") != 0;
  return isOneOf(at + 1, end, "php") && (end >= limit || isSpace(load<u8>(end)) || load<u8>(end) == 0x28);
}

/** The inside of @( ) or @{ }. */
function judgeRazor(from: usize, block: bool): bool {
  const to = expressionEnd(from, block ? 0x7b40 : 0x2840, block ? 0x7d : 0x29, 0);
  if (isArithmetic(from, to)) return true;
  const at = skipBlank(from, to);
  if (beginsWithOne(at, to, "system.diagnostics system.io system.reflection using system") != 0) return true;
  return block && leavesTemplate(at, to, true);
}

/** {php}, {$smarty.…}, {system('id')}, {if phpinfo()}: Smarty. */
function judgeSmarty(from: usize): bool {
  const first = <u32>load<u8>(from);
  if (first == 0x24) return beginsWithOne(from, limit, "$smarty.") != 0;
  let at = first == 0x2f ? from + 1 : from;
  let end = wordEnd(at, limit);
  if (end == at || end >= limit) return false;
  if (isOneOf(at, end, "php")) return load<u8>(end) == 0x7d;
  if (isOneOf(at, end, "self")) return beginsWithOne(end, limit, "::") != 0;
  if (isOneOf(at, end, "smarty_internal_write_file smarty")) return beginsWithOne(end, limit, "::") != 0;
  if (isOneOf(at, end, "math")) return beginsWithOne(skipBlank(end, limit), limit, "equation") != 0;
  if (isOneOf(at, end, "fetch")) return beginsWithOne(skipBlank(end, limit), limit, "file=") != 0;
  if (isOneOf(at, end, "include"))
    return beginsWithOne(skipBlank(end, limit), limit, "file=\"/ file='/") != 0;
  if (isOneOf(at, end, "if")) {
    at = skipBlank(end, limit);
    end = wordEnd(at, limit);
  }
  if (end >= limit || load<u8>(end) != 0x28) return false;
  return isOneOf(
    at,
    end,
    "system exec passthru shell_exec phpinfo readfile file_get_contents show_source popen",
  );
}

function skipBlank(start: usize, to: usize): usize {
  let at = start;
  while (at < to && isSpace(load<u8>(at))) at++;
  return at;
}
