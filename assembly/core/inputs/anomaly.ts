// Portable: consts and enums; also bundled by esbuild.
//
// What the parsers noticed and went on after: one bit a fact. Names are the values that rules see at the
// addresses of anomalies; NAMES[i] is that of bit i.

export enum Anomaly {
  None = 0,
  /** A `%` that no two hex digits follow; kept as it is. */
  QueryBadEscape = 0x1,
  /** `%uXXXX`, which only IIS decodes. */
  QueryUnicodeEscape = 0x2,
  /** A `;` with a `=` after it: inspected as part of the value and as a separator. */
  QuerySemicolon = 0x4,
  /** More brackets in a key than are followed. */
  QueryDepth = 0x8,
  JsonDepth = 0x10,
  JsonBom = 0x20,
  JsonComment = 0x40,
  JsonSingleQuote = 0x80,
  JsonBareKey = 0x100,
  /** A word that is neither number nor literal, where a value belongs. */
  JsonBareWord = 0x200,
  JsonTrailingComma = 0x400,
  JsonMissingComma = 0x800,
  /** Key without value, `:` or `,` where none belongs, a container as a key. */
  JsonStructure = 0x1000,
  /** A closing bracket that closes nothing, or the other kind. */
  JsonBracket = 0x2000,
  /** A second document after the first, as in NDJSON. */
  JsonManyDocuments = 0x4000,
  JsonTruncated = 0x8000,
  JsonNul = 0x10000,
  /** A raw control character inside a string. */
  JsonControl = 0x20000,
  JsonBadEscape = 0x40000,
  /** Half a surrogate pair; kept as three bytes (WTF-8). */
  LoneSurrogate = 0x80000,
  /** A value longer than the window: inspected in overlapping parts. */
  ValueSplit = 0x100000,
  /** The body does not look like what its content type says. */
  BodyTypeMismatch = 0x200000,
  /** A body that cannot be read as its format; from there on inspected as text too. */
  BodyMalformed = 0x400000,
  /** Declared and found binary: not inspected. */
  BodyBinary = 0x800000,
  HeaderMalformed = 0x1000000,
  /** An object with the same key twice. */
  JsonDuplicateKey = 0x2000000,
  /** A body in UTF-16 or UTF-32; transcoded. */
  BodyWideEncoding = 0x4000000,
}

export const ANOMALY_NAMES = [
  "query.bad_escape",
  "query.unicode_escape",
  "query.semicolon",
  "query.depth",
  "json.depth",
  "json.bom",
  "json.comment",
  "json.single_quote",
  "json.bare_key",
  "json.bare_word",
  "json.trailing_comma",
  "json.missing_comma",
  "json.structure",
  "json.bracket",
  "json.many_documents",
  "json.truncated",
  "json.nul",
  "json.control",
  "json.bad_escape",
  "text.lone_surrogate",
  "value.split",
  "body.type_mismatch",
  "body.malformed",
  "body.binary",
  "header.malformed",
  "json.duplicate_key",
  "body.wide_encoding",
];
