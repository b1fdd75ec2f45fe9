// One direction of an HTTP stream through one filter: Envoy's iteration states, its buffering and the resumption of a
// paused stream (source/common/http/filter_manager.cc). The filter is the wasm one; beyond it is the sink: the
// router for requests, the codec for responses.
import { DataStatus, HeadersStatus, TrailersStatus } from "./abi.ts";
import type { HeaderMap } from "./header-pairs.ts";

/** A byte queue: appended to, moved out of. */
export class BodyBuffer {
  #bytes = Buffer.alloc(0);
  constructor(bytes: Uint8Array | string = "") {
    this.#bytes = Buffer.from(bytes as Uint8Array);
  }
  get length(): number {
    return this.#bytes.length;
  }
  read(start: number, length: number): Uint8Array {
    return this.#bytes.subarray(start, start + length);
  }
  append(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }
  drain(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
  }
  prepend(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([bytes, this.#bytes]);
  }
  takeAll(): Buffer {
    const bytes = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return bytes;
  }
}

export type IterationState = "continue" | "stop" | "stop-all-and-buffer" | "stop-all-and-watermark";

/** What the direction asks of its surroundings. */
export interface DirectionEnds {
  readonly filter: {
    headers(end: boolean): number;
    data(data: BodyBuffer, end: boolean): number;
    trailers(): number;
  };
  readonly sink: {
    headers(end: boolean): void;
    data(bytes: Buffer, end: boolean): void;
    trailers(map: HeaderMap): void;
  };
  /** All frames of this direction have arrived. */
  complete(): boolean;
  /** The stream takes nothing more in this direction: it was answered, or it ended. */
  closed(): boolean;
  trailers(): HeaderMap | undefined;
  /** The buffer passed its limit while the filter asked for buffering (not for flow control). */
  tooLarge(): void;
  /** A callback of the filter has returned. */
  returned(): void;
  misuse(what: string): void;
}

export class FilterDirection {
  readonly #ends: DirectionEnds;
  readonly #limit: number;
  state: IterationState = "continue";
  /** Bytes held for the filter; kept, though empty, once there was any. */
  buffered: BodyBuffer | undefined;
  headersContinued = false;
  /** A local reply was sent from inside a callback of this direction. */
  aborted = false;
  /** A callback of this direction is running. */
  calling = false;
  /** The peer was told to stop sending (flow control). */
  readDisabled = false;
  #ended = false;
  #streaming = false;
  #overLimit = false;

  constructor(ends: DirectionEnds, limit: number) {
    this.#ends = ends;
    this.#limit = limit;
  }

  get stoppedAll(): boolean {
    return this.state === "stop-all-and-buffer" || this.state === "stop-all-and-watermark";
  }

  headers(end: boolean): void {
    this.#ended = end;
    let status = this.#calling(() => this.#ends.filter.headers(end));
    if (this.aborted) status = HeadersStatus.StopIteration;
    if (status === HeadersStatus.StopIteration) this.state = "stop";
    else if (status === HeadersStatus.StopAllIterationAndBuffer) this.state = "stop-all-and-buffer";
    else if (status === HeadersStatus.StopAllIterationAndWatermark) this.state = "stop-all-and-watermark";
    else this.headersContinued = true;
    if (this.headersContinued && !this.#ends.closed()) this.#ends.sink.headers(end);
  }

  data(data: BodyBuffer, end: boolean, fromCurrent = true): void {
    if (this.#ends.closed()) return;
    let endForSink = end;
    if (fromCurrent) {
      if (this.stoppedAll) {
        this.#streaming = this.state === "stop-all-and-watermark";
        return this.hold(data);
      }
      if (this.#ended) return;
      const hadTrailers = this.#ends.trailers() !== undefined;
      this.#ended = end && !hadTrailers;
      let status = this.#calling(() => this.#ends.filter.data(data, this.#ended));
      if (this.aborted) status = DataStatus.StopIterationNoBuffer;
      const addedTrailers = !hadTrailers && this.#ends.trailers() !== undefined;
      if (!this.#afterData(status, data)) return;
      if (addedTrailers) endForSink = false;
    }
    this.#ends.sink.data(data.takeAll(), endForSink);
    const trailers = this.#ends.trailers();
    if (end && !endForSink && trailers !== undefined) this.#ends.sink.trailers(trailers);
  }

  trailers(fromCurrent = true): void {
    const map = this.#ends.trailers();
    if (map === undefined || this.#ends.closed()) return;
    if (fromCurrent) {
      if (this.stoppedAll) return;
      let status = this.#calling(() => this.#ends.filter.trailers());
      this.#ended = true;
      if (this.aborted) status = TrailersStatus.StopIteration;
      if (status !== TrailersStatus.Continue) {
        if (this.state === "continue") this.state = "stop";
        return;
      }
      if (this.state === "stop") return this.resume();
    }
    this.#ends.sink.trailers(map);
  }

  /** Envoy's `commonContinue`: what was held goes on, from this filter when it had stopped all, else from the next. */
  resume(): void {
    if (this.#ends.closed()) return;
    if (this.state === "continue") this.#ends.misuse("a stream was continued that was not paused");
    const fromCurrent = this.stoppedAll;
    this.state = "continue";
    const { complete, trailers, sink } = this.#ends;
    if (!this.headersContinued) {
      this.headersContinued = true;
      sink.headers(complete() && this.buffered === undefined && trailers() === undefined);
    }
    const hadTrailers = trailers() !== undefined;
    if (this.buffered !== undefined) this.data(this.buffered, complete() && !hadTrailers, fromCurrent);
    if (hadTrailers) this.trailers(fromCurrent);
  }

  /** Moves `data` behind what is already held. */
  hold(data: BodyBuffer): void {
    if (data === this.buffered) return;
    this.buffered ??= new BodyBuffer();
    this.buffered.append(data.takeAll());
    const over = this.buffered.length > this.#limit;
    if (over && !this.#overLimit) {
      this.#overLimit = true;
      if (this.#streaming) this.readDisabled = true;
      else this.#ends.tooLarge();
    }
    if (!over) this.#overLimit = this.readDisabled = false;
  }

  /** What the wasm filter does first with a body chunk while it is buffering: add it to the held bytes. */
  holdForFilter(data: BodyBuffer): void {
    this.#streaming = false;
    this.hold(data);
  }

  #afterData(status: number, data: BodyBuffer): boolean {
    if (status === DataStatus.Continue) {
      if (this.state !== "stop") return true;
      this.hold(data);
      this.resume();
      return false;
    }
    this.state = "stop";
    if (status === DataStatus.StopIterationNoBuffer) {
      if (this.#ends.complete() && !this.#ends.trailers() && !this.#ends.closed())
        this.buffered ??= new BodyBuffer();
      return false;
    }
    this.#streaming = status === DataStatus.StopIterationAndWatermark;
    this.hold(data);
    return false;
  }

  #calling(call: () => number): number {
    this.calling = true;
    try {
      return call();
    } finally {
      this.calling = false;
      this.#ends.returned();
    }
  }
}
