// The baseline of the bench: a filter that is called for everything a real one is called for and does nothing. Whatever Envoy pays for
// entering and leaving the VM is in it; whatever Wardgate costs comes on top.
const CONTINUE: i32 = 0;

/** The host wants it exported, but calls it only to hand something over, and this filter asks for nothing. Whole pages, so that no allocator is linked. */
export function malloc(size: usize): usize {
  return (<usize>memory.grow(<i32>((size + 0xffff) >>> 16))) << 16;
}

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_vm_start(_context: u32, _size: u32): u32 {
  return 1;
}

export function proxy_on_configure(_context: u32, _size: u32): u32 {
  return 1;
}

export function proxy_on_context_create(_context: u32, _parent: u32): void {}

export function proxy_on_request_headers(_context: u32, _count: u32, _end: u32): i32 {
  return CONTINUE;
}

export function proxy_on_request_body(_context: u32, _size: u32, _end: u32): i32 {
  return CONTINUE;
}

export function proxy_on_request_trailers(_context: u32, _count: u32): i32 {
  return CONTINUE;
}

export function proxy_on_response_headers(_context: u32, _count: u32, _end: u32): i32 {
  return CONTINUE;
}

export function proxy_on_response_body(_context: u32, _size: u32, _end: u32): i32 {
  return CONTINUE;
}

export function proxy_on_response_trailers(_context: u32, _count: u32): i32 {
  return CONTINUE;
}

export function proxy_on_done(_context: u32): u32 {
  return 1;
}

export function proxy_on_log(_context: u32): void {}

export function proxy_on_delete(_context: u32): void {}
