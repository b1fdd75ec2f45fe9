// Raw declarations of host functions that the SDK has not, or has wrong: WASI's, and one of the ABI. Decorators on functions are not TypeScript, so this
// file stays out of formatter and linter.

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "random_get")
export declare function random_get(at: usize, len: u32): u32;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_sizes_get")
export declare function environ_sizes_get(count: usize, bytes: usize): u32;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "environ_get")
export declare function environ_get(pointers: usize, block: usize): u32;

// @ts-ignore: decorator
@external("env", "proxy_set_buffer_bytes")
export declare function proxy_set_buffer_bytes(buffer: i32, start: u32, size: u32, at: usize, len: u32): u32;
