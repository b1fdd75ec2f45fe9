// One HTTP exchange: one short method per callback. settle() alone turns a verdict into proxy behaviour, and
// EventReporter alone tells of it.

import { Arena } from "../core/bytes/arena";
import { Text, text } from "../core/bytes/text";
import { Mode } from "../core/config/config";
import { Limit } from "../core/limits";
import { Policy } from "../core/policy";
import { Decision, decide } from "../core/report/decision";
import { Transaction } from "../core/transaction";
import { Buffer, DataStatus, HeaderMap, HeadersStatus, Status, TrailersStatus } from "./abi";
import { trimPort } from "./attributes";
import { BodyGate } from "./body-gate";
import { makeId } from "./event-id";
import { reportEvent } from "./event-reporter";
import { now, readHeaderPairs, readProperty, received } from "./host";
import { sendBlockResponse } from "./local-response";
import { Counter, count, countLimits } from "./telemetry";

const SOURCE_ADDRESS = text("source\0address");

/** Memory for what the host delivers during one callback. */
const scratch = new Arena();
const decision = new Decision();

@unmanaged
export class StreamContext {
  /** The next one in the pool of ended streams. */
  next: usize = 0;
  tx: Transaction = new Transaction();
  private request: BodyGate = new BodyGate();
  private response: BodyGate = new BodyGate();
  /** Id of the event and of the block page; made when first needed. */
  id: Text = new Text();
  /** Our local reply was sent: what comes now is its own way through the filters. */
  replied: bool = false;
  private started: bool = false;
  /** No byte of the request's body has passed yet. */
  private held: bool = true;
  /** Judged to be blocked, waiting for its end. */
  private doomed: bool = false;
  private requestEnded: bool = false;
  /** Nanoseconds that judging the request took; responses are not timed, each clock read being a hostcall. */
  processing: u64 = 0;

  /** `policy` may be null: the plugin was never configured, and everything passes. */
  onRequestHeaders(policy: Policy | null, end: bool): HeadersStatus {
    if (policy === null || this.started) return HeadersStatus.Continue;
    const start = this.enter();
    this.started = true;
    this.tx.begin(policy, start / 1_000_000_000);
    if (readHeaderPairs(HeaderMap.RequestHeaders, scratch) != Status.Ok) {
      this.hostFailed();
      return this.settle() ? HeadersStatus.StopIteration : HeadersStatus.Continue;
    }
    const at = received.at;
    const len = received.len;
    if (this.tx.usesPeerAddress()) readProperty(SOURCE_ADDRESS, scratch);
    else received.len = 0;
    trimPort(received);
    this.requestEnded = end;
    this.tx.requestHeaders(at, len, received.at, received.len, end);
    this.leave(start);
    if (this.settle()) return HeadersStatus.StopIteration;
    return this.holdsHeaders(end) ? HeadersStatus.StopIteration : HeadersStatus.Continue;
  }

  onRequestBody(size: u32, end: bool): DataStatus {
    if (this.replied) return DataStatus.StopIterationNoBuffer;
    if (!this.started || this.requestEnded) return DataStatus.Continue;
    const ends = end || size >= this.tx.policy.config.bodyCaptureSize;
    if (this.doomed && !ends) return DataStatus.StopIterationAndBuffer;
    const start = this.enter();
    this.requestEnded = end;
    if (!this.doomed) {
      if (this.request.take(Buffer.HttpRequestBody, size, scratch) != Status.Ok) this.hostFailed();
      this.tx.requestBody(received.at, received.len, end);
    }
    this.leave(start);
    if (!ends && this.doom()) return DataStatus.StopIterationAndBuffer;
    if (this.settle()) return DataStatus.StopIterationNoBuffer;
    this.held = !end && this.holds();
    if (this.held) return DataStatus.StopIterationAndBuffer;
    this.request.pass();
    return DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    if (this.replied) return TrailersStatus.StopIteration;
    if (!this.started || this.requestEnded) return TrailersStatus.Continue;
    const start = this.enter();
    this.requestEnded = true;
    if (readHeaderPairs(HeaderMap.RequestTrailers, scratch) == Status.Ok) {
      this.tx.requestTrailers(received.at, received.len);
    } else {
      this.hostFailed();
      this.tx.endRequest();
    }
    this.leave(start);
    return this.settle() ? TrailersStatus.StopIteration : TrailersStatus.Continue;
  }

  onResponseHeaders(end: bool): HeadersStatus {
    if (this.replied || !this.started) return HeadersStatus.Continue;
    scratch.reset();
    if (readHeaderPairs(HeaderMap.ResponseHeaders, scratch) == Status.Ok) {
      this.tx.responseHeaders(received.at, received.len, end);
    } else {
      this.hostFailed();
    }
    return HeadersStatus.Continue;
  }

  onResponseBody(size: u32, end: bool): DataStatus {
    if (this.replied || !this.started || !this.tx.wantsResponseBody()) return DataStatus.Continue;
    scratch.reset();
    if (this.response.take(Buffer.HttpResponseBody, size, scratch) != Status.Ok) this.hostFailed();
    this.tx.responseBody(received.at, received.len, end);
    this.response.pass();
    return DataStatus.Continue;
  }

  onResponseTrailers(): TrailersStatus {
    if (!this.replied && this.started) this.tx.endResponse();
    return TrailersStatus.Continue;
  }

  onLog(): void {
    if (!this.started) return;
    count(Counter.Requests);
    count(Counter.InspectedBytes, <u32>this.tx.inspected);
    if (!this.tx.hasFinding()) return;
    countLimits(this.tx.limits);
    count(this.replied ? Counter.Blocked : Counter.Monitored);
    if (this.id.len == 0) makeId(this.id);
    decide(this.tx, decision);
    scratch.reset();
    reportEvent(this, decision, scratch);
  }

  /**
   * A reply before the request's end makes Envoy close an HTTP/1.1 connection, also when the whole body came in one
   * packet. So a body that is held and will be blocked is held on to its end, unread, as far as the capture limit.
   */
  private doom(): bool {
    this.doomed = this.held && this.tx.mustBlock();
    return this.doomed;
  }

  /** Blocks when the verdict says so; true when a local reply was sent. */
  private settle(): bool {
    if (this.replied || !this.tx.mustBlock()) return this.replied;
    makeId(this.id);
    decide(this.tx, decision);
    this.replied = sendBlockResponse(this.tx, decision, this.id) == Status.Ok;
    if (!this.replied) count(Counter.HostErrors);
    return this.replied;
  }

  /** What there is to judge could not be read: `failure_mode` decides. */
  private hostFailed(): void {
    count(Counter.HostErrors);
    this.tx.limits |= Limit.Host;
  }

  /** True while request body bytes must wait for the verdict. */
  private holds(): bool {
    return this.tx.wantsRequestBody() && this.tx.policy.config.mode != Mode.Observe;
  }

  private holdsHeaders(end: bool): bool {
    return !end && this.tx.policy.config.holdHeaders && this.holds();
  }

  private enter(): u64 {
    scratch.reset();
    return now();
  }

  private leave(start: u64): void {
    this.processing += now() - start;
  }

  /** Ready for the next stream. */
  reset(): void {
    this.tx.reset();
    this.request.reset();
    this.response.reset();
    this.id.len = 0;
    this.replied = false;
    this.started = false;
    this.held = true;
    this.doomed = false;
    this.requestEnded = false;
    this.processing = 0;
  }
}
