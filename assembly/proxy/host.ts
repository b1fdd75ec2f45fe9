// The only file that calls the host. Every hostcall answers a status and never throws: NotFound and
// BadArgument are answers, not errors. What the host writes goes through malloc() below, straight into the
// memory the caller chose, so nothing is copied twice.

import {
  proxy_continue_stream,
  proxy_define_metric,
  proxy_get_buffer_bytes,
  proxy_get_current_time_nanoseconds,
  proxy_get_header_map_pairs,
  proxy_get_property,
  proxy_get_shared_data,
  proxy_increment_metric,
  proxy_log,
  proxy_record_metric,
  proxy_replace_header_map_value,
  proxy_send_local_response,
  proxy_set_effective_context,
  proxy_set_property,
  proxy_set_shared_data,
  proxy_set_tick_period_milliseconds,
} from "@solo-io/proxy-runtime/assembly/imports";
import { Arena } from "../core/bytes/arena";
import { Text } from "../core/bytes/text";
import { Status } from "./abi";
import { environ_get, environ_sizes_get, proxy_set_buffer_bytes, random_get } from "./raw-imports";

/** Bytes that the last successful read delivered; valid until the arena that received them is reset. */
@unmanaged
export class Received {
  at: usize = 0;
  len: u32 = 0;
}

export const received = new Received();

const OUT = memory.data(16, 8);
export const NO_STATUS_GRPC: u32 = 0xffffffff;
let receiver: Arena | null = null;

/** Memory for the host to write a result into: the arena of the read under way, else the heap. */
export function malloc(size: usize): usize {
  const into = receiver;
  if (into !== null) {
    const at = into.alloc(<u32>size);
    if (at != 0) return at;
  }
  return heap.alloc(size);
}

function deliver(status: u32): Status {
  receiver = null;
  received.at = status == Status.Ok ? load<usize>(OUT) : 0;
  received.len = status == Status.Ok ? load<u32>(OUT, 4) : 0;
  if (received.at == 0) received.len = 0;
  return <Status>status;
}

function expect(into: Arena): void {
  receiver = into;
  store<u64>(OUT, 0);
}

/** `len` bytes of a buffer from `start`; the host may deliver fewer. */
export function readBuffer(buffer: i32, start: u32, len: u32, into: Arena): Status {
  expect(into);
  return deliver(proxy_get_buffer_bytes(buffer, start, len, OUT, OUT + 4));
}

/** All pairs of a header map at once, as the ABI's blob: the single getter sees only the first of repeated headers. */
export function readHeaderPairs(map: i32, into: Arena): Status {
  expect(into);
  return deliver(proxy_get_header_map_pairs(map, OUT, OUT + 4));
}

/** A property; `path` has its parts separated by NUL. */
export function readProperty(path: Text, into: Arena): Status {
  expect(into);
  return deliver(proxy_get_property(path.at, path.len, OUT, OUT + 4));
}

/** Sets filter state `wasm.<name>`. */
export function writeProperty(name: Text, at: usize, len: u32): Status {
  return <Status>proxy_set_property(name.at, name.len, at, len);
}

export function readSharedData(keyAt: usize, keyLen: u32, into: Arena): Status {
  expect(into);
  return deliver(proxy_get_shared_data(keyAt, keyLen, OUT, OUT + 4, OUT + 8));
}

/** Unconditional write (no compare-and-swap). */
export function writeSharedData(keyAt: usize, keyLen: u32, at: usize, len: u32): Status {
  return <Status>proxy_set_shared_data(keyAt, keyLen, at, len, 0);
}

export function log(level: i32, at: usize, len: u32): void {
  proxy_log(level, at, len);
}

/** `pairs` is a header blob or 0. The reply is sent after the callback returns. */
export function sendLocalResponse(
  status: u32,
  details: usize,
  detailsLen: u32,
  body: usize,
  bodyLen: u32,
  pairs: usize,
  pairsLen: u32,
  grpc: u32,
): Status {
  return <Status>proxy_send_local_response(status, details, detailsLen, body, bodyLen, pairs, pairsLen, grpc);
}

/** Lets one direction of a paused stream go on; the stream is that of the callback, or of setEffectiveContext(). */
export function continueStream(type: i32): Status {
  return <Status>proxy_continue_stream(type);
}

/** Makes the hostcalls of this callback speak of another context: of a stream, in a tick. */
export function setEffectiveContext(id: u32): Status {
  return <Status>proxy_set_effective_context(id);
}

/** Puts bytes in the place of the first `size` ones of a body that is held. */
export function replaceBuffer(buffer: i32, size: u32, at: usize, len: u32): Status {
  return <Status>proxy_set_buffer_bytes(buffer, 0, size, at, len);
}

/** Sets a header to one value, whatever it had. */
export function replaceHeader(map: i32, name: Text, at: usize, len: u32): Status {
  return <Status>proxy_replace_header_map_value(map, name.at, name.len, at, len);
}

/** Nanoseconds since the epoch; 0 when the host has no clock. */
export function now(): u64 {
  store<u64>(OUT, 0);
  proxy_get_current_time_nanoseconds(OUT);
  return load<u64>(OUT);
}

export function setTick(milliseconds: u32): Status {
  return <Status>proxy_set_tick_period_milliseconds(milliseconds);
}

/** Id of the metric, or -1 when the host refuses it. */
export function defineMetric(kind: i32, name: Text): i32 {
  store<u32>(OUT, 0);
  return proxy_define_metric(kind, name.at, name.len, OUT) == Status.Ok ? load<i32>(OUT) : -1;
}

export function addToMetric(id: i32, amount: i64): void {
  if (id >= 0) proxy_increment_metric(id, amount);
}

export function recordMetric(id: i32, value: u64): void {
  if (id >= 0) proxy_record_metric(id, value);
}

/** Fills `len` bytes with random ones; false when the host has none to give. */
export function fillRandom(at: usize, len: u32): bool {
  return random_get(at, len) == 0;
}

/** True when the VM's environment has `entry` (as `NAME=value`). */
export function hasEnvironment(entry: Text, scratch: Arena): bool {
  store<u64>(OUT, 0);
  if (environ_sizes_get(OUT, OUT + 4) != 0) return false;
  const count = load<u32>(OUT);
  const bytes = load<u32>(OUT, 4);
  if (count == 0 || count > 4096) return false;
  const pointers = scratch.alloc(count * 4);
  const block = scratch.allocZeroed(bytes + 1);
  if (pointers == 0 || block == 0 || environ_get(pointers, block) != 0) return false;
  for (let i: u32 = 0; i < count; i++) {
    const at = load<usize>(pointers + ((<usize>i) << 2));
    if (at < block || at + entry.len >= block + bytes + 1) continue;
    if (memory.compare(at, entry.at, entry.len) == 0 && load<u8>(at + entry.len) == 0) return true;
  }
  return false;
}
