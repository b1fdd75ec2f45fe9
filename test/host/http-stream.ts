// One HTTP exchange as a test drives it and as client and upstream see it. Between them stands the filter, with the
// semantics of Envoy's filter manager: see filter-direction.ts for pausing, local-reply.ts for replies.
import { Received, requestHeaders } from "./exchange.ts";
import type { StreamOptions } from "./exchange.ts";
import { BodyBuffer, FilterDirection } from "./filter-direction.ts";
import type { DirectionEnds } from "./filter-direction.ts";
import { HeaderMap } from "./header-pairs.ts";
import type { HeaderInit } from "./header-pairs.ts";
import { REQUEST_TOO_LARGE, RESPONSE_TOO_LARGE, prepareLocalReply } from "./local-reply.ts";
import type { LocalReply } from "./local-reply.ts";
import { StreamContext } from "./stream-context.ts";
import type { Message, Side } from "./stream-context.ts";
import type { HostContext, RootContext, Vm } from "./vm.ts";

export interface StreamSettings {
  allowOnHeadersStopIteration: boolean;
  bufferLimit: number;
  onEnd: () => void;
}

export class HttpStream implements HostContext {
  readonly id: number;
  readonly root: RootContext;
  readonly stream = this;
  readonly options: StreamOptions;
  readonly upstream = new Received();
  readonly client = new Received();
  readonly context: StreamContext;
  readonly callbacks: { name: string; args: number[]; result: number | undefined }[] = [];
  readonly hostcalls = new Map<string, number>();
  /** `proxy_set_property` of `key` is here under `wasm.key`. */
  readonly filterState = new Map<string, Buffer>();
  localReply: LocalReply | undefined;
  responseCodeDetails: string | undefined;
  finished = false;
  readonly startedNs: bigint;
  readonly #vm: Vm;
  readonly #settings: StreamSettings;
  readonly #messages: Record<Side, Message>;
  readonly #directions: Record<Side, FilterDirection>;
  #requestComplete = false;
  #responseComplete = false;
  #prepared: (() => void) | undefined;

  constructor(vm: Vm, root: RootContext, options: StreamOptions, settings: StreamSettings) {
    this.#vm = vm;
    this.root = root;
    this.options = options;
    this.#settings = settings;
    this.startedNs = vm.monotonicNs;
    this.id = vm.allocateContextId();
    this.context = new StreamContext(vm, this, settings.allowOnHeadersStopIteration);
    this.#messages = {
      request: { headers: requestHeaders(options, this.id), trailers: undefined },
      response: { headers: undefined, trailers: undefined },
    };
    const { bufferLimit } = settings;
    this.#directions = {
      request: new FilterDirection(this.#ends("request", this.upstream), bufferLimit),
      response: new FilterDirection(this.#ends("response", this.client), bufferLimit),
    };
    vm.contexts.set(this.id, this);
    root.openStreams++;
  }

  // ── what the client does ──────────────────────────────────────────────────────────────────────────────────────

  /** Sends the request headers; `end`: there is no body. */
  request(end = true): this {
    this.#requestComplete = end;
    this.#directions.request.headers(end);
    return this;
  }
  requestBody(chunk: string | Uint8Array, end = false): this {
    this.#body("request", Buffer.from(chunk as Uint8Array), end, this.options.http2 ?? false);
    return this;
  }
  requestTrailers(trailers: HeaderInit = {}): this {
    if (this.finished || this.#responseComplete) return this;
    this.#messages.request.trailers = new HeaderMap(trailers);
    this.#requestComplete = true;
    this.#directions.request.trailers();
    return this;
  }
  /** The client goes away. Does nothing when the exchange is over. */
  close(): this {
    if (!this.finished) this.responseCodeDetails ??= "downstream_remote_disconnect";
    this.#end();
    return this;
  }

  // ── what the upstream does ────────────────────────────────────────────────────────────────────────────────────

  responseHeaders(headers: HeaderInit = { ":status": "200" }, end = false): this {
    if (this.upstream.headers === undefined) throw new Error("the upstream has seen no request to answer");
    if (this.finished || this.#messages.response.headers !== undefined) return this;
    this.responseCodeDetails = "via_upstream";
    this.#startResponse(new HeaderMap(headers), end);
    return this;
  }
  responseBody(chunk: string | Uint8Array, end = false): this {
    if (!this.localReply)
      this.#body("response", Buffer.from(chunk as Uint8Array), end, this.options.upstreamHttp2 ?? false);
    return this;
  }
  responseTrailers(trailers: HeaderInit = {}): this {
    if (this.finished || this.localReply) return this;
    this.#messages.response.trailers = new HeaderMap(trailers);
    this.#responseComplete = true;
    this.#directions.response.trailers();
    return this;
  }

  // ── what the filter sees and does ─────────────────────────────────────────────────────────────────────────────

  message(side: Side): Message {
    return this.#messages[side];
  }
  direction(side: Side): FilterDirection {
    return this.#directions[side];
  }
  /** The filter holds this direction back. */
  paused(side: Side): boolean {
    return !this.finished && this.#directions[side].state !== "continue";
  }
  count(hostcall: string): number {
    return this.hostcalls.get(hostcall) ?? 0;
  }
  addTrailers(side: Side): HeaderMap {
    return (this.#messages[side].trailers ??= new HeaderMap());
  }

  /** Envoy's `sendLocalReply`: through the filter while no response has begun, past it while none has been sent, and
   * a reset once one has. Through the filter it goes only when the request callback under way has returned. */
  sendLocalReply(reply: LocalReply): void {
    if (this.finished) return;
    const { request, response } = this.#directions;
    if (request.calling) request.aborted = true;
    else if (response.calling) response.aborted = true;
    this.responseCodeDetails = reply.details;
    if (this.client.headers !== undefined) {
      this.client.reset = true;
      return this.#end();
    }
    if (this.#prepared !== undefined) return;
    const { headers, body } = prepareLocalReply(reply, this.#messages.request.headers!);
    this.localReply = reply;
    if (this.#messages.response.headers === undefined) {
      this.#prepared = () => this.#replyThroughFilter(headers, body);
      if (!request.calling) this.#runPrepared();
      return;
    }
    this.#messages.response.headers = headers;
    this.#responseComplete = true;
    const { sink } = this.#ends("response", this.client);
    sink.headers(body.length === 0);
    if (body.length > 0) sink.data(body, true);
  }

  #runPrepared(): void {
    const run = this.#prepared;
    this.#prepared = undefined;
    run?.();
  }
  #replyThroughFilter(headers: HeaderMap, body: Buffer): void {
    this.#startResponse(headers, body.length === 0);
    if (body.length === 0) return;
    this.#responseComplete = true;
    this.#directions.response.data(new BodyBuffer(body), true);
  }

  resetStream(): void {
    this.client.reset = true;
    this.#end();
  }

  #startResponse(headers: HeaderMap, end: boolean): void {
    this.#messages.response.headers = headers;
    this.#responseComplete = end;
    this.#directions.response.headers(end);
  }

  #body(side: Side, bytes: Buffer, end: boolean, endWithBytes: boolean): void {
    const deliver = (data: Buffer, last: boolean): void => {
      if (this.finished || (side === "request" && this.#responseComplete)) return;
      if (last && side === "request") this.#requestComplete = true;
      if (last && side === "response") this.#responseComplete = true;
      this.#directions[side].data(new BodyBuffer(data), last);
    };
    if (endWithBytes || !end) return deliver(bytes, end);
    if (bytes.length > 0) deliver(bytes, false);
    deliver(Buffer.alloc(0), true);
  }

  #ends(side: Side, peer: Received): DirectionEnds {
    const toClient = side === "response";
    const ended = (): void => {
      peer.ended = true;
      if (toClient) this.#end();
    };
    return {
      filter: {
        headers: (end) => this.context.headers(side, end),
        data: (data, end) => this.context.data(side, this.#directions[side], data, end),
        trailers: () => this.context.trailers(side),
      },
      sink: {
        headers: (end) => {
          peer.headers = this.#messages[side].headers!.copy();
          if (end) ended();
        },
        data: (bytes, end) => {
          peer.body = Buffer.concat([peer.body, bytes]);
          if (end) ended();
        },
        trailers: (map) => {
          peer.trailers = map.copy();
          ended();
        },
      },
      complete: () => (toClient ? this.#responseComplete : this.#requestComplete),
      closed: () => this.finished || (toClient ? this.client.ended : this.#responseComplete),
      trailers: () => this.#messages[side].trailers,
      tooLarge: () => this.sendLocalReply(toClient ? RESPONSE_TOO_LARGE : REQUEST_TOO_LARGE),
      returned: () => void (toClient || this.#runPrepared()),
      misuse: (what) => this.#vm.misuse(what),
    };
  }

  #end(): void {
    if (this.finished) return;
    this.finished = true;
    if (this.upstream.headers !== undefined && !(this.upstream.ended && this.client.ended))
      this.upstream.reset = true;
    this.context.end();
    this.#vm.contexts.delete(this.id);
    this.root.openStreams--;
    this.#settings.onEnd();
  }
}
