// A block verdict → the reply the client gets: page by Accept, status, redirect, response id.

import { ByteWriter } from "../core/bytes/byte-writer";
import { Text, text } from "../core/bytes/text";
import { appendFilled } from "../core/config/block-page";
import { Decision } from "../core/report/decision";
import {
  ACTION_GRPC,
  ACTION_KIND,
  ACTION_LOCATION,
  ACTION_STATUS,
  ACTION_TEMPLATE,
  ActionKind,
} from "../core/rules/layout";
import { Accepts } from "../core/http/accept";
import { Transaction } from "../core/transaction";
import { Buffer, Status } from "./abi";
import { NO_STATUS_GRPC, replaceBuffer, sendLocalResponse } from "./host";

const CONTENT_TYPE = text("content-type");
const HTML_TYPE = text("text/html;charset=utf-8");
const JSON_TYPE = text("application/json");
const CACHE_CONTROL = text("cache-control");
const NO_STORE = text("no-store");
const LOCATION = text("location");
const REQUEST_ID = text("x-request-id");
const NONE = text("none");
const HTML = text("html");
const JSON_NAME = text("json");

const body = new ByteWriter();
const details = new ByteWriter();
const location = new ByteWriter();
const headers = new ByteWriter();
const template = new Text();

/** Sends the reply for a blocked transaction under response id `id`. */
export function sendBlockResponse(tx: Transaction, decision: Decision, id: Text): Status {
  const config = tx.policy.config;
  const action = decision.action;
  const rule = decision.rule;
  const base = decision.blob;
  body.clear();
  details.clear();
  location.clear();
  details.text("wardgate:");
  details.bytes(rule.at, rule.len);
  details.byte(0x3a);
  details.bytes(id.at, id.len);
  let status = config.blockStatus;
  let grpc: u32 = NO_STATUS_GRPC;
  if (action != 0) {
    status = load<u32>(action, ACTION_STATUS);
    if (load<u32>(action, ACTION_KIND) == ActionKind.Redirect) {
      template.at = base + load<u32>(action, ACTION_LOCATION);
      template.len = load<u32>(action, ACTION_LOCATION + 4);
      appendFilled(location, template, id.at, id.len);
    } else {
      grpc = load<u32>(action, ACTION_GRPC);
    }
  } else if (config.redirectLocation.len != 0) {
    status = config.redirectStatus;
    appendFilled(location, config.redirectLocation, id.at, id.len);
  }
  const html = choosesHtml(tx, action, base);
  if (location.length == 0 && !hasNoPage(action, base)) {
    appendFilled(body, html ? config.htmlTemplate : config.jsonTemplate, id.at, id.len);
  }
  writeHeaders(tx, html);
  return sendLocalResponse(
    status,
    details.at,
    details.length,
    body.at,
    body.length,
    headers.at,
    headers.length,
    grpc,
  );
}

/**
 * Puts the block page in the place of the response's body, whose `size` bytes are all held; blanks fill it up to a length
 * that was declared. BadArgument, and nothing changed, when the page does not fit or the body is in a content coding.
 */
export function replaceResponseBody(tx: Transaction, size: u32, id: Text): Status {
  const declared = tx.responseLength;
  const config = tx.policy.config;
  body.clear();
  appendFilled(body, tx.accepts == Accepts.Html ? config.htmlTemplate : config.jsonTemplate, id.at, id.len);
  if (declared < -1 || (declared >= 0 && declared < <i64>body.length)) return Status.BadArgument;
  while (<i64>body.length < declared) body.byte(0x20);
  return replaceBuffer(Buffer.HttpResponseBody, size, body.at, body.length);
}

/** The action's type is `none`: a status and nothing else. */
function hasNoPage(action: usize, base: usize): bool {
  if (action == 0 || load<u32>(action, ACTION_TEMPLATE + 4) != NONE.len) return false;
  return memory.compare(base + load<u32>(action, ACTION_TEMPLATE), NONE.at, NONE.len) == 0;
}

/** The action's own type where it names one, else what the client accepts. */
function choosesHtml(tx: Transaction, action: usize, base: usize): bool {
  if (action != 0) {
    const at = base + load<u32>(action, ACTION_TEMPLATE);
    const len = load<u32>(action, ACTION_TEMPLATE + 4);
    if (len == HTML.len && memory.compare(at, HTML.at, len) == 0) return true;
    if (len == JSON_NAME.len && memory.compare(at, JSON_NAME.at, len) == 0) return false;
  }
  return tx.accepts == Accepts.Html;
}

function writeHeaders(tx: Transaction, html: bool): void {
  const count: u32 = 2 + (tx.requestId.len != 0 ? 1 : 0);
  const type = html ? HTML_TYPE : JSON_TYPE;
  headers.clear();
  headers.u32(count);
  if (location.length != 0) sizes(LOCATION.len, location.length);
  else sizes(CONTENT_TYPE.len, type.len);
  sizes(CACHE_CONTROL.len, NO_STORE.len);
  if (tx.requestId.len != 0) sizes(REQUEST_ID.len, tx.requestId.len);
  if (location.length != 0) pair(LOCATION, location.at, location.length);
  else pair(CONTENT_TYPE, type.at, type.len);
  pair(CACHE_CONTROL, NO_STORE.at, NO_STORE.len);
  if (tx.requestId.len != 0) pair(REQUEST_ID, tx.requestId.at, tx.requestId.len);
}

function sizes(name: u32, value: u32): void {
  headers.u32(name);
  headers.u32(value);
}

function pair(name: Text, at: usize, len: u32): void {
  headers.bytes(name.at, name.len);
  headers.byte(0);
  headers.bytes(at, len);
  headers.byte(0);
}
