// The host's entry points: finds the object a call is for, and nothing else.

import { hasWaiting } from "./body-gate";
import { readClock } from "./clock";
import { ContextTable } from "./context-table";
import { PluginContext } from "./plugin-context";
import { StreamContext } from "./stream-context";
import { flushStats } from "./telemetry";

const plugins = new ContextTable();
const streams = new ContextTable();
/** Streams that ended, kept for the next ones: the first of a chain through `next`. */
let pool: usize = 0;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) {
    plugins.set(id, changetype<usize>(new PluginContext()));
    return;
  }
  let stream = pool;
  if (stream != 0) pool = changetype<StreamContext>(stream).next;
  else stream = changetype<usize>(new StreamContext());
  const plugin = plugins.get(parent);
  changetype<StreamContext>(stream).plugin = plugin == 0 ? null : changetype<PluginContext>(plugin);
  streams.set(id, stream);
}

export function proxy_on_vm_start(_root: u32, _size: u32): bool {
  return true;
}

export function proxy_on_configure(root: u32, size: u32): bool {
  const plugin = plugins.get(root);
  const ok = plugin != 0 && changetype<PluginContext>(plugin).configure(size);
  // Compiling rules leaves garbage. Only here, with nothing on the stack that the collector would miss, may it run.
  __collect();
  return ok;
}

export function proxy_on_tick(root: u32): void {
  readClock();
  flushStats();
  if (!hasWaiting()) return;
  const plugin = plugins.get(root);
  // A stream that is answered here is deleted later, when the callback has returned.
  for (let slot: u32 = 0; slot < streams.slotCount; slot++) {
    const id = streams.idAt(slot);
    if (id == 0) continue;
    const stream = changetype<StreamContext>(streams.get(id));
    if (changetype<usize>(stream.plugin) == plugin) stream.onTick(id);
  }
}

export function proxy_on_request_headers(id: u32, _count: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onRequestHeaders(end != 0);
}

export function proxy_on_request_body(id: u32, size: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onRequestBody(size, end != 0);
}

export function proxy_on_request_trailers(id: u32, _count: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onRequestTrailers();
}

export function proxy_on_response_headers(id: u32, _count: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onResponseHeaders(end != 0);
}

export function proxy_on_response_body(id: u32, size: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onResponseBody(size, end != 0);
}

export function proxy_on_response_trailers(id: u32, _count: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onResponseTrailers();
}

// No proxy_on_done: at its end a stream waits for nothing, and a host that finds no such export does not call it.

export function proxy_on_log(id: u32): void {
  const stream = streams.get(id);
  if (stream != 0) changetype<StreamContext>(stream).onLog();
}

export function proxy_on_delete(id: u32): void {
  const stream = streams.get(id);
  if (stream != 0) {
    streams.delete(id);
    changetype<StreamContext>(stream).reset();
    changetype<StreamContext>(stream).next = pool;
    pool = stream;
    return;
  }
  const plugin = plugins.get(id);
  if (plugin == 0) return;
  plugins.delete(id);
  flushStats();
  // A host deletes a plugin's streams before it; but nothing here shall hang on that.
  for (let slot: u32 = 0; slot < streams.slotCount; slot++) {
    const stream: usize = streams.idAt(slot) == 0 ? 0 : streams.get(streams.idAt(slot));
    if (stream != 0 && changetype<usize>(changetype<StreamContext>(stream).plugin) == plugin)
      changetype<StreamContext>(stream).plugin = null;
  }
  changetype<PluginContext>(plugin).free();
}
