// What can be wrong with a pattern: the status the rule compiler branches on and the code it reports.

export enum RegexStatus {
  Ok = 0,
  /** No regular expression of RE2's syntax. */
  Syntax = 1,
  /** Known elsewhere (look-around, back-references, possessive quantifiers, …), never in linear time here. */
  Unsupported = 2,
  /** Over a size limit. */
  TooLarge = 3,
}

export enum RegexError {
  None = 0,
  BadUtf8 = 1,
  MissingParen = 2,
  UnexpectedParen = 3,
  MissingBracket = 4,
  BadRange = 5,
  BadEscape = 6,
  TrailingBackslash = 7,
  MissingArgument = 8,
  NestedRepeat = 9,
  RepeatSize = 10,
  BadGroup = 11,
  BadName = 12,
  DuplicateName = 13,
  UnknownGroup = 14,
  BadCodePoint = 15,
  LookAround = 16,
  BackReference = 17,
  Possessive = 18,
  Atomic = 19,
  UnsupportedGroup = 20,
  UnsupportedEscape = 21,
  UnsupportedFlag = 22,
  NestedTooDeep = 23,
  PatternTooLong = 24,
  ProgramTooLarge = 25,
}

export function statusOfError(code: RegexError): RegexStatus {
  if (code == RegexError.None) return RegexStatus.Ok;
  if (code >= RegexError.NestedTooDeep) return RegexStatus.TooLarge;
  return code >= RegexError.LookAround ? RegexStatus.Unsupported : RegexStatus.Syntax;
}

/** One clause in English, for diagnostics. */
export function regexErrorText(code: RegexError): string {
  return code >= RegexError.LookAround ? unsupportedText(code) : syntaxText(code);
}

function syntaxText(code: RegexError): string {
  switch (code) {
    case RegexError.None:
      return "no error";
    case RegexError.BadUtf8:
      return "pattern is not valid UTF-8";
    case RegexError.MissingParen:
      return "missing )";
    case RegexError.UnexpectedParen:
      return "unexpected )";
    case RegexError.MissingBracket:
      return "missing ] of a character class";
    case RegexError.BadRange:
      return "bad character class range";
    case RegexError.BadEscape:
      return "bad escape sequence";
    case RegexError.TrailingBackslash:
      return "trailing backslash";
    case RegexError.MissingArgument:
      return "nothing to repeat";
    case RegexError.NestedRepeat:
      return "repetition of a repetition";
    case RegexError.RepeatSize:
      return "repetition count out of order or over 1000";
    case RegexError.BadGroup:
      return "bad group syntax after (?";
    case RegexError.BadName:
      return "bad group name";
    case RegexError.DuplicateName:
      return "duplicate group name";
    case RegexError.UnknownGroup:
      return "unknown Unicode or POSIX class";
    default:
      return "code point out of range";
  }
}

function unsupportedText(code: RegexError): string {
  switch (code) {
    case RegexError.LookAround:
      return "look-around is not supported";
    case RegexError.BackReference:
      return "back-references are not supported";
    case RegexError.Possessive:
      return "possessive quantifiers are not supported";
    case RegexError.Atomic:
      return "atomic groups are not supported";
    case RegexError.UnsupportedGroup:
      return "this kind of group is not supported";
    case RegexError.UnsupportedEscape:
      return "this escape is not supported";
    case RegexError.UnsupportedFlag:
      return "this flag is not supported";
    case RegexError.NestedTooDeep:
      return "groups nested deeper than 200";
    case RegexError.PatternTooLong:
      return "pattern longer than 65536 bytes";
    default:
      return "compiled pattern too large";
  }
}
