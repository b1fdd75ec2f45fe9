// A whole transaction without a proxy: for the Node CLI, the HAProxy agent, tests and benchmarks.

import { ByteWriter } from "../core/bytes/byte-writer";
import { Policy } from "../core/policy";
import { PolicyBuild, buildPolicy } from "../core/policy-builder";
import { Text } from "../core/bytes/text";
import { Outcome } from "../core/outcome";
import { choosePolicy } from "../core/route-choice";
import { EventContext, appendEvent } from "../core/report/event";
import { Transaction } from "../core/transaction";

const tx = new Transaction();
const build = new PolicyBuild();
const event = new ByteWriter();
const context = new EventContext();
let policy: Policy | null = null;
const routeName = new Text();
let time: u64 = 0;

/** Takes a configuration (JSON text; empty = defaults) for the transactions to come. False: see problemsAt(). */
export function configure(at: usize, len: u32): bool {
  build.clear();
  const made = buildPolicy(at, len, build);
  if (made === null) return false;
  const previous = policy;
  policy = made;
  if (previous !== null) previous.release();
  return true;
}

/** Newline-separated problems of the last configure(). */
export function problemsAt(): usize {
  return build.problems.at;
}

export function problemsSize(): u32 {
  return build.problems.length;
}

/** Newline-separated warnings of the last configure(). */
export function warningsAt(): usize {
  return build.warnings.at;
}

export function warningsSize(): u32 {
  return build.warnings.length;
}

/** Seconds since the epoch, for the transactions to come. */
export function setTime(seconds: u64): void {
  time = seconds;
}

/** The proxy's name of the route, for the next transaction; the bytes stay the caller's. */
export function setRouteName(at: usize, len: u32): void {
  routeName.at = at;
  routeName.len = len;
}

/** Starts a transaction; one at a time. The header blob is that of core/http/header-fields.ts. Answers the verdict. */
export function beginTransaction(at: usize, len: u32, ip: usize, ipLen: u32, end: bool): u32 {
  if (changetype<usize>(tx.policy) != 0) tx.reset();
  const current = policy;
  if (current === null) return 0;
  tx.begin(choosePolicy(current, at, len, routeName), time);
  routeName.len = 0;
  tx.requestHeaders(at, len, ip, ipLen, end);
  context.clientIp.at = ip;
  context.clientIp.len = ipLen;
  return tx.verdict;
}

export function requestBody(at: usize, len: u32, end: bool): u32 {
  tx.requestBody(at, len, end);
  return tx.verdict;
}

export function requestTrailers(at: usize, len: u32): u32 {
  tx.requestTrailers(at, len);
  return tx.verdict;
}

export function responseTrailers(at: usize, len: u32): u32 {
  tx.responseTrailers(at, len);
  return tx.verdict;
}

export function responseHeaders(at: usize, len: u32, end: bool): u32 {
  tx.responseHeaders(at, len, end);
  return tx.verdict;
}

export function responseBody(at: usize, len: u32, end: bool): u32 {
  tx.responseBody(at, len, end);
  return tx.verdict;
}

/** True when the configuration's mode and the verdict together ask for a block. */
export function mustBlock(): bool {
  return tx.mustBlock();
}

/** Composes the event (JSON) of the transaction, with what its request's header blob says; at eventAt(). */
export function composeEvent(at: usize, len: u32, time: u64): u32 {
  context.headersAt = at;
  context.headersLen = len;
  context.time = time;
  context.status = tx.status;
  context.outcome = tx.mustBlock() ? Outcome.Block : Outcome.None;
  event.clear();
  appendEvent(event, tx, context);
  return event.length;
}

export function eventAt(): usize {
  return event.at;
}

/** Ends the transaction; its memory is kept for the next one. */
export function endTransaction(): void {
  tx.reset();
}
