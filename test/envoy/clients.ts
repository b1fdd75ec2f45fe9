// Clients that decide how a request is cut into packets: HTTP/1.1 over a raw socket, HTTP/2 over node:http2.
import http2 from "node:http2";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageReader } from "./message-reader.ts";
import { encodeChunk, encodeLastChunk, encodeRequestHead } from "./message-writer.ts";

export interface Exchange {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  trailers?: Record<string, string>;
  framing?: "content-length" | "chunked";
  delivery?: "whole" | "dribbled";
}

export interface Response {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  trailers: Record<string, string>;
  /** Status of interim responses that came first, such as 100. */
  interim: number[];
}

/** Long enough for Envoy to read one packet before the next is there, most of the time. */
const DRIBBLE_MS = 1;

/** One HTTP/1.1 connection; requests go one after the other. */
export class Http1Client {
  /** True when Envoy has closed the connection. */
  closed = false;
  private readonly socket: net.Socket;
  private readonly reader: MessageReader;
  private current: Response | undefined;
  private settle: ((error?: Error) => void) | undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    this.reader = new MessageReader("response", {
      head: ({ startLine, headers }) => this.onHead(Number(startLine.split(" ")[1]), headers),
      body: (bytes) => (this.current!.body = Buffer.concat([this.current!.body, bytes])),
      end: (trailers) => {
        this.current!.trailers = trailers;
        this.settle?.();
      },
    });
    socket.on("data", (bytes) => this.reader.feed(bytes));
    socket.on("error", (error) => this.settle?.(error));
    socket.on("close", () => {
      this.closed = true;
      this.settle?.(new Error("the connection was closed before the response was whole"));
    });
  }

  static connect(port: number): Promise<Http1Client> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(new Http1Client(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends a request and waits for the whole response. */
  async request(exchange: Exchange): Promise<Response> {
    const done = new Promise<void>((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
    });
    // The writer may still be busy when the response is there, or when the connection breaks.
    done.catch(() => {});
    this.current = { status: 0, headers: {}, body: Buffer.alloc(0), trailers: {}, interim: [] };
    this.reader.expectsNoBody = exchange.method === "HEAD";
    await this.write(exchange);
    await done;
    return this.current;
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private onHead(status: number, headers: Record<string, string>): void {
    const response = this.current!;
    if (status >= 100 && status < 200) {
      response.interim.push(status);
      return;
    }
    response.status = status;
    response.headers = headers;
  }

  private async write(exchange: Exchange): Promise<void> {
    const { body, trailers, delivery = "whole" } = exchange;
    const bytes = Buffer.from(body ?? "");
    const chunked = exchange.framing === "chunked" || trailers !== undefined;
    const head = requestHead(exchange, bytes.length, chunked);
    const tail = chunked ? encodeLastChunk(trailers) : Buffer.alloc(0);
    if (exchange.headers?.["expect"] === "100-continue") {
      this.socket.write(head);
      while (this.current!.interim.length === 0 && this.current!.status === 0 && !this.closed)
        await sleep(DRIBBLE_MS);
      this.socket.write(bytes);
    } else if (delivery === "whole") {
      this.socket.write(
        Buffer.concat([head, chunked && bytes.length > 0 ? encodeChunk(bytes) : bytes, tail]),
      );
    } else {
      this.socket.write(head);
      for (const byte of bytes) {
        await sleep(DRIBBLE_MS);
        this.socket.write(chunked ? encodeChunk(Buffer.of(byte)) : Buffer.of(byte));
      }
      await sleep(DRIBBLE_MS);
      if (tail.length > 0) this.socket.write(tail);
    }
  }
}

function requestHead(exchange: Exchange, length: number, chunked: boolean): Buffer {
  const framing = chunked ? { "transfer-encoding": "chunked" } : { "content-length": String(length) };
  const headers = { ...exchange.headers, ...(exchange.body === undefined ? {} : framing) };
  return encodeRequestHead(exchange.method ?? "GET", exchange.path ?? "/", headers as Record<string, string>);
}

/** One HTTP/2 connection (prior knowledge); requests may run side by side. */
export class Http2Client {
  private readonly session: http2.ClientHttp2Session;

  constructor(port: number) {
    this.session = http2.connect(`http://127.0.0.1:${port}`);
    this.session.on("error", () => {});
  }

  async request(exchange: Exchange): Promise<Response> {
    const { headers = {}, body, trailers, delivery = "whole", framing = "content-length" } = exchange;
    const bytes = Buffer.from(body ?? "");
    const length =
      body !== undefined && framing === "content-length" && !trailers
        ? { "content-length": bytes.length }
        : {};
    const stream = this.session.request(
      { ":method": exchange.method ?? "GET", ":path": exchange.path ?? "/", ...length, ...headers },
      {
        endStream: body === undefined && trailers === undefined,
        ...({ waitForTrailers: trailers !== undefined } as object),
      },
    );
    if (trailers) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    const response = collectStream(stream);
    if (body !== undefined || trailers !== undefined) await sendBody(stream, bytes, delivery);
    return response;
  }

  close(): void {
    this.session.destroy();
  }
}

async function sendBody(
  stream: http2.ClientHttp2Stream,
  bytes: Buffer,
  delivery: "whole" | "dribbled",
): Promise<void> {
  if (delivery === "whole") {
    stream.end(bytes);
    return;
  }
  for (const byte of bytes) {
    await sleep(DRIBBLE_MS);
    if (stream.destroyed || stream.closed) return;
    stream.write(Buffer.of(byte));
  }
  await sleep(DRIBBLE_MS);
  stream.end();
}

function collectStream(stream: http2.ClientHttp2Stream): Promise<Response> {
  const response: Response = { status: 0, headers: {}, body: Buffer.alloc(0), trailers: {}, interim: [] };
  return new Promise((resolve, reject) => {
    stream.on("headers", (headers) => response.interim.push(Number(headers[":status"])));
    stream.on("response", (headers) => {
      response.status = Number(headers[":status"]);
      response.headers = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      );
    });
    stream.on("data", (bytes: Buffer) => (response.body = Buffer.concat([response.body, bytes])));
    stream.on("trailers", (trailers) => (response.trailers = { ...(trailers as Record<string, string>) }));
    stream.on("end", () => resolve(response));
    // A stream that is reset after a whole response (the request was not read to its end) is no failure.
    stream.on("error", (error) => (response.status === 0 ? reject(error) : resolve(response)));
    stream.on("close", () =>
      response.status === 0 ? reject(new Error("stream closed without a response")) : resolve(response),
    );
  });
}
