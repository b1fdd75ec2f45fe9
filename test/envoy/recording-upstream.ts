// An upstream that keeps every byte it receives. HTTP/1.1 is read by a parser of its own over the raw socket, so that nothing is
// normalised away; HTTP/2 (prior knowledge, told apart by its preface) goes to node:http2. Requests are found by their x-test-id.
import http2 from "node:http2";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { MessageReader } from "./message-reader.ts";

export interface RecordedRequest {
  protocol: "HTTP/1.1" | "HTTP/2";
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  trailers: Record<string, string>;
  /** False when the connection or stream ended before the request did. */
  complete: boolean;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  trailers?: Record<string, string>;
}

const PREFACE = "PRI * HTTP/2.0";
const DEFAULT_REPLY: Reply = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: '{"ok":true}',
};

export class RecordingUpstream {
  readonly requests: RecordedRequest[] = [];
  port = 0;
  private readonly replies = new Map<string, Reply>();
  private readonly raw: Buffer[] = [];
  private readonly sockets = new Set<net.Socket>();
  private readonly http2Server = http2.createServer();
  private readonly server = net.createServer((socket) => this.accept(socket));

  static async start(): Promise<RecordingUpstream> {
    const upstream = new RecordingUpstream();
    upstream.http2Server.on("stream", (stream, headers) => upstream.serveStream(stream, headers));
    await new Promise<void>((resolve) => upstream.server.listen(0, "127.0.0.1", resolve));
    upstream.port = (upstream.server.address() as AddressInfo).port;
    return upstream;
  }

  /** What to answer the request with this x-test-id. */
  reply(id: string, reply: Reply): void {
    this.replies.set(id, reply);
  }

  /** The requests with this id that began to arrive. */
  of(id: string): RecordedRequest[] {
    return this.requests.filter((request) => request.headers["x-test-id"] === id);
  }

  /** True when `text` occurs in anything received over HTTP/1.1 or in an HTTP/2 body. */
  saw(text: string): boolean {
    return (
      Buffer.concat(this.raw).includes(text) || this.requests.some((request) => request.body.includes(text))
    );
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket)).on("error", () => {});
    socket.once("data", (first: Buffer) => {
      if (first.toString("latin1").startsWith(PREFACE.slice(0, first.length))) {
        // Paused, or the bytes put back would flow past before the session takes the socket over.
        socket.pause();
        socket.unshift(first);
        this.http2Server.emit("connection", socket);
      } else {
        this.serveConnection(socket, first);
      }
    });
  }

  private serveConnection(socket: net.Socket, first: Buffer): void {
    let current: RecordedRequest | undefined;
    const reader = new MessageReader("request", {
      head: ({ startLine, headers }) => {
        const [method = "", path = ""] = startLine.split(" ");
        current = {
          protocol: "HTTP/1.1",
          method,
          path,
          headers,
          body: Buffer.alloc(0),
          trailers: {},
          complete: false,
        };
        this.requests.push(current);
      },
      body: (bytes) => (current!.body = Buffer.concat([current!.body, bytes])),
      end: (trailers) => {
        current!.trailers = trailers;
        current!.complete = true;
        socket.write(this.rawReply(current!));
      },
    });
    const feed = (bytes: Buffer): void => {
      this.raw.push(bytes);
      reader.feed(bytes);
    };
    feed(first);
    socket.on("data", feed);
  }

  private replyFor(request: RecordedRequest): Reply {
    return this.replies.get(request.headers["x-test-id"] ?? "") ?? DEFAULT_REPLY;
  }

  private rawReply(request: RecordedRequest): Buffer {
    const { status, headers = {}, body = "", trailers } = this.replyFor(request);
    const bytes = Buffer.from(body);
    const framing = trailers ? "transfer-encoding: chunked" : `content-length: ${bytes.length}`;
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = Buffer.from([`HTTP/1.1 ${status} Status`, framing, ...lines, "", ""].join("\r\n"));
    if (request.method === "HEAD") return head;
    if (!trailers) return Buffer.concat([head, bytes]);
    const last = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.concat([
      head,
      Buffer.from(`${bytes.length.toString(16)}\r\n`),
      bytes,
      Buffer.from(`\r\n0\r\n${last.join("")}\r\n`),
    ]);
  }

  private serveStream(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const request: RecordedRequest = {
      ...{ protocol: "HTTP/2", method: plain[":method"] ?? "", path: plain[":path"] ?? "", headers: plain },
      ...{ body: Buffer.alloc(0), trailers: {}, complete: false },
    };
    this.requests.push(request);
    stream.on("error", () => {});
    stream.on("data", (bytes: Buffer) => (request.body = Buffer.concat([request.body, bytes])));
    stream.on("trailers", (trailers: Record<string, string>) => (request.trailers = { ...trailers }));
    stream.on("end", () => {
      if (stream.rstCode !== 0 || stream.destroyed) return;
      request.complete = true;
      const { status, headers = {}, body = "", trailers } = this.replyFor(request);
      stream.respond({ ":status": status, ...headers }, { waitForTrailers: trailers !== undefined });
      if (trailers) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
      stream.end(body);
    });
  }
}
