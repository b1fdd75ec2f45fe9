// Portable: consts and enums; also bundled by esbuild.
// The transformations a rule may name. The numbers are part of the ruleset's binary form.

export enum Transformation {
  Lowercase = 0,
  RemoveNulls = 1,
  CompressWhitespace = 2,
  NormalizePath = 3,
  NormalizePathWin = 4,
  UrlDecode = 5,
  UrlDecodeIis = 6,
  CssDecode = 7,
  JsDecode = 8,
  HtmlEntityDecode = 9,
  Base64Decode = 10,
  Base64UrlDecode = 11,
  Base64Encode = 12,
  ShellUnescape = 13,
  UrlBasename = 14,
  UrlPath = 15,
  UrlQuerystring = 16,
  RemoveComments = 17,
  UnicodeNormalize = 18,
  /** These two change no bytes: they say which inputs a target takes, keys or values. */
  KeysOnly = 19,
  ValuesOnly = 20,
}

export const TRANSFORMATION_COUNT: u32 = 21;
/** What transformationFromName() answers for a name it does not know. */
export const TRANSFORMATION_UNKNOWN: u32 = 0xff;
