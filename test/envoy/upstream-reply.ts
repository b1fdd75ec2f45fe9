// What the recording upstream answers: a whole reply, or a script that decides when which bytes go. Scripts do not see the protocol.
import type http2 from "node:http2";
import type net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeChunk, encodeLastChunk } from "./message-writer.ts";
import type { RecordedRequest } from "./recorded-request.ts";

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Pieces are written one by one. */
  body?: string | Buffer | readonly Buffer[];
  trailers?: Record<string, string>;
  /** With trailers a reply over HTTP/1.1 is chunked in any case. */
  framing?: "content-length" | "chunked";
  /** Pause before each piece but the first. */
  pauseMs?: number;
  /** When to begin: at the request's end, or as soon as its head is there. */
  begins?: "at-end" | "at-head";
}

/** The upstream's side of one exchange. */
export interface UpstreamExchange {
  readonly request: RecordedRequest;
  /** Without a content-length the body is chunked over HTTP/1.1. HTTP/2 must know beforehand that there will be trailers. */
  head(status: number, headers?: Record<string, string>, withTrailers?: boolean): void;
  /** Resolves when the bytes are written, or when nobody wants them any more. */
  send(bytes: Buffer): Promise<void>;
  end(trailers?: Record<string, string>): void;
  /** Breaks the exchange off. */
  reset(): void;
  /** Waits until `probe` is true of the request; also ends when the exchange is gone. */
  until(what: string, probe: (request: RecordedRequest) => boolean, timeoutMs?: number): Promise<void>;
}

export type Script = (exchange: UpstreamExchange) => void | Promise<void>;

/** The script that gives `reply`. */
export function playing(reply: Reply): Script {
  return async (exchange) => {
    if (reply.begins !== "at-head") {
      await exchange.until("the request's end", (request) => request.complete, 120_000);
      if (exchange.request.closed) return;
    }
    const { body = "", trailers } = reply;
    const pieces = typeof body === "string" || Buffer.isBuffer(body) ? [Buffer.from(body)] : body;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const chunked = reply.framing === "chunked" || trailers !== undefined;
    const framing = chunked ? {} : { "content-length": String(length) };
    exchange.head(reply.status, { ...framing, ...reply.headers }, trailers !== undefined);
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && reply.pauseMs !== undefined) await sleep(reply.pauseMs);
      if (piece.length > 0) await exchange.send(piece);
      if (exchange.request.closed) return;
    }
    exchange.end(trailers);
  };
}

type Until = UpstreamExchange["until"];

/** Over one HTTP/1.1 connection. */
export class RawExchange implements UpstreamExchange {
  readonly request: RecordedRequest;
  readonly until: Until;
  private readonly socket: net.Socket;
  private chunked = false;
  private pending: Buffer | undefined;

  constructor(request: RecordedRequest, socket: net.Socket, until: Until) {
    this.request = request;
    this.socket = socket;
    this.until = until;
  }

  head(status: number, headers: Record<string, string> = {}): void {
    this.chunked = headers["content-length"] === undefined && this.request.method !== "HEAD";
    const framing = this.chunked ? ["transfer-encoding: chunked"] : [];
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    // Written with the first bytes of the body, or alone when none follow at once.
    this.pending = Buffer.from([`HTTP/1.1 ${status} Status`, ...framing, ...lines, "", ""].join("\r\n"));
    setImmediate(() => this.flush());
  }

  send(bytes: Buffer): Promise<void> {
    if (this.request.method === "HEAD") return Promise.resolve();
    return this.write(this.chunked ? encodeChunk(bytes) : bytes);
  }

  end(trailers: Record<string, string> = {}): void {
    if (this.chunked) void this.write(encodeLastChunk(trailers));
    else this.flush();
  }

  reset(): void {
    this.socket.destroy();
  }

  private flush(): void {
    if (this.pending !== undefined) void this.write(Buffer.alloc(0));
  }

  private write(bytes: Buffer): Promise<void> {
    const all = this.pending === undefined ? bytes : Buffer.concat([this.pending, bytes]);
    this.pending = undefined;
    if (this.socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.socket.write(all, () => resolve()));
  }
}

/** Over one HTTP/2 stream. */
export class StreamExchange implements UpstreamExchange {
  readonly request: RecordedRequest;
  readonly until: Until;
  private readonly stream: http2.ServerHttp2Stream;
  private trailers: Record<string, string> = {};

  constructor(request: RecordedRequest, stream: http2.ServerHttp2Stream, until: Until) {
    this.request = request;
    this.stream = stream;
    this.until = until;
  }

  head(status: number, headers: Record<string, string> = {}, withTrailers = false): void {
    if (this.isGone()) return;
    this.stream.respond({ ":status": status, ...headers }, { waitForTrailers: withTrailers });
    if (withTrailers) this.stream.on("wantTrailers", () => this.stream.sendTrailers(this.trailers));
  }

  send(bytes: Buffer): Promise<void> {
    if (this.isGone()) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.once("close", resolve);
      this.stream.write(bytes, () => {
        this.stream.removeListener("close", resolve);
        resolve();
      });
    });
  }

  end(trailers: Record<string, string> = {}): void {
    this.trailers = trailers;
    if (!this.isGone()) this.stream.end();
  }

  reset(): void {
    this.stream.destroy(new Error("reset by the upstream"));
  }

  private isGone(): boolean {
    return this.stream.destroyed || this.stream.closed;
  }
}
