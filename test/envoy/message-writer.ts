// Heads and chunks of HTTP/1.1 messages as bytes.

export function encodeChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** The end of a chunked body, with its trailers. */
export function encodeLastChunk(trailers: Record<string, string> = {}): Buffer {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`0\r\n${lines.join("")}\r\n`);
}

export function encodeRequestHead(method: string, path: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries({ host: "test", ...headers }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
}
