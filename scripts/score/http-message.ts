// Where HTTP/1.1 messages end, read from raw bytes and leniently.

const HEAD_END = "\r\n\r\n";

export interface Head {
  /** First line. */
  start: string;
  /** By lower-case name; of a repeated one the last. */
  headers: Map<string, string>;
  /** Length of the head with its empty line. */
  size: number;
}

/** The head at the start of `bytes`, or undefined when it is not whole. */
export function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [start = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { start, headers, size: end + HEAD_END.length };
}

/** Where the message at the start of `bytes` ends, or -1 when it is not whole. A message without a length has no body. */
export function messageEnd(bytes: Buffer): number {
  const head = readHead(bytes);
  return head === undefined ? -1 : bodyEnd(bytes, head);
}

/** Where the body after `head` ends, or -1 when it is not whole. */
export function bodyEnd(bytes: Buffer, { headers, size }: Head): number {
  if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) return chunkedEnd(bytes, size);
  const end = size + (Number(headers.get("content-length") ?? 0) || 0);
  return end <= bytes.length ? end : -1;
}

function chunkedEnd(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return -1;
    const size = parseInt(bytes.toString("latin1", at, line), 16);
    at = line + 2;
    if (!(size > 0)) break;
    at += size + 2;
    if (at > bytes.length) return -1;
  }
  // Trailers, if any, and the empty line.
  for (;;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return -1;
    if (line === at) return at + 2;
    at = line + 2;
  }
}
