// One request and its response as the core sees them: request headers → request body → response headers →
// response body. Each step parses what came into inputs, evaluates them, and answers the verdict so far.
//
// Parsers and evaluator are one per VM: a step leaves nothing in them. What lives as long as the transaction is
// in its arena, which is reset when the stream ends.

import { Address } from "./address";
import { Arena } from "./bytes/arena";
import { Text, text } from "./bytes/text";
import { GraphqlParser } from "./body/graphql";
import { BodyParser } from "./body/body-parser";
import { Mode } from "./config/config";
import { Accepts } from "./http/accept";
import { BodyKind, ContentType } from "./http/content-type";
import { BearerToken } from "./http/bearer-token";
import { Cookies } from "./http/cookies";
import { ForwardedHop } from "./http/forwarded-hop";
import { HeaderPairs, pushHeaders } from "./http/header-fields";
import { QueryParser } from "./http/query";
import { REQUEST_ID_BYTES, RequestFields, isField } from "./http/request-fields";
import { RequestTarget } from "./http/request-target";
import { Anomaly } from "./inputs/anomaly";
import { anomalyTexts } from "./inputs/anomaly-texts";
import { BodyKeys } from "./inputs/body-keys";
import { InputKind, Inputs } from "./inputs/inputs";
import { Limit } from "./limits";
import { CUSTOM, Policy, SHIPPED } from "./policy";
import { AFTER_REQUEST, AFTER_REQUEST_HEADERS, AFTER_RESPONSE, AFTER_RESPONSE_HEADERS } from "./phases";
import { Evaluator } from "./rules/rule-eval";
import { RuleState } from "./rules/rule-state";
import { Verdict } from "./verdict";

const ARENA_FIRST: u32 = 1024;
const ARENA_CAP: u32 = 1024 * 1024;

const STATUS = text(":status");
const COOKIE = text("cookie");
const CONTENT_TYPE = text("content-type");

const inputs = new Inputs();
const evaluator = new Evaluator();
const pairs = new HeaderPairs();
const target = new RequestTarget();
const query = new QueryParser();
const graphql = new GraphqlParser();
const cookies = new Cookies();
const token = new BearerToken();
const contentType = new ContentType();
const fields = new RequestFields();
const hop = new ForwardedHop();
const anomalyNames = anomalyTexts();

/** Told of the inputs of a drain before they are evaluated. */
export type DrainObserver = (tx: Transaction, inputs: Inputs) => void;

/** Set by the engine while it explains; the filter never does, so that the optimiser takes it out there. */
let observer: DrainObserver | null = null;

export function observeDrains(by: DrainObserver | null): void {
  observer = by;
}

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
  private time: u64 = 0;
  private budget: i64 = 0;
  private requestBodyOpen: bool = false;
  private responseBodyOpen: bool = false;
  private requestLeft: u32 = 0;
  private responseLeft: u32 = 0;
  private requestParser: BodyParser = new BodyParser();
  private responseParser: BodyParser = new BodyParser();

  /** `time` in seconds since the epoch, for lists whose entries expire; 0 = not known. */
  begin(policy: Policy, time: u64): void {
    this.time = time;
    this.policy = policy;
    policy.acquire();
    this.arena.firstBlock = ARENA_FIRST;
    this.arena.cap = ARENA_CAP;
    this.budget = policy.config.budget;
    this.requestLeft = policy.config.bodyCaptureSize;
    this.responseLeft = policy.config.bodyCaptureSize;
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
    if (this.policy.config.mode != Mode.Block) return false;
    if (this.verdict == Verdict.Block) return true;
    if ((this.limits & Limit.Host) != 0 && this.policy.config.failClosed) return true;
    return (this.limits & ~Limit.Host) != 0 && this.policy.config.blockOnLimit;
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

  /** True while request body bytes are still of interest. */
  wantsRequestBody(): bool {
    return this.requestBodyOpen && !this.mustBlock();
  }

  wantsResponseBody(): bool {
    return this.responseBodyOpen;
  }

  /** `at` is a header blob (http/header-fields.ts); `ip` the client's address as text, 0 long when not known. */
  requestHeaders(at: usize, len: u32, ip: usize, ipLen: u32, end: bool): void {
    evaluator.blockMatched = false;
    pairs.start(at, len);
    fields.read(pairs, contentType);
    target.start(fields.path.at, fields.path.len);
    this.accepts = fields.accepts;
    this.keepRequestId(fields.requestId);
    this.pushOne(Address.RequestMethod, fields.method.at, fields.method.len);
    if (pairs.malformed) {
      this.limits |= Limit.Headers;
      this.anomalies |= Anomaly.HeaderMalformed;
    }
    this.keepClientIp(ip, ipLen);
    this.pushOne(Address.ClientIp, this.clientIp.at, this.clientIp.len);
    while (!target.push(inputs)) this.drain();
    if (fields.hasCookies) this.pushCookies();
    pairs.rewind();
    while (!pushHeaders(inputs, pairs, Address.RequestHeaders)) this.drain();
    this.pushQuery();
    // Last, as it drains: all before it is judged together.
    if (this.policy.reads(Address.RequestJwt)) this.pushToken();
    this.anomalies |= target.anomalies;
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

  private pushQuery(): void {
    query.start(Address.RequestQuery);
    graphql.reset();
    feedQuery(this, target.query, target.queryLen);
    this.anomalies |= query.anomalies | graphql.anomalies;
  }

  private pushCookies(): void {
    pairs.rewind();
    while (pairs.next()) {
      if (pairs.nameLen != 6 || !isField(pairs, COOKIE)) continue;
      cookies.start(pairs.value, pairs.valueLen);
      while (!cookies.push(inputs)) this.drain();
      this.anomalies |= cookies.anomalies;
    }
  }

  private pushToken(): void {
    const credentials = fields.credentials;
    if (credentials.len == 0 || !token.start(credentials.at, credentials.len)) return;
    this.tokenAddress = 1 << Address.RequestJwt;
    while (!token.push(inputs)) this.drain();
  }

  private pushOne(address: u32, at: usize, len: u32): void {
    if (len == 0) return;
    if (inputs.room() == 0) this.drain();
    inputs.push(address, InputKind.String, 0, at, len);
  }

  private openRequestBody(): void {
    const config = this.policy.config;
    this.requestBodyOpen =
      config.inspectRequestBody && config.allowsContentType(contentType.type, contentType.typeLen);
    if (!this.requestBodyOpen) return;
    this.requestParser.start(contentType, Address.RequestBody);
    if (this.policy.notesBodyKeys()) this.bodyKeys.start(contentType.kind);
  }

  /** Bytes of the request body that were not given before; `end` when they are the last. */
  requestBody(at: usize, len: u32, end: bool): void {
    if (this.requestBodyOpen) {
      const take = min(len, this.requestLeft);
      this.requestLeft -= take;
      this.feedBody(this.requestParser, at, take);
      if (take < len) {
        this.limits |= Limit.RequestBody;
        this.closeRequestBody();
      }
    }
    if (end) this.endRequest();
    else this.drain();
  }

  /** The request is complete: with its last body byte, its trailers, or its headers. */
  endRequest(): void {
    this.closeRequestBody();
    this.pushAnomalies(Address.RequestAnomalies, this.anomalies);
    this.conclude(AFTER_REQUEST);
    this.bodyKeys.close();
  }

  private closeRequestBody(): void {
    if (!this.requestBodyOpen) return;
    this.requestBodyOpen = false;
    while (!this.requestParser.finish(inputs)) this.drain();
    this.anomalies |= this.requestParser.anomalies;
  }

  requestTrailers(at: usize, len: u32): void {
    pairs.start(at, len);
    while (!pushHeaders(inputs, pairs, Address.RequestTrailers)) this.drain();
    this.endRequest();
  }

  responseHeaders(at: usize, len: u32, end: bool): void {
    pairs.start(at, len);
    contentType.parse(0, 0);
    while (pairs.next()) {
      if (pairs.nameLen == 7 && isField(pairs, STATUS)) this.readStatus();
      else if (pairs.nameLen == 12 && isField(pairs, CONTENT_TYPE))
        contentType.parse(pairs.value, pairs.valueLen);
    }
    pairs.rewind();
    while (!pushHeaders(inputs, pairs, Address.ResponseHeaders)) this.drain();
    this.conclude(AFTER_RESPONSE_HEADERS);
    const config = this.policy.config;
    this.responseBodyOpen =
      !end &&
      config.inspectResponseBody &&
      contentType.kind == BodyKind.Json &&
      config.allowsContentType(contentType.type, contentType.typeLen);
    if (this.responseBodyOpen) this.responseParser.start(contentType, Address.ResponseBody);
    else if (end) this.conclude(AFTER_RESPONSE);
  }

  private readStatus(): void {
    this.status = 0;
    for (let i: u32 = 0; i < pairs.valueLen && i < 3; i++) {
      this.status = this.status * 10 + load<u8>(pairs.value + i) - 0x30;
    }
    this.pushOne(Address.ResponseStatus, pairs.value, pairs.valueLen);
    inputs.push(Address.ResponseStatus, InputKind.Number, 0, pairs.value, pairs.valueLen);
  }

  responseBody(at: usize, len: u32, end: bool): void {
    if (!this.responseBodyOpen) return;
    const take = min(len, this.responseLeft);
    this.responseLeft -= take;
    this.feedBody(this.responseParser, at, take);
    if (take < len) this.limits |= Limit.ResponseBody;
    if (end || take < len) this.endResponse();
    else this.drain();
  }

  endResponse(): void {
    if (this.responseBodyOpen) {
      this.responseBodyOpen = false;
      while (!this.responseParser.finish(inputs)) this.drain();
      this.responseAnomalies |= this.responseParser.anomalies;
      this.pushAnomalies(Address.ResponseAnomalies, this.responseAnomalies);
    }
    this.conclude(AFTER_RESPONSE);
  }

  /** One value a fact, so that rules can ask for them by name. */
  private pushAnomalies(address: u32, anomalies: u64): void {
    for (let rest = anomalies; rest != 0; rest &= rest - 1) {
      const name = anomalyNames[<i32>ctz(rest)];
      this.pushOne(address, name.at, name.len);
    }
  }

  private feedBody(parser: BodyParser, at: usize, len: u32): void {
    this.inspected += len;
    inputs.judgeWith(drainFor, changetype<usize>(this));
    let from = at;
    let left = len;
    while (left != 0) {
      const used = parser.feed(inputs, from, left);
      from += used;
      left -= used;
      if (left != 0) this.drain();
    }
  }

  /** Evaluates the inputs gathered so far, and forgets them. */
  drain(): void {
    if (inputs.count != 0) this.evaluate(0);
  }

  /** Evaluates what is left of `addresses` (bit per address), which receive nothing more. */
  private conclude(addresses: u32): void {
    this.evaluate(addresses | this.tokenAddress);
  }

  /** Exclusions first, so that they hold for the very inputs that make them hold. */
  private evaluate(finished: u32): void {
    const observe = observer;
    if (observe !== null && inputs.count != 0) observe(this, inputs);
    this.bodyKeys.collect(inputs, this.arena);
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
    if (evaluator.blockMatched) this.verdict = Verdict.Block;
    else if (this.verdict == Verdict.Allow && this.shipped.matchedRules + this.custom.matchedRules != 0) {
      this.verdict = Verdict.Monitor;
    }
    evaluator.blockMatched = false;
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
    this.limits = 0;
    this.inspected = 0;
    this.requestBodyOpen = false;
    this.responseBodyOpen = false;
    this.requestParser.reset();
    this.responseParser.reset();
  }
}

function drainFor(tx: usize): void {
  changetype<Transaction>(tx).drain();
}

function feedQuery(tx: Transaction, at: usize, len: u32): void {
  let from = at;
  let left = len;
  while (left != 0) {
    const used = query.feed(inputs, from, left);
    from += used;
    left -= used;
    if (query.documentLen != 0) readDocument(tx);
    else if (left != 0) tx.drain();
  }
  let isDone = false;
  while (!isDone) {
    isDone = query.finish(inputs);
    if (query.documentLen != 0) readDocument(tx);
    else if (!isDone) tx.drain();
  }
}

/** The query held a GraphQL document. */
function readDocument(tx: Transaction): void {
  graphql.take(query.documentAt, query.documentLen);
  while (!graphql.read(inputs)) tx.drain();
}
