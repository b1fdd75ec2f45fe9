// Which transformation a name means, what it does to a value, and which bytes a value must have for it to do
// anything. A transformation looks first and copies only when something changes.
import { ByteWriter } from "../bytes/byte-writer";
import { base64Decode, base64UrlDecode } from "../bytes/base64-decode";
import { base64Encode } from "./base64-encode";
import { compressWhitespace } from "./compress-whitespace";
import { cssDecode } from "./css-decode";
import { htmlEntityDecode } from "./html-entity-decode";
import { jsDecode } from "./js-decode";
import { lowercase } from "./lowercase";
import { normalizePath, normalizePathWin } from "./normalize-path";
import { removeComments } from "./remove-comments";
import { removeNulls } from "./remove-nulls";
import { shellUnescape } from "./shell-unescape";
import { Transformation, TRANSFORMATION_COUNT, TRANSFORMATION_UNKNOWN } from "./transformation-id";
import { unicodeNormalize } from "./unicode-normalize";
import { urlBasename } from "./url-basename";
import { urlDecode } from "./url-decode";
import { urlDecodeIis } from "./url-decode-iis";
import { urlPath } from "./url-path";
import { urlQuerystring } from "./url-querystring";

/** By id; the names of libddwaf. */
const NAMES: StaticArray<string> = [
  "lowercase",
  "remove_nulls",
  "compress_whitespace",
  "normalize_path",
  "normalize_path_win",
  "url_decode",
  "url_decode_iis",
  "css_decode",
  "js_decode",
  "html_entity_decode",
  "base64_decode",
  "base64url_decode",
  "base64_encode",
  "shell_unescape",
  "url_basename",
  "url_path",
  "url_querystring",
  "remove_comments",
  "unicode_normalize",
  "keys_only",
  "values_only",
];

/** Its other names, and which id each means. */
const ALIASES: StaticArray<string> = [
  "removeNulls",
  "compressWhiteSpace",
  "normalizePath",
  "normalizePathWin",
  "urlDecode",
  "urlDecodeUni",
  "cssDecode",
  "jsDecode",
  "htmlEntityDecode",
  "base64Decode",
  "base64Encode",
  "cmdLine",
  "_sqr_basename",
  "_sqr_filename",
  "_sqr_querystring",
  "removeComments",
];
const ALIAS_IDS: StaticArray<i32> = [
  Transformation.RemoveNulls,
  Transformation.CompressWhitespace,
  Transformation.NormalizePath,
  Transformation.NormalizePathWin,
  Transformation.UrlDecode,
  Transformation.UrlDecodeIis,
  Transformation.CssDecode,
  Transformation.JsDecode,
  Transformation.HtmlEntityDecode,
  Transformation.Base64Decode,
  Transformation.Base64Encode,
  Transformation.ShellUnescape,
  Transformation.UrlBasename,
  Transformation.UrlPath,
  Transformation.UrlQuerystring,
  Transformation.RemoveComments,
];

const SET_SIZE: usize = 32;
const TRIGGERS: usize = makeTriggers();

/** The id a name of `len` bytes means, or TRANSFORMATION_UNKNOWN. */
export function transformationFromName(at: usize, len: u32): u32 {
  for (let i = 0; i < NAMES.length; i++) {
    if (isText(at, len, NAMES[i])) return i;
  }
  for (let i = 0; i < ALIASES.length; i++) {
    if (isText(at, len, ALIASES[i])) return ALIAS_IDS[i];
  }
  return TRANSFORMATION_UNKNOWN;
}

/** The name for reports; empty for an id that is none. */
export function transformationName(id: u32): string {
  return id < TRANSFORMATION_COUNT ? NAMES[id] : "";
}

/**
 * Appends the transformed value to `out` (which must be empty) and returns true; false, and `out` unchanged,
 * when the value stays as it is. The value must not lie in `out`.
 */
export function transform(id: u32, at: usize, len: u32, out: ByteWriter): bool {
  switch (id) {
    case Transformation.Lowercase:
      return lowercase(at, len, out);
    case Transformation.RemoveNulls:
      return removeNulls(at, len, out);
    case Transformation.CompressWhitespace:
      return compressWhitespace(at, len, out);
    case Transformation.NormalizePath:
      return normalizePath(at, len, out);
    case Transformation.NormalizePathWin:
      return normalizePathWin(at, len, out);
    case Transformation.UrlDecode:
      return urlDecode(at, len, out);
    case Transformation.UrlDecodeIis:
      return urlDecodeIis(at, len, out);
    case Transformation.CssDecode:
      return cssDecode(at, len, out);
    case Transformation.JsDecode:
      return jsDecode(at, len, out);
    case Transformation.HtmlEntityDecode:
      return htmlEntityDecode(at, len, out);
    default:
      return transformMore(id, at, len, out);
  }
}

function transformMore(id: u32, at: usize, len: u32, out: ByteWriter): bool {
  switch (id) {
    case Transformation.Base64Decode:
      return base64Decode(at, len, out);
    case Transformation.Base64UrlDecode:
      return base64UrlDecode(at, len, out);
    case Transformation.Base64Encode:
      return base64Encode(at, len, out);
    case Transformation.ShellUnescape:
      return shellUnescape(at, len, out);
    case Transformation.UrlBasename:
      return urlBasename(at, len, out);
    case Transformation.UrlPath:
      return urlPath(at, len, out);
    case Transformation.UrlQuerystring:
      return urlQuerystring(at, len, out);
    case Transformation.RemoveComments:
      return removeComments(at, len, out);
    case Transformation.UnicodeNormalize:
      return unicodeNormalize(at, len, out);
    default:
      return false;
  }
}

/**
 * A set of bytes (32 bytes at the returned address; byte c is bit c & 7 of byte c >> 3): a value that has none of
 * them stays as it is. Every byte for an id without a better condition, none for one that never changes anything.
 */
export function transformTrigger(id: u32): usize {
  return TRIGGERS + ((<usize>min(id, TRANSFORMATION_COUNT)) << 5);
}

/** Makes letters lower, and does nothing else to a value that has no other byte of its trigger. */
export function foldsCase(id: u32): bool {
  return id == Transformation.Lowercase || id == Transformation.ShellUnescape;
}

/** One set per id and an empty one after them. */
function makeTriggers(): usize {
  const sets = heap.alloc(SET_SIZE * (TRANSFORMATION_COUNT + 1));
  memory.fill(sets, 0, SET_SIZE * (TRANSFORMATION_COUNT + 1));
  addRange(sets, Transformation.Lowercase, 0x41, 0x5a);
  addRange(sets, Transformation.RemoveNulls, 0, 0);
  addBytes(sets, Transformation.CompressWhitespace, " ");
  addBytes(sets, Transformation.NormalizePath, ".");
  addBytes(sets, Transformation.NormalizePathWin, ".\\");
  addBytes(sets, Transformation.UrlDecode, "%+");
  addBytes(sets, Transformation.UrlDecodeIis, "%+");
  addBytes(sets, Transformation.CssDecode, "\\");
  addBytes(sets, Transformation.JsDecode, "\\");
  addBytes(sets, Transformation.HtmlEntityDecode, "&");
  addRange(sets, Transformation.Base64Decode, 0, 0xff);
  addRange(sets, Transformation.Base64UrlDecode, 0, 0xff);
  addRange(sets, Transformation.Base64Encode, 0, 0xff);
  addBytes(sets, Transformation.ShellUnescape, "\\\"'^,; ");
  addRange(sets, Transformation.ShellUnescape, 0x09, 0x0d);
  addRange(sets, Transformation.ShellUnescape, 0x41, 0x5a);
  addBytes(sets, Transformation.UrlBasename, "/?#");
  addBytes(sets, Transformation.UrlPath, "?#");
  addRange(sets, Transformation.UrlQuerystring, 0, 0xff);
  addBytes(sets, Transformation.RemoveComments, "-#/");
  addRange(sets, Transformation.UnicodeNormalize, 0x80, 0xff);
  return sets;
}

function addBytes(sets: usize, id: u32, bytes: string): void {
  for (let i = 0; i < bytes.length; i++) {
    const c = <u32>bytes.charCodeAt(i);
    addRange(sets, id, c, c);
  }
}

function addRange(sets: usize, id: u32, first: u32, last: u32): void {
  for (let c = first; c <= last; c++) {
    const at = sets + ((<usize>id) << 5) + (c >> 3);
    const bit: u32 = 1 << (c & 7);
    store<u8>(at, <u8>(load<u8>(at) | bit));
  }
}

function isText(at: usize, len: u32, text: string): bool {
  if (len != <u32>text.length) return false;
  for (let i: u32 = 0; i < len; i++) {
    if (<u32>load<u8>(at + i) != <u32>text.charCodeAt(i)) return false;
  }
  return true;
}
