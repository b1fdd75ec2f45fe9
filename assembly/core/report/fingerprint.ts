// Fingerprints of a request in Datadog's format, for the attributes of its event: the endpoint, the client's headers, how
// it came through proxies, its session. Computed when an event is composed, from the request's headers, and only those that
// a ruleset asks for. What is not known at a proxy (the ids of user and session) is an empty field.
//
// Facts: fields, their order and normal forms are those of libddwaf 1.30 (processors `http_endpoint_fingerprint` …).
// TEST: test/engine/fingerprint.test.ts; against libddwaf test/differential/fingerprints.ts.

import { Address } from "../address";
import { equalsFolded, lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { SHA256_BYTES, sha256 } from "../bytes/sha256";
import { Text, text } from "../bytes/text";
import { Cookies } from "../http/cookies";
import { HeaderPairs } from "../http/header-fields";
import { QueryParser } from "../http/query";
import { RequestTarget } from "../http/request-target";
import { BodyKey } from "../inputs/body-keys";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath } from "../inputs/key-path";
import { ProcessorKind } from "../rules/layout";
import { Transaction } from "../transaction";
import { FINGERPRINT_TEXT, FingerprintKeys } from "./fingerprint-keys";

const METHOD = text(":method");
const PATH = text(":path");
const COOKIE = text("cookie");
const USER_AGENT = text("user-agent");
const DATADOG = text("x-datadog");

/** Which of them a client sends is a field of the header fingerprint, in this order. */
const STANDARD = texts([
  "referer",
  "connection",
  "accept-encoding",
  "content-encoding",
  "cache-control",
  "te",
  "accept-charset",
  "content-type",
  "accept",
  "accept-language",
]);
/** Which of them are there is a field of the network fingerprint; the first with a value is the one that counts. */
const ORIGIN = texts([
  "x-forwarded-for",
  "x-real-ip",
  "true-client-ip",
  "x-client-ip",
  "x-forwarded",
  "forwarded-for",
  "x-cluster-client-ip",
  "fastly-client-ip",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
]);
const NOT_LISTED: u32 = 0xffffffff;

const HYPHEN: u8 = 0x2d;
const UNDERSCORE: u32 = 0x5f;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const QUESTION: u32 = 0x3f;
const HASH: u32 = 0x23;
const ZERO: u8 = 0x30;
const HEX = text("0123456789abcdef");
/** Bytes of a digest that are shown. */
const SHOWN_DIGEST: u32 = 4;

const pairs = new HeaderPairs();
const target = new RequestTarget();
const query = new QueryParser();
const cookies = new Cookies();
const inputs = new Inputs();
const keys = new FingerprintKeys();
const scratch = new ByteWriter();
const digest: usize = heap.alloc(SHA256_BYTES);

/**
 * Writes the fingerprint that processors of `kind` make of the request, whose headers are the blob at `at`. False, and
 * nothing written, when the request has not what it is made of.
 */
export function writeFingerprint(out: ByteWriter, kind: u32, tx: Transaction, at: usize, len: u32): bool {
  pairs.start(at, len);
  switch (kind) {
    case ProcessorKind.EndpointFingerprint:
      return writeEndpoint(out, tx);
    case ProcessorKind.HeaderFingerprint:
      writeHeaders(out);
      return true;
    case ProcessorKind.NetworkFingerprint:
      writeNetwork(out);
      return true;
    case ProcessorKind.SessionFingerprint:
      return writeSession(out);
  }
  return false;
}

/** `http-METHOD-PATH-QUERY-BODY`: the method, hashes of the path and of the names in query and body. */
function writeEndpoint(out: ByteWriter, tx: Transaction): bool {
  if (!pairs.find(METHOD.at, METHOD.len)) return false;
  const method = pairs.value;
  const methodLen = min(pairs.valueLen, FINGERPRINT_TEXT);
  if (!pairs.find(PATH.at, PATH.len)) return false;
  out.text("http-");
  appendLower(out, method, methodLen);
  out.byte(HYPHEN);
  const end = min(pairs.valueLen, FINGERPRINT_TEXT);
  let len: u32 = 0;
  while (len < end && !endsPath(load<u8>(pairs.value + len))) len++;
  hashLower(out, pairs.value, len);
  out.byte(HYPHEN);
  target.start(pairs.value, pairs.valueLen);
  readQuery(target.query, target.queryLen);
  hashNames(out);
  out.byte(HYPHEN);
  keys.clear();
  for (let at = tx.bodyKeys.first; at != 0; at = changetype<BodyKey>(at).next) {
    keys.add(changetype<BodyKey>(at).at, changetype<BodyKey>(at).len, 0, 0);
  }
  hashNames(out);
  return true;
}

/** `hdr-STANDARD-AGENT-COUNT-OTHERS`: which usual ones there are, a hash of the client's name, number and hash of the rest. */
function writeHeaders(out: ByteWriter): void {
  keys.clear();
  let seen: u32 = 0;
  let agent: usize = 0;
  let agentLen: u32 = 0;
  while (pairs.next()) {
    if (!isPlainHeader()) continue;
    const standard = placeIn(STANDARD);
    if (standard != NOT_LISTED) seen |= 1 << standard;
    else if (equalsHeader(USER_AGENT, pairs.nameLen)) {
      agent = pairs.value;
      agentLen = min(pairs.valueLen, FINGERPRINT_TEXT);
    } else if (placeIn(ORIGIN) == NOT_LISTED && !startsHeader(DATADOG)) {
      keys.addLower(pairs.name, pairs.nameLen);
    }
  }
  keys.settleHeaders();
  out.text("hdr-");
  appendBits(out, seen, <u32>STANDARD.length);
  out.byte(HYPHEN);
  hashLower(out, agent, agentLen);
  out.byte(HYPHEN);
  out.decimal(keys.count);
  out.byte(HYPHEN);
  if (keys.count == 0) return;
  scratch.clear();
  keys.writeHeaders(scratch);
  appendHash(out);
}

/** `net-COUNT-ORIGIN`: addresses in the header that counts, and which headers of this kind there are. */
function writeNetwork(out: ByteWriter): void {
  let seen: u32 = 0;
  let chosen = <u32>ORIGIN.length;
  let isEmpty = true;
  let name: usize = 0;
  let nameLen: u32 = 0;
  while (pairs.next()) {
    const place = isPlainHeader() ? placeIn(ORIGIN) : NOT_LISTED;
    if (place == NOT_LISTED) continue;
    seen |= 1 << place;
    if (place >= chosen) continue;
    // An empty header of higher rank hides the one that counted so far: as libddwaf has it.
    isEmpty = pairs.valueLen == 0;
    if (isEmpty) continue;
    chosen = place;
    name = pairs.name;
    nameLen = pairs.nameLen;
  }
  out.text("net-");
  out.decimal(isEmpty ? 0 : countAddresses(name, nameLen));
  out.byte(HYPHEN);
  appendBits(out, seen, <u32>ORIGIN.length);
}

/** Items of the list that all fields of this name, at `name` as one of them has it, make. */
function countAddresses(name: usize, nameLen: u32): u32 {
  let count: u32 = 0;
  pairs.rewind();
  while (pairs.next()) {
    if (pairs.nameLen != nameLen || !equalsIgnoringCase(pairs.name, name, nameLen)) continue;
    count++;
    const end = min(pairs.valueLen, FINGERPRINT_TEXT);
    for (let i: u32 = 0; i < end; i++) if (load<u8>(pairs.value + i) == COMMA) count++;
  }
  return count;
}

/** `ssn-USER-NAMES-VALUES-SESSION`: of these a proxy knows the cookies. */
function writeSession(out: ByteWriter): bool {
  keys.clear();
  while (pairs.findNext(COOKIE.at, COOKIE.len)) readCookies(pairs.value, pairs.valueLen);
  if (keys.count == 0) return false;
  keys.settle();
  out.text("ssn--");
  scratch.clear();
  keys.writeNames(scratch);
  appendHash(out);
  out.byte(HYPHEN);
  scratch.clear();
  keys.writeValues(scratch);
  appendHash(out);
  out.byte(HYPHEN);
  return true;
}

/** Names and values, as the cookies' address has them. */
function readCookies(at: usize, len: u32): void {
  cookies.start(at, len);
  let isRead = false;
  while (!isRead) {
    isRead = cookies.push(inputs);
    for (let i: u32 = 0; i < inputs.count; i++) {
      if (inputs.kind(i) != InputKind.Key) continue;
      const hasValue = i + 1 < inputs.count && inputs.kind(i + 1) == InputKind.String;
      const valueLen = hasValue ? inputs.len(i + 1) : 0;
      keys.add(inputs.at(i), inputs.len(i), hasValue ? inputs.at(i + 1) : 0, valueLen);
    }
    inputs.clear();
  }
}

/** The top-level names of the query into `keys`. */
function readQuery(at: usize, len: u32): void {
  keys.clear();
  query.start(Address.RequestQuery);
  let done: u32 = 0;
  while (done < len) {
    done += query.feed(inputs, at + done, len - done);
    noteQuery();
  }
  let isRead = false;
  while (!isRead) {
    isRead = query.finish(inputs);
    noteQuery();
  }
  query.reset();
}

function noteQuery(): void {
  let end: usize = 0;
  let from: usize = 0;
  for (let i: u32 = 0; i < inputs.count; i++) {
    const at = inputs.at(i);
    // Within the last pair: a piece between two of its semicolons.
    if (inputs.kind(i) != InputKind.Key || at - from < end - from) continue;
    from = at;
    end = i + 1 < inputs.count ? inputs.at(i + 1) + inputs.len(i + 1) : at;
    let node = inputs.keyPath(i);
    if (node == 0) continue;
    while (changetype<KeyPath>(node).parent != 0) node = changetype<KeyPath>(node).parent;
    keys.add(changetype<KeyPath>(node).at, changetype<KeyPath>(node).len, 0, 0);
  }
  inputs.clear();
}

/** The hash of the names in `keys`; nothing when there are none. */
function hashNames(out: ByteWriter): void {
  if (keys.count == 0) return;
  keys.settle();
  scratch.clear();
  keys.writeNames(scratch);
  appendHash(out);
}

/** The hash of the bytes in lower case; nothing when there are none. */
function hashLower(out: ByteWriter, at: usize, len: u32): void {
  if (len == 0) return;
  scratch.clear();
  appendLower(scratch, at, len);
  appendHash(out);
}

/** The first digits of the SHA-256 of `scratch`. */
function appendHash(out: ByteWriter): void {
  sha256(scratch.at, scratch.length, digest);
  for (let i: u32 = 0; i < SHOWN_DIGEST; i++) {
    const c = <u32>load<u8>(digest + i);
    out.byte(load<u8>(HEX.at + (c >> 4)));
    out.byte(load<u8>(HEX.at + (c & 15)));
  }
}

function appendLower(out: ByteWriter, at: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) out.byte(<u8>lowerByte(load<u8>(at + i)));
}

/** `count` digits, the lowest bit first. */
function appendBits(out: ByteWriter, bits: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) out.byte(ZERO + <u8>((bits >> i) & 1));
}

function endsPath(c: u32): bool {
  return c == QUESTION || c == HASH;
}

/** The current pair is neither a pseudo-header nor a cookie: one of `server.request.headers.no_cookies`. */
function isPlainHeader(): bool {
  if (pairs.nameLen != 0 && load<u8>(pairs.name) == COLON) return false;
  return !equalsFolded(pairs.name, pairs.nameLen, COOKIE.at, COOKIE.len);
}

function equalsIgnoringCase(a: usize, b: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (lowerByte(load<u8>(a + i)) != lowerByte(load<u8>(b + i))) return false;
  }
  return true;
}

/** Place of the current pair's name in the list, or NOT_LISTED. */
function placeIn(list: StaticArray<Text>): u32 {
  for (let i = 0; i < list.length; i++) {
    if (equalsHeader(unchecked(list[i]), pairs.nameLen)) return <u32>i;
  }
  return NOT_LISTED;
}

function startsHeader(prefix: Text): bool {
  return pairs.nameLen >= prefix.len && equalsHeader(prefix, prefix.len);
}

/** The first `len` bytes of the current pair's name are `name`, in any case and with `_` for `-`. */
function equalsHeader(name: Text, len: u32): bool {
  if (name.len != len) return false;
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(pairs.name + i);
    if ((c == UNDERSCORE ? <u32>HYPHEN : lowerByte(c)) != load<u8>(name.at + i)) return false;
  }
  return true;
}

function texts(values: StaticArray<string>): StaticArray<Text> {
  const out = new StaticArray<Text>(values.length);
  for (let i = 0; i < values.length; i++) out[i] = text(values[i]);
  return out;
}
