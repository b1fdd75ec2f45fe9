// The host's entry points: finds the object a call is for, and nothing else.

import { ContextTable } from "./context-table";
import { StreamContext } from "./stream-context";

const streams = new ContextTable();
/** Streams that ended, kept for the next ones. */
let pool: Array<usize> = [];

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) return;
  const stream = pool.length > 0 ? pool.pop() : changetype<usize>(new StreamContext());
  streams.set(id, stream);
}

export function proxy_on_vm_start(_root: u32, _size: u32): bool {
  return true;
}

export function proxy_on_configure(_root: u32, _size: u32): bool {
  return true;
}

export function proxy_on_request_headers(id: u32, _count: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onRequestHeaders(end != 0);
}

export function proxy_on_request_body(id: u32, size: u32, end: u32): u32 {
  const stream = streams.get(id);
  return stream == 0 ? 0 : changetype<StreamContext>(stream).onRequestBody(size, end != 0);
}

export function proxy_on_done(_id: u32): bool {
  return true;
}

export function proxy_on_delete(id: u32): void {
  const stream = streams.get(id);
  if (stream == 0) return;
  streams.delete(id);
  changetype<StreamContext>(stream).reset();
  pool.push(stream);
}
