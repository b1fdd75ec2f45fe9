// Loads build/engine.wasm (or the module named by WARDGATE_ENGINE) for tests of the core from Node.
import { readFileSync } from "node:fs";

export type EngineExports = { memory: WebAssembly.Memory } & Record<string, (...args: number[]) => number>;

/** A fresh instance; every test that keeps state takes its own. */
export function loadEngine(path = process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm"): EngineExports {
  const module = new WebAssembly.Module(readFileSync(path));
  const instance = new WebAssembly.Instance(module, {
    env: {
      abort: () => {
        throw new Error("the engine trapped");
      },
    },
  });
  return instance.exports as unknown as EngineExports;
}

/** Copies `bytes` into the engine and returns their address; give it back with `engine.release(at)`. */
export function give(engine: EngineExports, bytes: Uint8Array | string): { at: number; len: number } {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const at = engine["allocate"]!(data.length);
  new Uint8Array(engine.memory.buffer, at, data.length).set(data);
  return { at, len: data.length };
}

/** A copy of `len` bytes at `at`. */
export function take(engine: EngineExports, at: number, len: number): Uint8Array {
  return new Uint8Array(engine.memory.buffer, at, len).slice();
}
