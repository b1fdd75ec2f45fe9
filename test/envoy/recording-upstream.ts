// An upstream that keeps every byte it receives, with the time it came. HTTP/1.1 is read by a parser of its own over the raw socket, so
// that nothing is normalised away; HTTP/2 (prior knowledge, told apart by its preface) goes to node:http2. Requests are found by their
// x-test-id, and so is what each is answered.
import http2 from "node:http2";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { Changes } from "./changes.ts";
import { MessageReader } from "./message-reader.ts";
import { RecordedRequest } from "./recorded-request.ts";
import { playing, RawExchange, type Reply, type Script, StreamExchange } from "./upstream-reply.ts";

export type { Reply } from "./upstream-reply.ts";

const PREFACE = "PRI * HTTP/2.0";
const DEFAULT_SCRIPT = playing({
  status: 200,
  headers: { "content-type": "application/json" },
  body: '{"ok":true}',
});

export class RecordingUpstream {
  readonly requests: RecordedRequest[] = [];
  port = 0;
  /** False: bytes are kept by request alone, not once more by connection. */
  keepsRaw = true;
  private readonly byId = new Map<string, RecordedRequest[]>();
  private readonly scripts = new Map<string, Script>();
  private readonly countedOnly = new Set<string>();
  private readonly raw: Buffer[] = [];
  private readonly sockets = new Set<net.Socket>();
  private readonly changes = new Map<string, Changes>();
  private readonly http2Server = http2.createServer({ maxSessionMemory: 1024 });
  private readonly server = net.createServer((socket) => this.accept(socket));

  static async start(): Promise<RecordingUpstream> {
    const upstream = new RecordingUpstream();
    upstream.http2Server.on("stream", (stream, headers) => upstream.serveStream(stream, headers));
    await new Promise<void>((resolve) => upstream.server.listen(0, "127.0.0.1", 1024, resolve));
    upstream.port = (upstream.server.address() as AddressInfo).port;
    return upstream;
  }

  /** What to answer the request with this x-test-id. */
  reply(id: string, reply: Reply): void {
    this.scripts.set(id, playing(reply));
  }

  /** Runs `script` for each request with this x-test-id, from the moment its head is there. */
  serve(id: string, script: Script): void {
    this.scripts.set(id, script);
  }

  /** Of the body of the request with this x-test-id only the length is kept. */
  countOnly(id: string): void {
    this.countedOnly.add(id);
  }

  /** The requests with this id that began to arrive. */
  of(id: string): RecordedRequest[] {
    return this.byId.get(id) ?? [];
  }

  /** Waits until `probe` is true of the request with this id. */
  until(
    id: string,
    what: string,
    probe: (request: RecordedRequest) => boolean,
    timeoutMs?: number,
  ): Promise<RecordedRequest> {
    const find = (): RecordedRequest | undefined => this.of(id).find(probe);
    return this.changesOf(id).until(`${what}, at the upstream`, find, timeoutMs);
  }

  /** Lets go of what is known about this id. */
  forget(id: string): void {
    this.byId.delete(id);
    this.scripts.delete(id);
    this.countedOnly.delete(id);
    this.changes.delete(id);
    const at = this.requests.findIndex((request) => request.id === id);
    if (at >= 0) this.requests.splice(at, 1);
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
    socket.setNoDelay(true);
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
        current = new RecordedRequest("HTTP/1.1", method, path, headers);
        this.begin(current);
        this.run(new RawExchange(current, socket, this.untilOf(current)));
      },
      body: (bytes) => this.took(current!, bytes),
      end: (trailers) => this.completed(current!, trailers),
    });
    const feed = (bytes: Buffer): void => {
      if (this.keepsRaw) this.raw.push(bytes);
      reader.feed(bytes);
    };
    socket.on("data", feed);
    socket.on("close", () => current && this.closed(current));
    feed(first);
  }

  private serveStream(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const request = new RecordedRequest("HTTP/2", plain[":method"] ?? "", plain[":path"] ?? "", plain);
    let trailers: Record<string, string> = {};
    this.begin(request);
    stream.on("error", () => {});
    stream.on("data", (bytes: Buffer) => this.took(request, bytes));
    stream.on("trailers", (fields: Record<string, string>) => (trailers = { ...fields }));
    stream.on("end", () => {
      if (stream.rstCode === 0 && !stream.destroyed) this.completed(request, trailers);
    });
    stream.on("close", () => this.closed(request));
    this.run(new StreamExchange(request, stream, this.untilOf(request)));
  }

  private begin(request: RecordedRequest): void {
    this.requests.push(request);
    const same = this.byId.get(request.id);
    if (same) same.push(request);
    else this.byId.set(request.id, [request]);
    request.content.keeps = !this.countedOnly.has(request.id);
    this.notify(request);
  }

  private took(request: RecordedRequest, bytes: Buffer): void {
    request.content.add(bytes);
    this.notify(request);
  }

  private completed(request: RecordedRequest, trailers: Record<string, string>): void {
    request.trailers = trailers;
    request.complete = true;
    this.notify(request);
  }

  private closed(request: RecordedRequest): void {
    request.closed = true;
    this.notify(request);
  }

  private notify(request: RecordedRequest): void {
    request.changes.notify();
    this.changes.get(request.id)?.notify();
  }

  private changesOf(id: string): Changes {
    const changes = this.changes.get(id) ?? new Changes();
    this.changes.set(id, changes);
    return changes;
  }

  private untilOf(request: RecordedRequest) {
    return async (what: string, probe: (request: RecordedRequest) => boolean, timeoutMs?: number) => {
      const test = (): true | undefined => (probe(request) || request.closed ? true : undefined);
      await request.changes.until(`${what}, at the upstream`, test, timeoutMs);
    };
  }

  private run(exchange: RawExchange | StreamExchange): void {
    const script = this.scripts.get(exchange.request.id) ?? DEFAULT_SCRIPT;
    // A script that waits in vain has nobody to tell; the test that set it sees what did not come.
    void Promise.resolve(script(exchange)).catch(() => exchange.reset());
  }
}
