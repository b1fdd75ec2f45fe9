// What heads of requests and responses say, as inputs of a transaction. Parsers and list are one per VM: a step of a
// transaction leaves nothing in them.

import { Address } from "./address";
import { isObserved } from "./drain-observer";
import { GraphqlParser } from "./body/graphql";
import { text } from "./bytes/text";
import { BearerToken } from "./http/bearer-token";
import { BodyFields } from "./http/body-fields";
import { BodyKind, ContentType } from "./http/content-type";
import { Cookies } from "./http/cookies";
import { HeaderPairs, isField, pushHeaders } from "./http/header-fields";
import { QueryParser } from "./http/query";
import { RequestFields } from "./http/request-fields";
import { RequestTarget } from "./http/request-target";
import { UpgradeFields } from "./http/upgrade";
import { InputKind, Inputs } from "./inputs/inputs";
import { Sieve } from "./inputs/sieve";
import { Policy } from "./policy";
import { Transaction } from "./transaction";

const STATUS = text(":status");
const COOKIE = text("cookie");
const CONTENT_TYPE = text("content-type");

export const inputs = new Inputs();
/** The fields of the head that was read last. */
export const pairs = new HeaderPairs();
export const contentType = new ContentType();
export const bodyFields = new BodyFields();
const sieve = new Sieve();
const fields = new RequestFields();
const target = new RequestTarget();
const query = new QueryParser();
const graphql = new GraphqlParser();
const cookies = new Cookies();
const token = new BearerToken();
const answer = new UpgradeFields();
/** The digits of the response's status, in the head that was read. */
let statusAt: usize = 0;
let statusLen: u32 = 0;

/**
 * Lets parsers leave out what no rule of the policy has anything against, until `inputs.sieve` is taken away; who observes sees all.
 * `budget`: work units that the transaction has left.
 */
export function openSieve(policy: Policy, isRequest: bool, budget: i64): void {
  if (isObserved()) return;
  sieve.left = budget;
  inputs.sieve = policy.sieveOf(isRequest, sieve);
}

/** Work units of what was left out since the last call. */
export function takeSieved(): i64 {
  const work = sieve.work;
  sieve.work = 0;
  sieve.left -= work;
  return work;
}

/** Reads a request's head (a blob of http/header-fields.ts); what it says stays until the next head is read. */
export function readRequestHead(at: usize, len: u32): RequestFields {
  pairs.start(at, len);
  fields.read(pairs, contentType, bodyFields);
  return fields;
}

/** Pushes what readRequestHead() read, but for the token; the anomalies of its parts. */
export function pushRequestHead(tx: Transaction): u64 {
  target.start(fields.path.at, fields.path.len);
  pushOne(tx, Address.RequestMethod, fields.method.at, fields.method.len);
  while (!target.push(inputs)) tx.drain();
  if (contentType.kind == BodyKind.Grpc) pushCall(tx);
  const found = fields.hasCookies ? pushCookies(tx) : 0;
  pairs.rewind();
  while (!pushHeaders(inputs, pairs, Address.RequestHeaders)) tx.drain();
  return found | pushQuery(tx) | target.anomalies;
}

/** True when the request carries a token, whose parts are pushed then. */
export function pushToken(tx: Transaction): bool {
  const credentials = fields.credentials;
  if (credentials.len == 0 || !token.start(credentials.at, credentials.len)) return false;
  while (!token.push(inputs)) tx.drain();
  return true;
}

/** Reads a response's head; its status. */
export function readResponseHead(at: usize, len: u32): u32 {
  pairs.start(at, len);
  contentType.parse(0, 0);
  bodyFields.clear();
  statusLen = 0;
  let status: u32 = 0;
  while (pairs.next()) {
    if (pairs.nameLen == 7 && isField(pairs, STATUS)) {
      statusAt = pairs.value;
      statusLen = pairs.valueLen;
      status = 0;
      for (let i: u32 = 0; i < statusLen && i < 3; i++) status = status * 10 + load<u8>(statusAt + i) - 0x30;
    } else if (pairs.nameLen == 12 && isField(pairs, CONTENT_TYPE)) {
      contentType.parse(pairs.value, pairs.valueLen);
    } else {
      bodyFields.readPair(pairs);
    }
  }
  return status;
}

/** What the response that was read last says about an upgrade; only asked for where one is wanted. */
export function readUpgrade(): UpgradeFields {
  pairs.rewind();
  answer.read(pairs);
  return answer;
}

/** Pushes what readResponseHead() read, where somebody looks at it. */
export function pushResponseHead(tx: Transaction): void {
  const policy = tx.policy;
  if (statusLen != 0 && (policy.reads(Address.ResponseStatus) || isObserved())) {
    pushOne(tx, Address.ResponseStatus, statusAt, statusLen);
    inputs.push(Address.ResponseStatus, InputKind.Number, 0, statusAt, statusLen);
  }
  if (!policy.reads(Address.ResponseHeaders) && !isObserved()) return;
  pairs.rewind();
  while (!pushHeaders(inputs, pairs, Address.ResponseHeaders)) tx.drain();
}

/** Pushes all fields of a blob, such as trailers. */
export function pushFields(tx: Transaction, at: usize, len: u32, address: u32): void {
  pairs.start(at, len);
  while (!pushHeaders(inputs, pairs, address)) tx.drain();
}

/** Pushes one text; nothing when it is empty. */
export function pushOne(tx: Transaction, address: u32, at: usize, len: u32): void {
  if (len == 0) return;
  if (inputs.room() == 0) tx.drain();
  inputs.push(address, InputKind.String, 0, at, len);
}

/** The head of a gRPC request, at the addresses that Datadog's rules have for it, where some rule looks there. */
function pushCall(tx: Transaction): void {
  if (tx.policy.reads(Address.GrpcMethod)) pushOne(tx, Address.GrpcMethod, fields.path.at, fields.path.len);
  if (!tx.policy.reads(Address.GrpcRequestMetadata)) return;
  pairs.rewind();
  while (!pushHeaders(inputs, pairs, Address.GrpcRequestMetadata)) tx.drain();
}

function pushCookies(tx: Transaction): u64 {
  let found: u64 = 0;
  pairs.rewind();
  while (pairs.next()) {
    if (pairs.nameLen != 6 || !isField(pairs, COOKIE)) continue;
    cookies.start(pairs.value, pairs.valueLen);
    while (!cookies.push(inputs)) tx.drain();
    found |= cookies.anomalies;
  }
  return found;
}

function pushQuery(tx: Transaction): u64 {
  query.start(Address.RequestQuery);
  graphql.reset();
  feedQuery(tx, target.query, target.queryLen);
  return query.anomalies | graphql.anomalies;
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
