// Portable: consts and enums; also bundled by esbuild.

/** Limits a transaction can hit; each is on its event and in a stat. */
export enum Limit {
  /** Request body beyond `body_capture_size`: the rest was not inspected, or not held while it was. */
  RequestBody = 1,
  ResponseBody = 2,
  /** The transaction's work budget is used up: the rest was not evaluated. */
  Budget = 4,
  /** The host's header blob is not what it says it is. */
  Headers = 8,
  /** The host did not hand over what there was to judge. */
  Host = 16,
  /** More values lay inside an encoded value than are looked at one by one; as a whole it was inspected. */
  Nested = 32,
  /** A body in a content coding that cannot be read. */
  Encoding = 64,
  /** A compressed body gave more than `encodings` allows: the rest was not inspected. */
  Inflate = 128,
}

/** Names by bit. */
export const LIMIT_NAMES = [
  "request_body",
  "response_body",
  "budget",
  "headers",
  "host",
  "nested",
  "encoding",
  "inflate",
];
