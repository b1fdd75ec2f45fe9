// An HTTP/1.1 request as it goes over the wire, or as proxies show it: lines may end in LF alone.
import { UsageError } from "../cli/output.ts";
import type { HeaderPair } from "../engine/header-blob.ts";
import { type NamedRequest, readBytes } from "./request.ts";

const START = /^(\S+) +(\S.*?)(?: +HTTP\/\d(?:\.\d)?)?$/;

export function rawRequest(file: string): NamedRequest {
  const bytes = readBytes(file);
  const end = headEnd(bytes);
  // Latin-1 keeps every byte: names and values go on as the bytes they were.
  const [start = "", ...lines] = bytes.toString("latin1", 0, end.head).split(/\r?\n/);
  const [, method, rawTarget] = START.exec(start) ?? [];
  if (method === undefined || rawTarget === undefined)
    throw new UsageError(`${file}: line 1 is no request line such as "GET /path HTTP/1.1".`);
  const headers = lines.map((line, i) => headerPair(line, `${file}: line ${i + 2}`));
  const path = rawTarget.replace(/^https?:\/\/[^/?]*/i, "") || "/";
  const isChunked = headers.some(
    ([name, value]) => name === "transfer-encoding" && /chunked/i.test(String(value)),
  );
  const rest = bytes.subarray(end.body);
  const body = isChunked ? dechunked(rest, file) : rest;
  const request = {
    method,
    path: Buffer.from(path, "latin1").toString("utf8"),
    headers: headers.map(([name, value]): HeaderPair => [name, Buffer.from(value, "latin1")]),
  };
  const name = `${method} ${path}`;
  return { name, request: body.length === 0 ? request : { ...request, body } };
}

/** Where the head ends and the body begins. */
function headEnd(bytes: Buffer): { head: number; body: number } {
  const text = bytes.toString("latin1");
  const blank = /\r?\n\r?\n/.exec(text);
  if (blank !== null) return { head: blank.index, body: blank.index + blank[0].length };
  const head = text.replace(/(\r?\n)+$/, "").length;
  return { head, body: bytes.length };
}

function headerPair(line: string, where: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new UsageError(`${where} is no header such as "name: value".`);
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** The chunks' data (RFC 9112 §7.1). */
function dechunked(bytes: Buffer, file: string): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf(0x0a, at);
    const size = line < 0 ? NaN : parseInt(bytes.toString("latin1", at, line), 16);
    if (!(size >= 0))
      throw new UsageError(`${file}: the body is chunked, and byte ${at} of it begins no chunk.`);
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 1, line + 1 + size));
    const next = bytes.indexOf(0x0a, line + 1 + size);
    if (next < 0) throw new UsageError(`${file}: the body is chunked, and its last chunk is missing.`);
    at = next + 1;
  }
}
