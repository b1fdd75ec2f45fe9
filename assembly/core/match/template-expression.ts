// One expression of a template: does it evaluate something that a placeholder does not?
//
// Placeholders name a value, reach into it, format it: {{ user.name }}, ${item.price | currency}, {{ t('hello') }}. What leaves the
// template is known by its names: attributes of Python's object model, Java's reflection, functions that run commands. A probe
// is known by what it computes: digits only. Strings are read like the rest, as names are passed to filters and subscripts in them.
//
// One pass over the expression: linear.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { wordClass } from "./word-table";
import { beginsWithOne, isOneOf } from "./word-list";
import * as W from "../generated/template-words";

/** Functions of PHP and others that Twig's and Smarty's filters are given by name. */
const FUNCTIONS =
  "system exec passthru shell_exec popen proc_open assert call_user_func file_put_contents phpinfo var_dump";
/** Objects of OGNL, SpEL and Thymeleaf after a hash sign. */
const HASH_OBJECTS =
  "_memberaccess context request response session attr parameters application rt ctx this root httpservletrequest execinfo";
/** Classes of Java that no program of another language makes in its text. */
const CLASSES =
  "file string scanner filereader fileinputstream bufferedreader inputstreamreader processbuilder gstring groovyshell";
/** What of an engine's object is private to it. */
const PRIVATE =
  "items iteritems from_ secret application getclass getheader getattribute setattribute getservletcontext getsession environ env loadtemplate " +
  "settings template_ module_ module context instance_variables methods class getstreamvariable getenvironment";

/** True when the expression of `from..to`, without its marks, is arithmetic of digits and nothing else: 7*7, (41+1), 7*'7', 1337|add:2. */
// eslint-disable-next-line complexity -- scan loop
export function isArithmetic(from: usize, to: usize): bool {
  let numbers = 0;
  let operators = 0;
  let number = false;
  for (let at = from; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (isDigit(c)) {
      if (!number) numbers++;
      // A plus sign that was read as a blank.
      if (!number && numbers > 1 && isSpace(load<u8>(at - 1)) && at > from + 1 && isDigit(load<u8>(at - 2)))
        operators++;
      number = true;
      continue;
    }
    if (c == 0x2a || c == 0x2b || c == 0x2d || c == 0x2f) operators++;
    else if (c == 0x7c && beginsWithOne(at, to, "|add:") != 0) {
      operators++;
      at += 4;
    } else if (c == 0x2e && number) continue;
    else if (c != 0x28 && c != 0x29 && c != 0x27 && c != 0x22 && c != 0x3d && !isSpace(c)) return false;
    number = false;
  }
  return numbers > 1 && operators > 0 && operators < numbers * 2;
}

/** True when the expression of `from..to` leaves the template; `strict` for languages whose programs hold such marks in their text. */
// eslint-disable-next-line complexity -- one branch per kind of token
export function leavesTemplate(from: usize, to: usize, strict: bool): bool {
  let at = from;
  let first = true;
  while (at < to) {
    const c = <u32>load<u8>(at);
    if (isAlpha(c) || c == 0x5f) {
      const end = wordEnd(at, to);
      if (judgeWord(from, at, end, to, first, strict)) return true;
      first = false;
      at = end;
      continue;
    }
    const next: u32 = at + 1 < to ? load<u8>(at, 1) : 0;
    // \x5f\x5fclass\x5f\x5f
    if (c == 0x5c && (next == 0x78 || next == 0x75) && beginsWithOne(at + 2, to, "5f 005f") != 0) return true;
    if (c == 0x3f && beginsWithOne(at + 1, to, "new() new( api. eval interpret") != 0) return true;
    if (c == 0x7c && isRunningFilter(at + 1, to)) return true;
    if (c == 0x40 && beginsWithOne(at + 1, to, "java. javax. org. ognl. com. sun.") != 0) return true;
    if (c == 0x23 && isOneOf(at + 1, wordEnd(at + 1, to), HASH_OBJECTS)) return true;
    if (
      c == 0x2e &&
      first &&
      beginsWithOne(at + 1, to, "data_model vars globals main template_name locals version") != 0
    )
      return true;
    if ((c == 0x22 || c == 0x27 || c == 0x5d || c == 0x29) && next == 0x2e && isProbe(at + 2, to, strict))
      return true;
    if (
      c == 0x24 &&
      !strict &&
      beginsWithOne(at + 1, to, "eval( on.constructor new. parse( root. smarty. $") != 0
    )
      return true;
    at++;
  }
  return false;
}

// eslint-disable-next-line complexity -- one branch per class of words
function judgeWord(from: usize, at: usize, end: usize, to: usize, first: bool, strict: bool): bool {
  const word = wordClass(
    at,
    <u32>(end - at),
    W.TEMPLATE_SEED,
    W.TEMPLATE_SLOTS,
    W.TEMPLATE_CELLS,
    W.TEMPLATE_TEXT,
  );
  if (word == 0) return false;
  const next: u32 = end < to ? load<u8>(end) : 0;
  const before: u32 = at > from ? load<u8>(at - 1) : 0;
  switch (word) {
    case W.TEMPLATE_ESCAPE:
      return before != 0x2d && next != 0x2d;
    case W.TEMPLATE_CALL:
      if (next == 0x28) return !strict || before == 0x2e || first;
      return (
        before == 0x2e &&
        next == 0x20 &&
        end + 1 < to &&
        (load<u8>(end, 1) == 0x22 || load<u8>(end, 1) == 0x60)
      );
    case W.TEMPLATE_OBJECT:
      if (first) return isPrivate(at, end, to, strict);
      return before != 0x2e && (next == 0x2e || next == 0x5b) && !strict && isPrivate(at, end, to, strict);
    case W.TEMPLATE_NEW:
      return makesObject(end, to);
    case W.TEMPLATE_UNDERSCORE:
      return beginsWithOne(end, to, ".version .templatesettings") != 0;
    case W.TEMPLATE_APP:
      return (
        first &&
        beginsWithOne(
          end,
          to,
          ".request.query.filter .request.query.all .request.server .request.files .request.filter",
        ) != 0
      );
    case W.TEMPLATE_PACKAGE:
      return next == 0x2e && end + 1 < to && isAlpha(load<u8>(end, 1)) && before != 0x2e && before != 0x2f;
    case W.TEMPLATE_CONSTRUCTOR:
      if (next == 0x28) return true;
      return !strict ? next != 0x3a : beginsWithOne(end, to, ".constructor [ .prototype") != 0;
    default:
      return false;
  }
}

/** new File(…), newString(): Java, not a placeholder. */
function makesObject(start: usize, to: usize): bool {
  let at = start;
  while (
    at < to &&
    at - start < 16 &&
    (isSpace(load<u8>(at)) || load<u8>(at) == 0x2f || load<u8>(at) == 0x2a)
  )
    at++;
  if (at == start) return false;
  const end = wordEnd(at, to);
  return end < to && load<u8>(end) == 0x28 && isOneOf(at, end, CLASSES);
}

/** The object stands alone, or what follows it is no business of a template. */
function isPrivate(start: usize, end: usize, to: usize, strict: bool): bool {
  let at = end;
  while (at < to && isSpace(load<u8>(at))) at++;
  if (at >= to || load<u8>(at) == 0x7c)
    return !strict && isOneOf(start, end, "config self request _self _context");
  const c = <u32>load<u8>(at);
  if (c == 0x5b) return beginsWithOne(at + 1, to, "'secret \"secret '_ \"_ '\\ \"\\") != 0;
  return (
    c == 0x2e &&
    !(strict && beginsWithOne(at + 1, to, "context") != 0) &&
    beginsWithOne(at + 1, to, PRIVATE) != 0
  );
}

/** |attr('__x'), |filter('system'), |map("exec") */
function isRunningFilter(start: usize, to: usize): bool {
  let at = start;
  while (at < to && isSpace(load<u8>(at))) at++;
  const end = wordEnd(at, to);
  if (end >= to || load<u8>(end) != 0x28 || end + 2 >= to) return false;
  if (isOneOf(at, end, "attr")) return beginsWithOne(end + 1, to, "'_ \"_ request '\\ \"\\ [ (") != 0;
  if (!isOneOf(at, end, "filter map sort reduce")) return false;
  const name = end + 2;
  return isOneOf(name, wordEnd(name, to), FUNCTIONS);
}

/** 'a'.toUpperCase(): the string is the probe's own. */
function isProbe(at: usize, to: usize, strict: bool): bool {
  const end = wordEnd(at, to);
  if (end == at) return false;
  if (beginsWithOne(at, end, "getclass execute exec class constructor") == <u32>(end - at)) return true;
  if (strict && beginsWithOne(at, end, "touppercase tostring") == 0) return false;
  return (
    wordClass(at, <u32>(end - at), W.TEMPLATE_SEED, W.TEMPLATE_SLOTS, W.TEMPLATE_CELLS, W.TEMPLATE_TEXT) ==
      W.TEMPLATE_PROBE &&
    load<u8>(at - 2) != 0x29 &&
    load<u8>(at - 2) != 0x5d
  );
}

/** Past the name at `start`. */
export function wordEnd(start: usize, to: usize): usize {
  let at = start;
  const last = min(to, start + 64);
  while (at < last && isWord(load<u8>(at))) at++;
  return at;
}
