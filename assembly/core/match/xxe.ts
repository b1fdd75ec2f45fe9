// XML that makes a parser fetch, read or run something: document types and entities, XInclude, stylesheets.
//
// Reads declarations as XML 1.0 writes them (2.8, 4.2) as far as they go: a document that was cut off, or is broken later, is
// judged by what stands before. What every parser of HTML and every schema of the web has is left alone: <!DOCTYPE html>, formal
// public identifiers, character entities, includes of relative files in stylesheets and schemas.
//
// One pass: each tag and declaration is read once, and the scan goes on behind it.
//
// TEST: test/unit/core/match/xxe.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Span } from "./span";
import { beginsWithOne, isOneOf } from "./word-list";

/** Hosts of document types that everyday files name without a formal public identifier. */
const KNOWN_HOSTS =
  "java.sun.com/ www.w3.org/ xml.apache.org/ logging.apache.org/ www.apple.com/ mybatis.org/ www.springframework.org/ hibernate.sourceforge.net/ www.hibernate.org/ struts.apache.org/ www.docbook.org/ www.oasis-open.org/ checkstyle.org/ checkstyle.sourceforge.net/";
/** Schemes of system identifiers that no published document type has. */
const ODD_SCHEMES =
  "file: ftp: php: jar: netdoc: gopher: expect: data: ldap: smb: dict: \\\\ /etc/ /proc/ c:\\ ..";
/** Functions of XSLT processors that read or run something. */
const FUNCTIONS =
  "document unparsed-text unparsed-text-lines system-property function functionstring exec getruntime evaluate-xpath " +
  "doc json-doc read-text file-read ptouch collection environment-variable available-environment-variables";
/** Namespaces by which stylesheets reach other languages. */
const NAMESPACES =
  "http://xml.apache.org/xalan/java http://xml.apache.org/xslt/java http://xml.apache.org/java http://saxon.sf.net/java-type java: " +
  "urn:schemas-microsoft-com:xslt http://php.net/xsl http://www.jclark.com/xt/java http://www.oracle.com/xsl/transform/java " +
  "http://exslt.org/functions http://xml.apache.org/xalan/redirect xalan://java http://icl.com/saxon";

/** Longest name or literal that is looked at in full. */
const LITERAL_MAX: usize = 4096;
const TAG_MAX: usize = 8192;

let steps: u32 = 0;
let limit: usize = 0;
/** Where reading stopped. */
let readTo: usize = 0;

/** True when the XML of `at..end`, whole or in part, reaches for something outside; `span` is the declaration or tag. */
export function detectXxe(at: usize, end: usize, span: Span): bool {
  limit = end;
  steps += <u32>(end - at);
  let i = findByte(at, end, 0x3c);
  while (i + 4 < end) {
    readTo = i + 1;
    const next = <u32>load<u8>(i, 1);
    const found = next == 0x21 ? judgeDeclaration(i + 2) : isAlpha(next) && judgeElement(i + 1);
    if (found) {
      span.from = i;
      span.to = min(max(readTo, i + 1), end);
      return true;
    }
    i = findByte(max(readTo, i + 1), end, 0x3c);
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function xxeSteps(): u32 {
  return steps;
}

function judgeDeclaration(at: usize): bool {
  const doctype = beginsWithOne(at, limit, "doctype");
  if (doctype != 0) return judgeDoctype(at + doctype);
  const entity = beginsWithOne(at, limit, "entity");
  if (entity != 0) return judgeEntity(at + entity);
  // A section of text that hides a document type from what looks for it.
  const section = beginsWithOne(at, limit, "[cdata[");
  if (section == 0) return false;
  const inner = skipBlank(at + section);
  return beginsWithOne(inner, limit, "<!doctype <!entity") != 0 && judgeDeclaration(inner + 2);
}

/** After <!DOCTYPE: a name, SYSTEM or PUBLIC with identifiers, and declarations in brackets. */
function judgeDoctype(start: usize): bool {
  let at = skipBlank(start);
  if (at == start) return false;
  const name = at;
  at = nameEnd(at);
  const html = isOneOf(name, at, "html");
  at = skipBlank(at);
  const kind = nameEnd(at);
  const isPublic = isOneOf(at, kind, "public");
  if (isPublic || isOneOf(at, kind, "system")) {
    let formal = false;
    at = skipBlank(kind);
    if (isPublic) {
      formal = beginsWithOne(at, limit, "\"-// '-// \"+// '+// \"iso 'iso") != 0;
      at = skipBlank(literalEnd(at));
    }
    if (isReached(at, literalEnd(at), formal)) return true;
    at = skipBlank(literalEnd(at));
  }
  readTo = at;
  return !html && at < limit && load<u8>(at) == 0x5b && judgeSubset(at + 1);
}

/** After the bracket: a declaration, a parameter entity, or nothing more because the value was cut. */
function judgeSubset(start: usize): bool {
  let at = skipBlank(start);
  readTo = at;
  if (at >= limit || load<u8>(at) == 0x25) return true;
  if (at + 3 >= limit || load<u16>(at) != 0x213c) return load<u8>(at) == 0x3c && at + 3 >= limit;
  return load<u16>(at, 2) == 0x2d2d || beginsWithOne(at + 2, limit, "entity element attlist notation [") != 0;
}

/** The system identifier at `at` is one that no published document type has. */
function isReached(at: usize, end: usize, formal: bool): bool {
  if (at >= end) return false;
  const from = at + 1;
  readTo = end;
  if (beginsWithOne(from, end, ODD_SCHEMES) != 0) return true;
  const scheme = beginsWithOne(from, end, "http:// https:// //");
  if (scheme == 0) return false;
  const host = from + scheme;
  if (!formal) return beginsWithOne(host, end, KNOWN_HOSTS) == 0;
  return isDigit(load<u8>(host)) || load<u8>(host) == 0x5b || beginsWithOne(host, end, "localhost") != 0;
}

/** After <!ENTITY: external, or made of other entities. */
function judgeEntity(start: usize): bool {
  let at = skipBlank(start);
  if (at == start) return false;
  let parameter = false;
  const percent = beginsWithOne(at, limit, "% &#x25; &#37; &percnt;");
  if (percent != 0) {
    parameter = true;
    at = skipBlank(at + percent);
  }
  const name = at;
  at = nameEnd(at);
  if (at == name) return false;
  at = skipBlank(at);
  const kind = nameEnd(at);
  readTo = kind;
  if (isOneOf(at, kind, "system public")) return true;
  if (at >= limit || (load<u8>(at) != 0x22 && load<u8>(at) != 0x27)) return false;
  const end = literalEnd(at);
  readTo = end;
  return parameter || namesEntities(at + 1, end);
}

/** A reference to another entity in a replacement text, or a declaration there. */
function namesEntities(from: usize, to: usize): bool {
  for (let at = from; at + 1 < to; at++) {
    const c = <u32>load<u8>(at);
    const next = <u32>load<u8>(at, 1);
    if (c == 0x26 && isAlpha(next) && beginsWithOne(at + 1, to, "lt; gt; amp; quot; apos; nbsp;") == 0)
      return true;
    if (c == 0x26 && next == 0x23 && beginsWithOne(at, to, "&#x25; &#37; &#x26; &#38;") != 0)
      return to - at > 8;
    if (c == 0x25 && isAlpha(next) && findByte(at, min(to, at + 64), 0x3b) < min(to, at + 64)) return true;
    if (c == 0x3c && next == 0x21) return true;
  }
  return false;
}

/** Elements of XInclude and of stylesheets; the name begins at `start`. */
function judgeElement(start: usize): bool {
  const to = nameEnd(start);
  readTo = to;
  const colon = findByte(start, to, 0x3a);
  if (colon >= to) return false;
  const local = colon + 1;
  const xsl = isOneOf(start, colon, "xsl");
  const include = isOneOf(local, to, "include import document result-document script write read");
  let end = to;
  let last: u32 = 0;
  // Attributes, one after the other, values in quotes.
  while (end < limit && end - to < TAG_MAX) {
    const c = <u32>load<u8>(end);
    if (c == 0x3e || c == 0x3c) break;
    if (c == 0x22 || c == 0x27) {
      const value = end;
      end = min(literalEnd(value), limit);
      if (judgeAttribute(start, local, to, value, end, xsl, include)) {
        readTo = end;
        return true;
      }
      last = c;
      continue;
    }
    end++;
  }
  readTo = end;
  // <msxsl:script>, <xi:include … cut off before a value came.
  if (isOneOf(start, to, "msxsl:script")) return true;
  return last == 0 && isOneOf(start, to, "xi:include") && end - to > 4;
}

function judgeAttribute(
  start: usize,
  local: usize,
  to: usize,
  value: usize,
  end: usize,
  xsl: bool,
  include: bool,
): bool {
  let name = value;
  while (name > to && (isSpace(load<u8>(name - 1)) || load<u8>(name - 1) == 0x3d)) name--;
  const nameTo = name;
  while (name > to && !isSpace(load<u8>(name - 1)) && nameTo - name < 64) name--;
  const from = value + 1;
  if (beginsWithOne(name, nameTo, "xmlns") != 0) return beginsWithOne(from, end, NAMESPACES) != 0;
  if (xsl) {
    if (include && isOneOf(name, nameTo, "href"))
      return beginsWithOne(from, end, ODD_SCHEMES) != 0 || beginsWithOne(from, end, "http: https: //") != 0;
    return isOneOf(name, nameTo, "select test match use value") && callsOut(from, end);
  }
  if (!include) return false;
  if (isOneOf(local, to, "include")) return isOneOf(name, nameTo, "href parse namespace xpointer");
  return (
    isOneOf(local, to, "document write") && !isOneOf(start, local, "w:") && isOneOf(name, nameTo, "href file")
  );
}

/** An expression calls a function that reads or runs something. */
function callsOut(from: usize, to: usize): bool {
  let at = from;
  while (at < to) {
    at = findByte(at, to, 0x28);
    if (at >= to) return false;
    let end = at;
    while (end > from && isSpace(load<u8>(end - 1)) && at - end < 8) end--;
    let name = end;
    while (name > from && (isAlpha(load<u8>(name - 1)) || load<u8>(name - 1) == 0x2d) && end - name < 48)
      name--;
    // document('') is the stylesheet itself.
    if (isOneOf(name, end, FUNCTIONS))
      return beginsWithOne(at, to, "('') (\"\") (&quot;&quot;) (&apos;&apos;)") == 0;
    if (name > from && load<u8>(name - 1) == 0x3a && isCode(from, name - 1)) return true;
    at++;
  }
  return false;
}

/** Prefixes that stylesheets give to other languages. */
function isCode(start: usize, colon: usize): bool {
  let from = colon;
  while (from > start && isAlpha(load<u8>(from - 1)) && colon - from < 16) from--;
  return isOneOf(from, colon, "rt runtime php process ob java user jv class file ptouch");
}

function skipBlank(start: usize): usize {
  let at = start;
  while (at < limit && (isSpace(load<u8>(at)) || load<u8>(at) == 0)) at++;
  return at;
}

function nameEnd(start: usize): usize {
  let at = start;
  const to = min(limit, start + 256);
  while (at < to) {
    const c = <u32>load<u8>(at);
    if (c <= 0x20 || c == 0x3e || c == 0x5b || c == 0x22 || c == 0x27 || c == 0x3c || c == 0x2f) break;
    at++;
  }
  return at;
}

/** Past the quoted literal at `at`; `at` itself where none begins. */
function literalEnd(at: usize): usize {
  if (at >= limit) return at;
  const quote = <u32>load<u8>(at);
  if (quote != 0x22 && quote != 0x27) return at;
  const to = min(limit, at + LITERAL_MAX);
  const end = findByte(at + 1, to, quote);
  return end < to ? end + 1 : to;
}
