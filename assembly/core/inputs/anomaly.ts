// Portable: consts and enums; also bundled by esbuild.
//
// What the parsers noticed and went on after: one bit a fact, in a u64 (enums are 32 bits wide). Names are the values that rules see at the
// addresses of anomalies; NAMES[i] is that of bit i.

export namespace Anomaly {
  export const None: u64 = 0;
  /** A `%` that no two hex digits follow; kept as it is. */
  export const QueryBadEscape: u64 = 0x1;
  /** `%uXXXX`, which only IIS decodes. */
  export const QueryUnicodeEscape: u64 = 0x2;
  /** A `;` with a `=` after it: inspected as part of the value and as a separator. */
  export const QuerySemicolon: u64 = 0x4;
  /** More brackets in a key than are followed. */
  export const QueryDepth: u64 = 0x8;
  export const JsonDepth: u64 = 0x10;
  export const JsonBom: u64 = 0x20;
  export const JsonComment: u64 = 0x40;
  export const JsonSingleQuote: u64 = 0x80;
  export const JsonBareKey: u64 = 0x100;
  /** A word that is neither number nor literal, where a value belongs. */
  export const JsonBareWord: u64 = 0x200;
  export const JsonTrailingComma: u64 = 0x400;
  export const JsonMissingComma: u64 = 0x800;
  /** Key without value, `:` or `,` where none belongs, a container as a key. */
  export const JsonStructure: u64 = 0x1000;
  /** A closing bracket that closes nothing, or the other kind. */
  export const JsonBracket: u64 = 0x2000;
  /** A second document after the first, where the type does not say so. */
  export const JsonManyDocuments: u64 = 0x4000;
  export const JsonTruncated: u64 = 0x8000;
  export const JsonNul: u64 = 0x10000;
  /** A raw control character inside a string. */
  export const JsonControl: u64 = 0x20000;
  export const JsonBadEscape: u64 = 0x40000;
  /** Half a surrogate pair; kept as three bytes (WTF-8). */
  export const LoneSurrogate: u64 = 0x80000;
  /** A value longer than the window: inspected in overlapping parts. */
  export const ValueSplit: u64 = 0x100000;
  /** The body does not look like what its content type says. */
  export const BodyTypeMismatch: u64 = 0x200000;
  /** A body that cannot be read as its format; from there on inspected as text too. */
  export const BodyMalformed: u64 = 0x400000;
  /** Declared and found binary: not inspected. */
  export const BodyBinary: u64 = 0x800000;
  export const HeaderMalformed: u64 = 0x1000000;
  /** An object with the same key twice. */
  export const JsonDuplicateKey: u64 = 0x2000000;
  /** A body in UTF-16 or UTF-32; transcoded. */
  export const BodyWideEncoding: u64 = 0x4000000;
  /** No boundary is declared, or the body uses another one. */
  export const MultipartBoundary: u64 = 0x8000000;
  /** A line that begins with the delimiter and goes on, or a part behind the last delimiter. */
  export const MultipartDelimiter: u64 = 0x10000000;
  /** A header line of a part without a colon, with odd bytes in its name, folded, or too long. */
  export const MultipartHeader: u64 = 0x20000000;
  /** A part without `Content-Disposition: form-data`, with several of them, or with broken or repeated parameters. */
  export const MultipartDisposition: u64 = 0x40000000;
  /** A part with a transfer encoding: inspected decoded and as it is. */
  export const MultipartEncoding: u64 = 0x80000000;
  /** Lines of the structure that end in LF alone. */
  export const MultipartLineEnd: u64 = 0x100000000;
  /** The last delimiter is missing. */
  export const MultipartTruncated: u64 = 0x200000000;
  /** A charset is declared that may write ASCII otherwise than as itself. */
  export const BodyCharset: u64 = 0x400000000;
  /** A document type declaration. */
  export const XmlDoctype: u64 = 0x800000000;
  /** An entity is declared. */
  export const XmlEntity: u64 = 0x1000000000;
  /** An external identifier: `SYSTEM` or `PUBLIC`. */
  export const XmlExternal: u64 = 0x2000000000;
  /** What no reader of XML accepts; inspected as text from there on. */
  export const XmlMalformed: u64 = 0x4000000000;
  /** Elements deeper than are followed. */
  export const XmlDepth: u64 = 0x8000000000;
  /** The end is missing, or an end tag. */
  export const XmlTruncated: u64 = 0x10000000000;
  /** A bracket or escape that does not close, or a byte that the language does not have. */
  export const GraphqlMalformed: u64 = 0x20000000000;
  /** `__schema` or `__type` is asked for. */
  export const GraphqlIntrospection: u64 = 0x40000000000;
  /** More than 10 selections in each other. */
  export const GraphqlDepth: u64 = 0x80000000000;
  /** More than 10 aliases in a document. */
  export const GraphqlAliases: u64 = 0x100000000000;
  /** More than 10 operations in a request. */
  export const GraphqlBatch: u64 = 0x200000000000;
  /** A fragment that spreads itself. */
  export const GraphqlCircular: u64 = 0x400000000000;
  /** A frame that RFC 6455 does not allow; read as far as its length goes all the same. */
  export const WebsocketMalformed: u64 = 0x800000000000;
  /** A frame of the client without a mask. */
  export const WebsocketUnmasked: u64 = 0x1000000000000;
  /** The end came inside a frame or a message. */
  export const WebsocketTruncated: u64 = 0x2000000000000;
  /** A compressed message that was not read, or not to its end. */
  export const WebsocketCompressed: u64 = 0x4000000000000;
  /** A body does not decode as its content coding says, or wholly, or is in one that cannot be read. */
  export const BodyEncoding: u64 = 0x8000000000000;
  /** Lengths that contradict each other, or the body. */
  export const BodyLength: u64 = 0x10000000000000;
  /** A held body longer than `body_capture_size`. */
  export const BodyOverLimit: u64 = 0x20000000000000;
  /** A frame with reserved flags, a compressed one where no encoding is declared, or what is no frame. */
  export const GrpcMalformed: u64 = 0x40000000000000;
  /** The end came inside a frame. */
  export const GrpcTruncated: u64 = 0x80000000000000;
  /** A message in an encoding that is not read, or that does not decode, or not wholly. */
  export const GrpcEncoding: u64 = 0x100000000000000;
  /** A message that is no protobuf; inspected as text from there on. */
  export const ProtobufMalformed: u64 = 0x200000000000000;
  /** Messages deeper than are followed. */
  export const ProtobufDepth: u64 = 0x400000000000000;
  /** A file that begins like another kind than its name or media type says. */
  export const MultipartFileType: u64 = 0x800000000000000;
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
  "multipart.boundary",
  "multipart.delimiter",
  "multipart.header",
  "multipart.disposition",
  "multipart.transfer_encoding",
  "multipart.line_end",
  "multipart.truncated",
  "body.charset",
  "xml.doctype",
  "xml.entity",
  "xml.external",
  "xml.malformed",
  "xml.depth",
  "xml.truncated",
  "graphql.malformed",
  "graphql.introspection",
  "graphql.depth",
  "graphql.aliases",
  "graphql.batch",
  "graphql.circular_fragment",
  "websocket.malformed",
  "websocket.unmasked",
  "websocket.truncated",
  "websocket.compressed",
  "body.encoding",
  "body.length",
  "body.over_limit",
  "grpc.malformed",
  "grpc.truncated",
  "grpc.encoding",
  "protobuf.malformed",
  "protobuf.depth",
  "multipart.file_type",
];
