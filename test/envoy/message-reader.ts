// A reader of HTTP/1.1 messages from raw bytes, fed in pieces of any size: content-length, chunked with trailers, no body. It is strict
// enough to notice wrong framing and keeps the bytes as they are.

export interface MessageHead {
  startLine: string;
  /** Lower-case names; repeated headers joined by ", ". */
  headers: Record<string, string>;
}

export interface MessageSink {
  head(head: MessageHead): void;
  body(bytes: Buffer): void;
  end(trailers: Record<string, string>): void;
}

type State = "head" | "fixed" | "chunk-size" | "chunk" | "chunk-end" | "trailers";

export class MessageReader {
  /** Set by the owner when the next message is the response to a HEAD. */
  expectsNoBody = false;
  private readonly kind: "request" | "response";
  private readonly sink: MessageSink;
  private state: State = "head";
  private pending: Buffer = Buffer.alloc(0);
  private left = 0;

  constructor(kind: "request" | "response", sink: MessageSink) {
    this.kind = kind;
    this.sink = sink;
  }

  feed(bytes: Buffer): void {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    while (this.step());
  }

  /** One piece of the message; false when more bytes are needed. */
  private step(): boolean {
    switch (this.state) {
      case "head":
        return this.readHead();
      case "fixed":
      case "chunk":
        return this.readBytes();
      case "chunk-size":
        return this.readChunkSize();
      case "chunk-end":
        return this.readChunkEnd();
      case "trailers":
        return this.readTrailers();
    }
  }

  private readHead(): boolean {
    const end = this.pending.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [startLine = "", ...lines] = this.take(end + 4)
      .toString("latin1")
      .trimEnd()
      .split("\r\n");
    const headers = fields(lines);
    this.sink.head({ startLine, headers });
    const status = this.kind === "response" ? Number(startLine.split(" ")[1]) : 0;
    // An interim response (100 Continue) is a head alone, and the real one follows.
    if (status >= 100 && status < 200) return true;
    const bodyless = this.kind === "response" && (this.expectsNoBody || status === 204 || status === 304);
    this.left = bodyless ? 0 : Number(headers["content-length"] ?? 0);
    if (!bodyless && headers["transfer-encoding"] === "chunked") this.state = "chunk-size";
    else if (this.left > 0) this.state = "fixed";
    else this.finish({});
    return true;
  }

  private readBytes(): boolean {
    if (this.pending.length === 0) return false;
    const bytes = this.take(Math.min(this.left, this.pending.length));
    this.left -= bytes.length;
    this.sink.body(bytes);
    if (this.left > 0) return false;
    if (this.state === "chunk") this.state = "chunk-end";
    else this.finish({});
    return true;
  }

  private readChunkSize(): boolean {
    const end = this.pending.indexOf("\r\n");
    if (end < 0) return false;
    const line = this.take(end + 2).toString("latin1");
    if (!/^[0-9a-fA-F]+(;.*)?\r\n$/s.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
    this.left = parseInt(line, 16);
    this.state = this.left === 0 ? "trailers" : "chunk";
    return true;
  }

  private readChunkEnd(): boolean {
    if (this.pending.length < 2) return false;
    if (this.take(2).toString("latin1") !== "\r\n") throw new Error("a chunk does not end with CRLF");
    this.state = "chunk-size";
    return true;
  }

  private readTrailers(): boolean {
    const end = this.pending.indexOf("\r\n\r\n");
    if (this.pending.indexOf("\r\n") === 0) {
      this.take(2);
      this.finish({});
      return true;
    }
    if (end < 0) return false;
    this.finish(
      fields(
        this.take(end + 4)
          .toString("latin1")
          .trimEnd()
          .split("\r\n"),
      ),
    );
    return true;
  }

  private finish(trailers: Record<string, string>): void {
    this.state = "head";
    this.expectsNoBody = false;
    this.sink.end(trailers);
  }

  private take(count: number): Buffer {
    const bytes = this.pending.subarray(0, count);
    this.pending = this.pending.subarray(count);
    return bytes;
  }
}

function fields(lines: string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    result[name] = result[name] === undefined ? value : `${result[name]}, ${value}`;
  }
  return result;
}
