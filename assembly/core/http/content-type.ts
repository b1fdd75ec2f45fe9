// The Content-Type field (RFC 9110 §8.3), read tolerantly: whatever stands there, a kind comes out.

import { equalsFolded, lowerByte } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";

/** Which parser reads a body. */
export enum BodyKind {
  /** No content type was given. */
  None = 0,
  Json = 1,
  Form = 2,
  Multipart = 3,
  Xml = 4,
  Graphql = 5,
  Grpc = 6,
  Text = 7,
  EventStream = 8,
  /** Images, archives, fonts and the like. */
  Binary = 9,
  /** A content type that says nothing about the format. */
  Unknown = 10,
}

/** Whether a JSON body is one text, or texts one after the other. */
export enum JsonSequence {
  None,
  /** A text a line, as in NDJSON. */
  Lines,
  /** An RS before each text (RFC 7464). */
  Records,
}

/** Longest media type kept; a longer one is unknown. */
const TYPE_BYTES: u32 = 128;
const SEMICOLON: u8 = 0x3b;
const COMMA: u8 = 0x2c;
const EQUALS: u8 = 0x3d;
const QUOTE: u32 = 0x22;
const SLASH: u8 = 0x2f;
const PLUS: u32 = 0x2b;

/** Media types by kind: u8 kind, u8 length, bytes; 0 ends the list. */
const TYPES = table([
  "1application/json",
  "1text/json",
  "1application/x-json",
  "1text/x-json",
  "1application/x-ndjson",
  "1application/ndjson",
  "1text/x-ndjson",
  "1text/ndjson",
  "1application/jsonl",
  "1application/x-jsonl",
  "1text/jsonl",
  "1application/jsonlines",
  "1application/x-jsonlines",
  "1application/json-seq",
  "1application/csp-report",
  "1application/json5",
  "2application/x-www-form-urlencoded",
  "4application/xml",
  "4text/xml",
  "4application/xml-dtd",
  "4application/xml-external-parsed-entity",
  "4application/soap+xml",
  "5application/graphql",
  "6application/grpc",
  "6application/grpc+proto",
  "6application/grpc+json",
  "6application/grpc-web",
  "6application/grpc-web+proto",
  "6application/grpc-web+json",
  "6application/grpc-web-text",
  "6application/grpc-web-text+proto",
  "8text/event-stream",
  "7application/javascript",
  "7application/x-yaml",
  "7application/yaml",
  "7application/sql",
  "9application/octet-stream",
  "9application/pdf",
  "9application/zip",
  "9application/gzip",
  "9application/wasm",
  "9application/x-tar",
]);

/** Top-level types, as above, for what no row names. */
const TOP_LEVELS = table(["3multipart", "7text", "9image", "9audio", "9video", "9font"]);

/** Structured syntax suffixes (RFC 6839), as above. */
const SUFFIXES = table(["1json", "1json-seq", "1ndjson", "4xml", "9zip", "9gzip"]);

/** What stands behind the last `/` or `+` of sequences; the digit is a JsonSequence. */
const SEQUENCES = table([
  "1x-ndjson",
  "1ndjson",
  "1jsonl",
  "1x-jsonl",
  "1jsonlines",
  "1x-jsonlines",
  "2json-seq",
]);

@unmanaged
export class ContentType {
  kind: BodyKind = BodyKind.None;
  /** Of a body of kind Json. */
  sequence: JsonSequence = JsonSequence.None;
  /** The media type in lower case, without parameters; in memory of this object. */
  type: usize = heap.alloc(TYPE_BYTES);
  typeLen: u32 = 0;
  /** Parameters as written, without quotes; they point into the field and are 0 long when missing. */
  charset: usize = 0;
  charsetLen: u32 = 0;
  boundary: usize = 0;
  boundaryLen: u32 = 0;

  /** Reads the field's value. */
  parse(at: usize, len: u32): void {
    const end = at + len;
    this.charsetLen = 0;
    this.boundaryLen = 0;
    let typeEnd = findByte(at, end, SEMICOLON);
    this.readParameters(typeEnd, end);
    // Two fields joined by a comma: the first counts.
    typeEnd = findByte(at, typeEnd, COMMA);
    this.readType(at, typeEnd);
    if (this.typeLen == 0) this.kind = len == 0 ? BodyKind.None : BodyKind.Unknown;
    else this.kind = classify(this.type, this.typeLen);
    this.sequence = this.kind == BodyKind.Json ? sequenceOf(this.type, this.typeLen) : JsonSequence.None;
  }

  free(): void {
    heap.free(this.type);
    heap.free(changetype<usize>(this));
  }

  /** Lower-cases the type and drops white space, which some servers ignore. */
  private readType(at: usize, end: usize): void {
    let len: u32 = 0;
    for (let p = at; p < end && len < TYPE_BYTES; p++) {
      const c = <u32>load<u8>(p);
      if (c > 0x20) store<u8>(this.type + len++, <u8>lowerByte(c));
    }
    this.typeLen = len;
  }

  private readParameters(at: usize, end: usize): void {
    while (at < end) {
      const from = skipBlanks(at + 1, end);
      const equals = endOfName(from, end);
      let to = findByte(equals, end, SEMICOLON);
      if (equals < end && load<u8>(equals) == EQUALS) {
        let value = skipBlanks(equals + 1, to);
        const isQuoted = value < to && load<u8>(value) == QUOTE;
        if (isQuoted) {
          const close = findByte(++value, end, <u8>QUOTE);
          to = findByte(close, end, SEMICOLON);
          this.keepParameter(from, trimBlanks(from, equals), value, close);
        } else {
          this.keepParameter(from, trimBlanks(from, equals), value, trimBlanks(value, to));
        }
      }
      at = to;
    }
  }

  /** The first of each name counts. */
  private keepParameter(name: usize, nameEnd: usize, value: usize, end: usize): void {
    const nameLen = <u32>(nameEnd - name);
    if (this.charsetLen == 0 && equalsFolded(name, nameLen, CHARSET, 7)) {
      this.charset = value;
      this.charsetLen = <u32>(end - value);
    } else if (this.boundaryLen == 0 && equalsFolded(name, nameLen, BOUNDARY, 8)) {
      this.boundary = value;
      this.boundaryLen = <u32>(end - value);
    }
  }
}

const CHARSET = memory.data<u8>([0x63, 0x68, 0x61, 0x72, 0x73, 0x65, 0x74]);
const BOUNDARY = memory.data<u8>([0x62, 0x6f, 0x75, 0x6e, 0x64, 0x61, 0x72, 0x79]);

function classify(type: usize, len: u32): BodyKind {
  const end = type + len;
  const exact = lookUp(TYPES, type, end);
  if (exact != BodyKind.None) return exact;
  let plus = end;
  while (plus > type && load<u8>(plus - 1) != PLUS) plus--;
  if (plus > type) {
    const suffix = lookUp(SUFFIXES, plus, end);
    if (suffix != BodyKind.None) return suffix;
  }
  const slash = findByte(type, end, SLASH);
  const top = slash == end ? BodyKind.None : lookUp(TOP_LEVELS, type, slash);
  return top == BodyKind.None ? BodyKind.Unknown : top;
}

function sequenceOf(type: usize, len: u32): JsonSequence {
  const end = type + len;
  let at = end;
  while (at > type && load<u8>(at - 1) != <u8>PLUS && load<u8>(at - 1) != SLASH) at--;
  return lookUp(SEQUENCES, at, end);
}

function lookUp(rows: usize, at: usize, end: usize): u32 {
  const len = <u32>(end - at);
  for (let row = rows; load<u8>(row) != 0; row += 2 + <usize>load<u8>(row, 1)) {
    if (<u32>load<u8>(row, 1) == len && memory.compare(at, row + 2, len) == 0) return load<u8>(row);
  }
  return 0;
}

/** Rows of the form "<kind digit><bytes>" as one table; made once at start. */
function table(rows: string[]): usize {
  let size: usize = 1;
  for (let i = 0; i < rows.length; i++) size += <usize>rows[i].length + 1;
  const at = heap.alloc(size);
  let to = at;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    store<u8>(to++, <u8>(row.charCodeAt(0) - 0x30));
    store<u8>(to++, <u8>(row.length - 1));
    for (let k = 1; k < row.length; k++) store<u8>(to++, <u8>row.charCodeAt(k));
  }
  store<u8>(to, 0);
  return at;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

function skipBlanks(at: usize, end: usize): usize {
  while (at < end && isBlank(load<u8>(at))) at++;
  return at;
}

function trimBlanks(at: usize, end: usize): usize {
  while (end > at && isBlank(load<u8>(end - 1))) end--;
  return end;
}

/** First `=` or `;`, or end. */
function endOfName(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != EQUALS && load<u8>(at) != SEMICOLON) at++;
  return at;
}
