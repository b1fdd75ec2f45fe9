// What the guest may see and do for one HTTP stream, as Envoy's wasm filter has it
// (source/extensions/common/wasm/context.cc): which maps and buffers are there in which callback, how the statuses
// that the guest returns are read, and what a failed VM does to the stream.
import { BufferType, DataStatus, HeadersStatus, MapType, TrailersStatus } from "./abi.ts";
import type { BodyBuffer, FilterDirection } from "./filter-direction.ts";
import type { HeaderMap } from "./header-pairs.ts";
import type { HttpStream } from "./http-stream.ts";
import type { Vm } from "./vm.ts";

/** One direction as the guest sees it now; a map or buffer that is not there is undefined. */
interface Visible {
  headers: HeaderMap | undefined;
  body: BodyBuffer | undefined;
  trailers: HeaderMap | undefined;
  /** The last body callback asked for buffering: the whole held body is offered next. */
  buffering: boolean;
}
/** One direction as the proxy has it. */
export interface Message {
  headers: HeaderMap | undefined;
  trailers: HeaderMap | undefined;
}
export type Side = "request" | "response";

const nothing = (): Visible => ({
  headers: undefined,
  body: undefined,
  trailers: undefined,
  buffering: false,
});

export class StreamContext {
  readonly #vm: Vm;
  readonly #stream: HttpStream;
  readonly #allowStopIteration: boolean;
  readonly visible: Record<Side, Visible> = { request: nothing(), response: nothing() };
  created = false;
  /** `proxy_on_log` is running. */
  logging = false;
  #endOfStream = false;
  #failed = false;

  constructor(vm: Vm, stream: HttpStream, allowStopIteration: boolean) {
    this.#vm = vm;
    this.#stream = stream;
    this.#allowStopIteration = allowStopIteration;
  }

  headers(side: Side, end: boolean): number {
    if (side === "request") this.create();
    else if (!this.created || this.#failed) return HeadersStatus.Continue;
    const visible = this.visible[side];
    visible.headers = this.#stream.message(side).headers;
    this.#endOfStream = end;
    const args = [visible.headers?.pairs.length ?? 0, Number(end)];
    const stop = HeadersStatus.StopAllIterationAndWatermark;
    const status = this.#callback(`proxy_on_${side}_headers`, args, stop, (result) => {
      if (this.#vm.iterationStopped) return stop;
      if (result > stop || result === HeadersStatus.ContinueAndEndStream) {
        this.#vm.misuse(`proxy_on_${side}_headers returned ${result}`);
        return result > stop ? stop : HeadersStatus.Continue;
      }
      return result === HeadersStatus.StopIteration && !this.#allowStopIteration ? stop : result;
    });
    if (status === HeadersStatus.Continue) visible.headers = undefined;
    return status;
  }

  data(side: Side, direction: FilterDirection, data: BodyBuffer, end: boolean): number {
    if (!this.created || (side === "response" && this.#failed)) return DataStatus.Continue;
    const visible = this.visible[side];
    if (visible.buffering) {
      direction.holdForFilter(data);
      if (this.#stream.finished) return DataStatus.StopIterationAndBuffer; // held too much: already answered
    }
    visible.body = data;
    this.#endOfStream = end;
    const stop = DataStatus.StopIterationNoBuffer;
    const args = [this.buffer(side)?.length ?? 0, Number(end)];
    const status = this.#callback(`proxy_on_${side}_body`, args, stop, (result) => {
      if (this.#vm.iterationStopped) return stop;
      if (result <= stop) return result;
      this.#vm.misuse(`proxy_on_${side}_body returned ${result}`);
      return stop;
    });
    visible.buffering = status === DataStatus.StopIterationAndBuffer;
    if (status === DataStatus.Continue) visible.body = undefined;
    return status;
  }

  trailers(side: Side): number {
    if (!this.created || (side === "response" && this.#failed)) return TrailersStatus.Continue;
    const visible = this.visible[side];
    visible.trailers = this.#stream.message(side).trailers;
    const stop = TrailersStatus.StopIteration;
    const args = [visible.trailers?.pairs.length ?? 0];
    const status = this.#callback(`proxy_on_${side}_trailers`, args, stop, (result) => {
      if (this.#vm.iterationStopped) return stop;
      if (result <= stop) return result;
      this.#vm.misuse(`proxy_on_${side}_trailers returned ${result}`);
      return stop;
    });
    if (status === TrailersStatus.Continue) visible.trailers = undefined;
    return status;
  }

  create(): void {
    if (!this.created) {
      this.#vm.callback(this.#stream, "proxy_on_context_create", [this.#stream.root.id], () => undefined);
    }
    this.created = true;
  }

  /** Envoy logs first and tears down after; a stream that never reached the filter is created for its log. */
  end(): void {
    this.create();
    this.logging = true;
    this.#vm.callback(this.#stream, "proxy_on_log", [], () => undefined);
    this.logging = false;
    this.#vm.callback(this.#stream, "proxy_on_done", [], () => undefined);
    this.#vm.callback(this.#stream, "proxy_on_delete", [], () => undefined);
  }

  /** The map a getter reads. */
  readable(type: number): HeaderMap | undefined {
    const found = this.#slot(type);
    if (found === undefined) return undefined;
    const [side, part] = found;
    if (!this.logging) return this.visible[side][part];
    // The access log hands the filter no request trailers.
    return side === "request" && part === "trailers" ? undefined : this.#stream.message(side)[part];
  }

  /** The map a setter changes; asking for trailers in the last body callback adds them to the message. */
  writable(type: number): HeaderMap | undefined {
    const found = this.#slot(type);
    if (found === undefined) return undefined;
    const [side, part] = found;
    const visible = this.visible[side];
    if (part === "trailers" && !visible.trailers && visible.body && this.#endOfStream) {
      visible.trailers = this.#stream.addTrailers(side);
    }
    return visible[part];
  }

  /** The bytes behind a body buffer: everything held when the filter asked for that, else the chunk in hand. */
  buffer(which: Side | number): BodyBuffer | undefined {
    const side =
      which === BufferType.HttpRequestBody
        ? "request"
        : which === BufferType.HttpResponseBody
          ? "response"
          : which;
    if (typeof side === "number") return undefined;
    return this.visible[side].buffering ? this.#stream.direction(side).buffered : this.visible[side].body;
  }

  /** `proxy_continue_stream`, in whichever direction, makes Envoy forget the request's maps and buffer. */
  forgetRequest(): void {
    const { request } = this.visible;
    request.headers = request.trailers = request.body = undefined;
  }

  #slot(type: number): [Side, "headers" | "trailers"] | undefined {
    if (type === MapType.HttpRequestHeaders) return ["request", "headers"];
    if (type === MapType.HttpRequestTrailers) return ["request", "trailers"];
    if (type === MapType.HttpResponseHeaders) return ["response", "headers"];
    if (type === MapType.HttpResponseTrailers) return ["response", "trailers"];
    return undefined;
  }

  #callback(name: string, args: number[], stopped: number, read: (result: number) => number): number {
    if (this.#vm.failure !== undefined) return this.#fail(stopped);
    return this.#vm.callback(this.#stream, name, args, (result) => {
      if (this.#vm.failure !== undefined) return this.#fail(stopped);
      return result === undefined ? 0 : read(result >>> 0);
    });
  }

  /** A failed VM fails closed: one 503 for the stream. */
  #fail(stopped: number): number {
    if (!this.#failed) {
      this.#failed = true;
      this.#stream.sendLocalReply({
        status: 503,
        body: Buffer.alloc(0),
        headers: [],
        grpcStatus: 14,
        details: "wasm_fail_stream",
      });
    }
    return stopped;
  }
}
