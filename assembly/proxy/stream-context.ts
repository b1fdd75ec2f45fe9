// One HTTP exchange: one short method per callback. settle() alone turns a verdict into proxy behaviour, and
// EventReporter alone tells of it.

import { Arena } from "../core/bytes/arena";
import { Text, text } from "../core/bytes/text";
import { Mode } from "../core/config/config";
import { Limit } from "../core/limits";
import { Outcome } from "../core/outcome";
import { Policy } from "../core/policy";
import { Decision, decide } from "../core/report/decision";
import { choosePolicy } from "../core/route-choice";
import { Transaction } from "../core/transaction";
import { Buffer, DataStatus, HeaderMap, HeadersStatus, Status, StreamType, TrailersStatus } from "./abi";
import { askForReadable } from "./accept-encoding";
import { trimPort } from "./attributes";
import { BodyGate } from "./body-gate";
import { makeId } from "./event-id";
import { reportEvent } from "./event-reporter";
import { coarseSeconds, isTimed } from "./clock";
import { continueStream, now, readHeaderPairs, readProperty, received, setEffectiveContext } from "./host";
import { PluginContext } from "./plugin-context";
import { replaceResponseBody, sendBlockResponse } from "./local-response";
import { Counter, count, countLimits } from "./telemetry";

const SOURCE_ADDRESS = text("source\0address");
const ROUTE_NAME = text("xds\0route_name");

/** Memory for what the host delivers during one callback. */
const scratch = new Arena();
const decision = new Decision();
const routeName = new Text();

@unmanaged
export class StreamContext {
  /** The next one in the pool of ended streams. */
  next: usize = 0;
  /** The plugin it was created under; null once that is gone. */
  plugin: PluginContext | null = null;
  tx: Transaction = new Transaction();
  private request: BodyGate = new BodyGate();
  private response: BodyGate = new BodyGate();
  /** Id of the event and of the block page; made when first needed. */
  id: Text = new Text();
  outcome: Outcome = Outcome.None;
  private started: bool = false;
  /** No byte of the request's body has passed yet, and those that come are held. */
  private held: bool = false;
  /** Judged to be blocked, waiting for the body's end. */
  private doomed: bool = false;
  private responseDoomed: bool = false;
  private requestEnded: bool = false;
  /** The response's headers have gone to the client, and bytes of its body. */
  private responseBegun: bool = false;
  private responseFlows: bool = false;
  /** The callbacks of its request are timed; see clock.ts. */
  private timed: bool = false;
  /** Nanoseconds that judging the request took, where it was timed. */
  processing: u64 = 0;

  /** Without a policy, as the plugin was never configured, everything passes. */
  onRequestHeaders(end: bool): HeadersStatus {
    const plugin = this.plugin;
    if (plugin === null || this.started) return HeadersStatus.Continue;
    const policy = plugin.policy;
    if (policy === null) return HeadersStatus.Continue;
    this.timed = isTimed();
    const start = this.enter();
    this.started = true;
    this.requestEnded = end;
    if (readHeaderPairs(HeaderMap.RequestHeaders, scratch) != Status.Ok) {
      this.tx.begin(policy, coarseSeconds());
      this.hostFailed();
      return this.settle() ? HeadersStatus.StopIteration : HeadersStatus.Continue;
    }
    const at = received.at;
    const len = received.len;
    this.tx.begin(this.choose(policy, at, len), coarseSeconds());
    if (this.tx.usesPeerAddress()) readProperty(SOURCE_ADDRESS, scratch);
    else received.len = 0;
    trimPort(received);
    this.tx.requestHeaders(at, len, received.at, received.len, end);
    this.leave(start);
    if (this.settle()) return HeadersStatus.StopIteration;
    const config = this.tx.policy.config;
    if (config.asksUpstream && config.mode != Mode.Observe && askForReadable(at, len) != Status.Ok)
      count(Counter.HostErrors);
    this.held = this.tx.holdsRequestBody;
    return this.held && config.holdHeaders ? HeadersStatus.StopIteration : HeadersStatus.Continue;
  }

  onRequestBody(size: u32, end: bool): DataStatus {
    if (this.outcome != Outcome.None) return DataStatus.StopIterationNoBuffer;
    if (!this.started || this.requestEnded) return DataStatus.Continue;
    const waits = !end && this.request.held(size) <= this.tx.policy.config.bodyCaptureSize;
    if (this.doomed && waits) return this.holdRequest(size);
    this.requestEnded = end;
    if (!this.tx.wantsRequestBody && !end) return DataStatus.Continue;
    const start = this.enter();
    if (!this.doomed) {
      this.take(this.request, Buffer.HttpRequestBody, size, this.tx.wantsRequestBody);
      this.tx.requestBody(received.at, received.len, end);
    }
    this.leave(start);
    if (waits && this.doom()) return this.holdRequest(size);
    if (this.settle()) return DataStatus.StopIterationNoBuffer;
    this.held = !end && this.tx.holdsRequestBody;
    if (this.held) return this.holdRequest(size);
    this.request.pass();
    return DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    if (this.outcome != Outcome.None) return TrailersStatus.StopIteration;
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
    if (this.outcome != Outcome.None || !this.started) return HeadersStatus.Continue;
    if (this.tx.ignoresResponse) {
      this.responseBegun = true;
      return HeadersStatus.Continue;
    }
    scratch.reset();
    if (readHeaderPairs(HeaderMap.ResponseHeaders, scratch) == Status.Ok) {
      this.tx.responseHeaders(received.at, received.len, end);
    } else {
      this.hostFailed();
    }
    if (this.settle()) return HeadersStatus.StopIteration;
    const holds = !end && this.tx.policy.config.holdHeaders && this.tx.holdsResponseBody;
    this.responseBegun = !holds;
    return holds ? HeadersStatus.StopIteration : HeadersStatus.Continue;
  }

  onResponseBody(size: u32, end: bool): DataStatus {
    if (this.outcome == Outcome.Reset) return DataStatus.StopIterationNoBuffer;
    if (this.outcome != Outcome.None || !this.started) return DataStatus.Continue;
    const waits = !end && this.response.held(size) <= this.tx.policy.config.bodyCaptureSize;
    if (this.responseDoomed && waits) return this.holdResponse(size);
    if (!this.responseDoomed) {
      if (!this.tx.wantsResponseBody) return DataStatus.Continue;
      scratch.reset();
      this.take(this.response, Buffer.HttpResponseBody, size, true);
      this.tx.responseBody(received.at, received.len, end);
    }
    if (this.tx.mustBlock()) return this.blockResponse(size, end, waits);
    if (!end && this.tx.holdsResponseBody) return this.holdResponse(size);
    this.response.pass();
    this.responseBegun = true;
    this.responseFlows = true;
    return DataStatus.Continue;
  }

  onResponseTrailers(): TrailersStatus {
    if (this.outcome == Outcome.Reset) return TrailersStatus.StopIteration;
    if (this.outcome != Outcome.None || !this.started || this.tx.ignoresResponse)
      return TrailersStatus.Continue;
    scratch.reset();
    if (readHeaderPairs(HeaderMap.ResponseTrailers, scratch) == Status.Ok) {
      this.tx.responseTrailers(received.at, received.len);
    } else {
      this.hostFailed();
      this.tx.endResponse();
    }
    return this.settle() ? TrailersStatus.StopIteration : TrailersStatus.Continue;
  }

  /**
   * A second has passed. Where the host's buffer is smaller than what we would hold it has stopped reading, and would
   * for ever: what it keeps was judged and goes on, the rest is judged while it passes, and the event says so.
   */
  onTick(id: u32): void {
    if (this.outcome != Outcome.None || !this.started) return;
    if (!this.requestEnded && this.request.isStalled()) {
      this.tx.letRequestGo();
      this.resume(id, StreamType.HttpRequest, this.request);
      this.held = false;
    } else if (this.response.isStalled()) {
      this.tx.letResponseGo();
      this.resume(id, StreamType.HttpResponse, this.response);
    }
  }

  /** Lets what the host keeps go on, unless the limit that is hit with it blocks. */
  private resume(id: u32, type: StreamType, gate: BodyGate): void {
    count(Counter.Stalled);
    setEffectiveContext(id);
    scratch.reset();
    if (this.settle()) return;
    gate.pass();
    if (continueStream(type) != Status.Ok) count(Counter.HostErrors);
    if (type != StreamType.HttpResponse) return;
    this.responseBegun = true;
    this.responseFlows = true;
  }

  onLog(): void {
    if (!this.started) return;
    count(Counter.Requests);
    count(Counter.InspectedBytes, <u32>this.tx.inspected);
    if (!this.tx.hasFinding()) return;
    countLimits(this.tx.limits);
    this.countOutcome();
    if (this.id.len == 0) makeId(this.id);
    decide(this.tx, decision);
    scratch.reset();
    reportEvent(this, decision, scratch);
  }

  private countOutcome(): void {
    if (this.outcome == Outcome.None) return count(Counter.Monitored);
    count(Counter.Blocked);
    if (this.outcome == Outcome.Reset) count(Counter.Reset);
    if (this.outcome == Outcome.Replace) count(Counter.Replaced);
  }

  private choose(policy: Policy, at: usize, len: u32): Policy {
    routeName.len = 0;
    if (policy.config.routes.readsRouteName && readProperty(ROUTE_NAME, scratch) == Status.Ok) {
      routeName.at = received.at;
      routeName.len = received.len;
    }
    return choosePolicy(policy, at, len, routeName);
  }

  /** The new bytes of a body into `received`; none when nobody wants them. */
  private take(gate: BodyGate, buffer: Buffer, size: u32, wanted: bool): void {
    received.at = 0;
    received.len = 0;
    if (wanted && gate.take(buffer, size, scratch) != Status.Ok) this.hostFailed();
  }

  /**
   * A reply before the request's end makes Envoy close an HTTP/1.1 connection, also when the whole body came in one
   * packet. So a body that is held and will be blocked is held on to its end, unread, as far as the capture limit. One
   * of messages may never end.
   */
  private doom(): bool {
    this.doomed = this.held && !this.tx.requestIsFramed && this.tx.mustBlock();
    return this.doomed;
  }

  /** Blocks when the verdict says so; true when the stream was answered or cut. */
  private settle(): bool {
    if (this.outcome != Outcome.None || !this.tx.mustBlock()) return this.outcome != Outcome.None;
    makeId(this.id);
    decide(this.tx, decision);
    if (sendBlockResponse(this.tx, decision, this.id) == Status.Ok)
      this.outcome = this.responseBegun ? Outcome.Reset : Outcome.Block;
    else count(Counter.HostErrors);
    return this.outcome != Outcome.None;
  }

  /** A body to be blocked. Where its headers have gone only its own place is left for the page, or a reset. */
  private blockResponse(size: u32, end: bool, waits: bool): DataStatus {
    const mayReplace = this.responseBegun && !this.responseFlows && this.tx.policy.config.replacesResponses;
    const replaces = mayReplace && this.response.isInReach;
    if (replaces && waits) {
      this.responseDoomed = true;
      return this.holdResponse(size);
    }
    if (replaces && end) {
      makeId(this.id);
      if (replaceResponseBody(this.tx, size, this.id) == Status.Ok) {
        this.outcome = Outcome.Replace;
        return DataStatus.Continue;
      }
    }
    return this.settle() ? DataStatus.StopIterationNoBuffer : DataStatus.Continue;
  }

  private holdRequest(size: u32): DataStatus {
    return this.request.hold(size, this.tx.policy.config.bodyCaptureSize, this.tx.requestFits);
  }

  /** What will be replaced must stay within reach; that it is cut where it is too long does no harm then. */
  private holdResponse(size: u32): DataStatus {
    const fits = this.tx.responseFits || this.responseDoomed;
    return this.response.hold(size, this.tx.policy.config.bodyCaptureSize, fits);
  }

  /** What there is to judge could not be read: `failure_mode` decides. */
  private hostFailed(): void {
    count(Counter.HostErrors);
    this.tx.limits |= Limit.Host;
  }

  private enter(): u64 {
    scratch.reset();
    return this.timed ? now() : 0;
  }

  private leave(start: u64): void {
    if (this.timed) this.processing += now() - start;
  }

  /** Ready for the next stream. */
  reset(): void {
    this.tx.reset();
    this.request.reset();
    this.response.reset();
    this.id.len = 0;
    this.outcome = Outcome.None;
    this.started = false;
    this.held = false;
    this.doomed = false;
    this.responseDoomed = false;
    this.requestEnded = false;
    this.responseBegun = false;
    this.responseFlows = false;
    this.timed = false;
    this.processing = 0;
  }
}
