// One request and its response as the core sees them: request headers → request body → response headers →
// response body. Each step parses what came into inputs, evaluates them, and answers the verdict so far.
//
// Parsers and evaluator are one per VM: a step leaves nothing in them. What lives as long as the transaction is
// in its arena, which is reset when the stream ends.

import { Address } from "./address";
import { Arena } from "./bytes/arena";
import { Text } from "./bytes/text";
import { BodyFlow } from "./body-flow";
import { BodyMode } from "./config/body-mode";
import { Mode } from "./config/config";
import { Accepts } from "./http/accept";
import { ForwardedHop } from "./http/forwarded-hop";
import { REQUEST_ID_BYTES } from "./http/request-fields";
import { Upgrade } from "./http/upgrade";
import { Anomaly } from "./inputs/anomaly";
import { anomalyTexts } from "./inputs/anomaly-texts";
import { BodyKeys } from "./inputs/body-keys";
import { observer } from "./drain-observer";
import { Limit } from "./limits";
import {
  bodyFields,
  contentType,
  inputs,
  openSieve,
  pairs,
  pushFields,
  pushOne,
  pushRequestHead,
  pushResponseHead,
  pushToken,
  readRequestHead,
  readUpgrade,
  readResponseHead,
  takeSieved,
} from "./message-inputs";
import { CUSTOM, Policy, SHIPPED } from "./policy";
import {
  AFTER_REQUEST,
  AFTER_REQUEST_HEADERS,
  AFTER_RESPONSE,
  AFTER_RESPONSE_HEADERS,
  Phase,
  REQUEST_HEAD,
  RESPONSE_HEAD,
} from "./phases";
import { Evaluator } from "./rules/rule-eval";
import { RuleState } from "./rules/rule-state";
import { Verdict } from "./verdict";

const ARENA_FIRST: u32 = 1024;
const ARENA_CAP: u32 = 1024 * 1024;

const evaluator = new Evaluator();
const hop = new ForwardedHop();
const anomalyNames = anomalyTexts();

@unmanaged
export class Transaction {
  policy: Policy = changetype<Policy>(0);
  verdict: u32 = Verdict.Allow;
  shipped: RuleState = new RuleState();
  custom: RuleState = new RuleState();
  /** What is decided before the rules: conditions of exclusions, values kept for attributes. */
  filters: RuleState = new RuleState();
  /** Evidence and copies of headers. */
  arena: Arena = new Arena();
  accepts: Accepts = Accepts.Json;
  /** The `x-request-id` of the request, copied; 0 long when there was none. */
  requestId: Text = new Text();
  /** Response status the upstream gave; 0 before it came. */
  status: u32 = 0;
  anomalies: u64 = 0;
  responseAnomalies: u64 = 0;
  /** Limit bits that were hit. */
  limits: u32 = 0;
  /** Bytes of bodies inspected. */
  inspected: u64 = 0;
  /** The client's address: what the configured header says, else what the host says; empty when not asked for. */
  clientIp: Text = new Text();
  /** Names of the request body's members, when a fingerprint is made of them. */
  bodyKeys: BodyKeys = new BodyKeys();
  /** The bit of the token's address, once there was one: what is absent from no token is no finding. */
  private tokenAddress: u32 = 0;
  /** Bits of addresses that the configuration does not show to rules: what is absent there is no finding. */
  private skipped: u32 = 0;
  private time: u64 = 0;
  private budget: i64 = 0;
  /** The configuration says to block this body. */
  private rejected: bool = false;
  private requestEnded: bool = false;
  private responseEnded: bool = false;
  /** What the request wants the connection to become. */
  private upgrade: Upgrade = Upgrade.None;
  private phase: Phase = Phase.RequestHeaders;
  /** Where the verdict was reached. */
  decidedIn: Phase = Phase.None;
  private request: BodyFlow = new BodyFlow();
  private response: BodyFlow = new BodyFlow();

  /** `time` in seconds since the epoch, for lists whose entries expire; 0 = not known. */
  begin(policy: Policy, time: u64): void {
    this.time = time;
    this.policy = policy;
    policy.acquire();
    this.arena.firstBlock = ARENA_FIRST;
    this.arena.cap = ARENA_CAP;
    this.budget = policy.config.budget;
    if (!policy.config.requestHeaders) this.skipped = REQUEST_HEAD;
    if (policy.shipped.ruleCount != 0 && !this.shipped.begin(policy.shipped, this.arena))
      this.limits |= Limit.Budget;
    if (policy.custom.ruleCount != 0 && !this.custom.begin(policy.custom, this.arena))
      this.limits |= Limit.Budget;
    if (policy.exclusions.filters.ruleCount != 0) this.beginFilters(policy);
  }

  private beginFilters(policy: Policy): void {
    if (!this.filters.begin(policy.exclusions.filters, this.arena)) {
      this.limits |= Limit.Budget;
      return;
    }
    policy.exclusions.begin(this.shipped, this.filters, SHIPPED);
    policy.exclusions.begin(this.custom, this.filters, CUSTOM);
  }

  /** True when the verdict is to be enforced: block mode, and something asks for a block. */
  mustBlock(): bool {
    return this.policy.config.mode == Mode.Block && this.asksForBlock();
  }

  /** Something asks for a block, whether or not the mode lets it. */
  asksForBlock(): bool {
    const config = this.policy.config;
    if (this.verdict == Verdict.Block || this.rejected) return true;
    if ((this.limits & Limit.Host) != 0 && config.failClosed) return true;
    return (this.limits & ~Limit.Host) != 0 && config.blockOnLimit;
  }

  /** There is something to report. */
  hasFinding(): bool {
    return this.verdict != Verdict.Allow || this.limits != 0;
  }

  /** Some rule looks at the address of the connection's peer. */
  usesPeerAddress(): bool {
    if (this.policy.config.clientIpHeader.len != 0) return false;
    return this.policy.reads(Address.ClientIp);
  }

  /** More bytes of the request's body are looked at. */
  get wantsRequestBody(): bool {
    return this.request.isOpen;
  }

  /** The response need not be read: nothing looks at it, and there is nothing left to decide of the request. */
  get ignoresResponse(): bool {
    return this.policy.ignoresResponses && this.requestEnded && this.upgrade == Upgrade.None;
  }

  get wantsResponseBody(): bool {
    return this.response.isOpen;
  }

  /** The bytes of the request's body that came have to wait; with those of observed transactions nothing waits. */
  get holdsRequestBody(): bool {
    return this.request.holds && this.policy.config.mode != Mode.Observe;
  }

  get holdsResponseBody(): bool {
    return this.response.holds && this.policy.config.mode != Mode.Observe && this.policy.mayBlockResponses;
  }

  /** The body is declared to be no longer than what is held of one. */
  get requestFits(): bool {
    return this.request.fits;
  }

  get responseFits(): bool {
    return this.response.fits;
  }

  /** The request's body consists of messages, each of which is judged when it ends: nothing waits for the body's end. */
  get requestIsFramed(): bool {
    return this.request.isFramed;
  }

  /** Length of the response's body as its head declares it, or -1; -2 when it is in a content coding. */
  get responseLength(): i64 {
    return this.response.isCoded ? -2 : this.response.declared;
  }

  /** `at` is a header blob (http/header-fields.ts); `ip` the client's address as text, 0 long when not known. */
  requestHeaders(at: usize, len: u32, ip: usize, ipLen: u32, end: bool): void {
    evaluator.blockMatched = false;
    const fields = readRequestHead(at, len);
    this.upgrade = fields.upgrade.wanted();
    this.accepts = fields.accepts;
    this.keepRequestId(fields.requestId);
    this.keepClientIp(ip, ipLen);
    if (bodyFields.hasConflict) this.anomalies |= Anomaly.BodyLength;
    if (fields.isMalformed) {
      this.limits |= Limit.Headers;
      this.anomalies |= Anomaly.HeaderMalformed;
    }
    pushOne(this, Address.ClientIp, this.clientIp.at, this.clientIp.len);
    if (this.policy.config.requestHeaders) {
      this.anomalies |= pushRequestHead(this);
      // Last, as it drains: all before it is judged together.
      if (this.policy.reads(Address.RequestJwt) && pushToken(this))
        this.tokenAddress = 1 << Address.RequestJwt;
    }
    this.conclude(AFTER_REQUEST_HEADERS);
    if (end) this.endRequest();
    else this.openRequestBody();
  }

  /** The address `trusted_hops` before the last one of the configured header: those behind it our proxies wrote. */
  private keepClientIp(peer: usize, peerLen: u32): void {
    const config = this.policy.config;
    let at = peer;
    let len = peerLen;
    if (config.clientIpHeader.len != 0) {
      hop.find(pairs, config.clientIpHeader, config.trustedHops);
      at = hop.at;
      len = hop.len;
    }
    this.clientIp.at = len == 0 ? 0 : this.arena.copy(at, len);
    this.clientIp.len = this.clientIp.at == 0 ? 0 : len;
  }

  private keepRequestId(id: Text): void {
    const size = min(id.len, REQUEST_ID_BYTES);
    this.requestId.at = size == 0 ? 0 : this.arena.copy(id.at, size);
    this.requestId.len = this.requestId.at == 0 ? 0 : size;
  }

  private openRequestBody(): void {
    const config = this.policy.config;
    const isSeen =
      config.requestBody != BodyMode.None && config.allowsContentType(contentType.type, contentType.typeLen);
    if (!isSeen) return;
    const waits = this.upgrade != Upgrade.None;
    this.request.open(config, config.requestBody, contentType, bodyFields, Address.RequestBody, waits);
    if (this.policy.notesBodyKeys()) this.bodyKeys.start(contentType.kind);
  }

  /** Bytes of the request body that were not given before; `end` when they are the last. */
  requestBody(at: usize, len: u32, end: bool): void {
    this.phase = Phase.RequestBody;
    this.feedBody(this.request, at, len, Limit.RequestBody);
    if (end || this.request.isWhole) this.endRequest();
    else this.drain();
  }

  /** The host takes no more bytes of a body that is held: what came was judged, the rest is while it passes. */
  letRequestGo(): void {
    this.phase = Phase.RequestBody;
    this.letGo(this.request, Limit.RequestBody);
  }

  letResponseGo(): void {
    this.phase = Phase.ResponseBody;
    this.letGo(this.response, Limit.ResponseBody);
  }

  private letGo(flow: BodyFlow, limit: u32): void {
    flow.letGo();
    this.limits |= limit;
    this.rejected = this.rejected || flow.isRejected;
    this.notePhase();
  }

  /** The request is complete: with its last body byte, its trailers, or its headers. */
  endRequest(): void {
    if (this.requestEnded) return;
    this.requestEnded = true;
    this.anomalies |= this.closeBody(this.request, true);
    this.pushAnomalies(Address.RequestAnomalies, this.anomalies);
    this.conclude(AFTER_REQUEST);
    this.bodyKeys.close();
  }

  requestTrailers(at: usize, len: u32): void {
    // What is left of the body belongs to the body.
    this.phase = Phase.RequestBody;
    this.anomalies |= this.closeBody(this.request, true);
    this.drain();
    this.phase = Phase.RequestTrailers;
    if (this.policy.config.requestTrailers) pushFields(this, at, len, Address.RequestTrailers);
    this.endRequest();
    this.drain();
  }

  responseHeaders(at: usize, len: u32, end: bool): void {
    const config = this.policy.config;
    this.phase = Phase.ResponseHeaders;
    this.status = readResponseHead(at, len);
    if (bodyFields.hasConflict) this.responseAnomalies |= Anomaly.BodyLength;
    if (config.responseHeaders) pushResponseHead(this);
    else this.skipped |= RESPONSE_HEAD;
    this.conclude(AFTER_RESPONSE_HEADERS);
    if (end) return this.endResponse();
    if (this.upgrade != Upgrade.None && this.openUpgrade()) return;
    const isSeen =
      config.responseBody != BodyMode.None && config.allowsContentType(contentType.type, contentType.typeLen);
    if (isSeen)
      this.response.open(config, config.responseBody, contentType, bodyFields, Address.ResponseBody, false);
  }

  /** True when the response grants the upgrade: both bodies are then what was wanted. Tunnels are not looked into. */
  private openUpgrade(): bool {
    const answer = readUpgrade();
    if (!answer.isAccepted(this.upgrade)) return false;
    const config = this.policy.config;
    this.anomalies |= this.closeBody(this.request, true);
    this.drain();
    if (this.upgrade != Upgrade.WebSocket && this.upgrade != Upgrade.WebSocketStream) return true;
    if (config.requestBody != BodyMode.None)
      this.request.openSocket(config, Address.RequestBody, answer.deflates, answer.clientKeepsContext);
    if (config.responseBody != BodyMode.None)
      this.response.openSocket(config, Address.ResponseBody, answer.deflates, answer.serverKeepsContext);
    return true;
  }

  responseBody(at: usize, len: u32, end: bool): void {
    if (!this.response.isOpen) return;
    this.phase = Phase.ResponseBody;
    this.feedBody(this.response, at, len, Limit.ResponseBody);
    if (end || !this.response.isOpen || this.response.isWhole) this.endResponse();
    else this.drain();
  }

  responseTrailers(at: usize, len: u32): void {
    this.phase = Phase.ResponseBody;
    this.responseAnomalies |= this.closeBody(this.response, true);
    this.drain();
    this.phase = Phase.ResponseTrailers;
    if (this.policy.config.responseTrailers) pushFields(this, at, len, Address.ResponseTrailers);
    this.endResponse();
    this.drain();
  }

  endResponse(): void {
    if (this.responseEnded) return;
    this.responseEnded = true;
    this.responseAnomalies |= this.closeBody(this.response, true);
    this.pushAnomalies(Address.ResponseAnomalies, this.responseAnomalies);
    this.conclude(AFTER_RESPONSE);
  }

  /** One value a fact, so that rules can ask for them by name. */
  private pushAnomalies(address: u32, anomalies: u64): void {
    for (let rest = anomalies; rest != 0; rest &= rest - 1) {
      const name = anomalyNames[<i32>ctz(rest)];
      pushOne(this, address, name.at, name.len);
    }
  }

  private feedBody(flow: BodyFlow, at: usize, len: u32, limit: u32): void {
    if (!flow.isOpen) return;
    const take = flow.take(len);
    this.inspected += take;
    const config = this.policy.config;
    this.budget = min<i64>(config.budget, this.budget + flow.earned(config, take));
    inputs.judgeWith(drainFor, changetype<usize>(this));
    openSieve(this.policy, limit == Limit.RequestBody, this.budget);
    flow.feed(inputs, at, take);
    inputs.sieve = null;
    this.budget -= takeSieved();
    if (flow.isOver) this.limits |= limit;
    this.limits |= flow.reader.limits;
    this.rejected = this.rejected || flow.isRejected;
    this.notePhase();
    if (!flow.isCut && !flow.reader.isBlind) return;
    // The rest is not looked at: what is open is inspected as it is.
    if (limit == Limit.RequestBody) this.anomalies |= this.closeBody(flow, false);
    else this.responseAnomalies |= this.closeBody(flow, false);
  }

  /** The end of what is looked at of a body; its anomalies. */
  private closeBody(flow: BodyFlow, isEnd: bool): u64 {
    if (!flow.isOpen) return 0;
    inputs.judgeWith(drainFor, changetype<usize>(this));
    const anomalies = flow.close(inputs, isEnd);
    this.limits |= flow.reader.limits;
    return anomalies;
  }

  /** Evaluates the inputs gathered so far, and forgets them. */
  drain(): void {
    if (inputs.count != 0) this.evaluate(0);
  }

  /** Evaluates what is left of `addresses` (bit per address), which receive nothing more. */
  private conclude(addresses: u32): void {
    this.evaluate((addresses & ~this.skipped) | this.tokenAddress);
  }

  /** Exclusions first, so that they hold for the very inputs that make them hold. */
  private evaluate(finished: u32): void {
    const observe = observer;
    if (observe !== null && inputs.count != 0) observe(this, inputs);
    this.bodyKeys.collect(inputs, this.arena);
    this.budget -= takeSieved();
    evaluator.budget = this.budget;
    evaluator.now = this.time;
    // What is encoded inside a value is for rules to find, not for exclusions to go by.
    evaluator.decodeRounds = 0;
    if (this.filters.ruleset !== null) this.evaluateFilters(finished);
    evaluator.decodeRounds = this.policy.config.decodeRounds;
    if (inputs.count != 0 && evaluator.budget >= 0) {
      if (this.shipped.ruleset !== null) evaluator.evaluate(this.shipped, inputs, this.arena);
      if (this.custom.ruleset !== null) evaluator.evaluate(this.custom, inputs, this.arena);
    }
    inputs.clear();
    if (finished != 0) {
      if (this.shipped.ruleset !== null) evaluator.finishAddresses(this.shipped, finished, this.arena);
      if (this.custom.ruleset !== null) evaluator.finishAddresses(this.custom, finished, this.arena);
    }
    this.settle();
  }

  private evaluateFilters(finished: u32): void {
    const held = this.filters.matchedRules;
    if (inputs.count != 0 && evaluator.budget >= 0) evaluator.evaluate(this.filters, inputs, this.arena);
    if (finished != 0) evaluator.finishAddresses(this.filters, finished, this.arena);
    if (this.filters.matchedRules == held) return;
    const exclusions = this.policy.exclusions;
    const kept =
      exclusions.update(this.shipped, this.filters, this.arena) &&
      exclusions.update(this.custom, this.filters, this.arena);
    if (!kept) this.limits |= Limit.Budget;
  }

  private settle(): void {
    this.budget = evaluator.budget;
    if (evaluator.nestedCut) this.limits |= Limit.Nested;
    evaluator.nestedCut = false;
    if (this.budget < 0) this.limits |= Limit.Budget;
    const before = this.verdict;
    if (evaluator.blockMatched) this.verdict = Verdict.Block;
    else if (this.verdict == Verdict.Allow && this.shipped.matchedRules + this.custom.matchedRules != 0) {
      this.verdict = Verdict.Monitor;
    }
    if (this.verdict > before) this.decidedIn = this.phase;
    else this.notePhase();
    evaluator.blockMatched = false;
  }

  /** Where the first limit was hit, unless a verdict was reached. */
  private notePhase(): void {
    if (this.decidedIn == Phase.None && (this.limits != 0 || this.rejected)) this.decidedIn = this.phase;
  }

  /** Ends the transaction and makes the object ready for the next one. */
  reset(): void {
    if (changetype<usize>(this.policy) != 0) this.policy.release();
    this.policy = changetype<Policy>(0);
    this.verdict = Verdict.Allow;
    this.shipped.end();
    this.custom.end();
    this.filters.end();
    this.bodyKeys.reset();
    this.arena.reset();
    this.accepts = Accepts.Json;
    this.requestId.len = 0;
    this.clientIp.len = 0;
    this.status = 0;
    this.anomalies = 0;
    this.responseAnomalies = 0;
    this.tokenAddress = 0;
    this.skipped = 0;
    this.limits = 0;
    this.inspected = 0;
    this.rejected = false;
    this.requestEnded = false;
    this.responseEnded = false;
    this.phase = Phase.RequestHeaders;
    this.decidedIn = Phase.None;
    this.request.reset();
    this.response.reset();
  }
}

function drainFor(tx: usize): void {
  changetype<Transaction>(tx).drain();
}
