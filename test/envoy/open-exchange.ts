// Requests that are sent piece by piece while their response is read: HTTP/1.1 over a raw socket, HTTP/2 over node:http2. Each has a
// connection of its own, and none of its promises fails: how an exchange ended is part of what is observed.
import http2 from "node:http2";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageReader } from "./message-reader.ts";
import { encodeChunk, encodeLastChunk, encodeRequestHead } from "./message-writer.ts";
import { ObservedResponse } from "./observed-response.ts";

export type Protocol = "HTTP/1.1" | "HTTP/2";

export interface RequestHead {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Length that is declared; without it the body is chunked, or of no declared length in HTTP/2. */
  length?: number;
  /** No body at all: the head ends the request. */
  bodyless?: boolean;
  /** The body is ended by trailers, which HTTP/2 must know beforehand. */
  trailers?: Record<string, string>;
}

export interface OpenExchange {
  readonly response: ObservedResponse;
  /** Resolves when the bytes are written, or cannot be any more. */
  send(bytes: Buffer): Promise<void>;
  end(): void;
  /** Breaks the connection off. */
  abort(): void;
}

/** Begins a request; resolves when its head is on its way. */
export function openExchange(protocol: Protocol, port: number, head: RequestHead): Promise<OpenExchange> {
  return protocol === "HTTP/2" ? openHttp2(port, head) : openHttp1(port, head);
}

export interface WholeRequest extends RequestHead {
  protocol: Protocol;
  /** Pieces are sent one by one. */
  body?: readonly Buffer[];
  /** Pause before each piece; without it they go as fast as they are taken. */
  pauseMs?: number;
}

/** Sends a request and waits for the end of its response, however it ends. */
export async function perform(port: number, request: WholeRequest): Promise<ObservedResponse> {
  const { body, pauseMs } = request;
  const exchange = await openExchange(request.protocol, port, { ...request, bodyless: body === undefined });
  const { response } = exchange;
  if (body !== undefined) {
    for (const piece of body) {
      if (pauseMs !== undefined) await sleep(pauseMs);
      if (response.ending !== undefined) break;
      await exchange.send(piece);
    }
    exchange.end();
  }
  await response.changes.until(`end of the response to ${request.path}`, () => response.ending, 60_000);
  exchange.abort();
  return response;
}

function openHttp1(port: number, head: RequestHead): Promise<OpenExchange> {
  const response = new ObservedResponse();
  const chunked = head.bodyless !== true && (head.length === undefined || head.trailers !== undefined);
  const reader = new MessageReader("response", {
    head: ({ startLine, headers }) => response.onHead(Number(startLine.split(" ")[1]), headers),
    body: (bytes) => response.onBytes(bytes),
    end: (trailers) => {
      response.onTrailers(trailers);
      response.onEnd("complete");
    },
  });
  reader.expectsNoBody = head.method === "HEAD";
  const socket = net.connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  socket.on("data", (bytes) => reader.feed(bytes));
  socket.on("end", () => response.onEnd("truncated"));
  socket.on("error", () => response.onEnd("reset"));
  socket.on("close", () => response.onEnd("truncated"));
  const write = (bytes: Buffer): Promise<void> => {
    if (socket.destroyed || response.ending !== undefined) return Promise.resolve();
    return Promise.race([
      new Promise<void>((resolve) => socket.write(bytes, () => resolve())),
      ended(response),
    ]);
  };
  const framing: Record<string, string> = chunked
    ? { "transfer-encoding": "chunked" }
    : head.bodyless === true
      ? {}
      : { "content-length": String(head.length) };
  const exchange: OpenExchange = {
    response,
    send: (bytes) => write(chunked ? encodeChunk(bytes) : bytes),
    end: () => void (chunked && write(encodeLastChunk(head.trailers))),
    abort: () => socket.destroy(),
  };
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      void write(encodeRequestHead(head.method ?? "GET", head.path, { ...head.headers, ...framing }));
      resolve(exchange);
    });
  });
}

async function openHttp2(port: number, head: RequestHead): Promise<OpenExchange> {
  const response = new ObservedResponse();
  const session = http2.connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 1024 });
  session.on("error", () => response.onEnd("reset"));
  const length = head.length === undefined || head.trailers ? {} : { "content-length": head.length };
  const stream = session.request(
    { ":method": head.method ?? "GET", ":path": head.path, ...length, ...head.headers },
    {
      endStream: head.bodyless === true,
      ...({ waitForTrailers: head.trailers !== undefined } as object),
    },
  );
  if (head.trailers) stream.on("wantTrailers", () => stream.sendTrailers(head.trailers!));
  observe(stream, response);
  const exchange: OpenExchange = {
    response,
    send: (bytes) =>
      stream.destroyed || stream.closed
        ? Promise.resolve()
        : Promise.race([
            new Promise<void>((resolve) => stream.write(bytes, () => resolve())),
            ended(response),
          ]),
    end: () => void (stream.destroyed || stream.closed || stream.end()),
    abort: () => session.destroy(),
  };
  return exchange;
}

function observe(stream: http2.ClientHttp2Stream, response: ObservedResponse): void {
  let whole = false;
  stream.on("headers", (headers) => response.onHead(Number(headers[":status"]), {}));
  stream.on("response", (headers) => response.onHead(Number(headers[":status"]), plain(headers)));
  stream.on("data", (bytes: Buffer) => response.onBytes(bytes));
  stream.on("trailers", (trailers) => response.onTrailers(plain(trailers)));
  stream.on("end", () => {
    whole = stream.rstCode === 0;
    if (whole) response.onEnd("complete");
  });
  stream.on("error", () => {});
  stream.on("close", () => response.onEnd(whole ? "complete" : "reset"));
}

function plain(headers: http2.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

async function ended(response: ObservedResponse): Promise<void> {
  await response.changes.until("the end of the response", () => response.ending, 300_000).catch(() => {});
}
