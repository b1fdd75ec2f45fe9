// The built modules: what they need of a host, what they offer it, how large they are, and which release they are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { VERSION } from "../../assembly/core/version.ts";
import { Engine } from "../../scripts/engine/engine.ts";
import { assertGolden } from "../engine/golden.ts";

const FILTER = process.env["WARDGATE_WASM"] ?? "build/wardgate.wasm";
const ENGINE = process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm";
/** What a proxy-wasm host offers; the ABI's own functions, and WASI's for clocks and the like. */
const HOST_IMPORT = /^(?:env\.proxy_[a-z_]+|wasi_snapshot_preview1\.[a-z_]+)$/;

describe("build/wardgate.wasm", () => {
  let bytes: Uint8Array;
  let module: WebAssembly.Module;

  before(() => {
    bytes = readFileSync(FILTER);
    module = new WebAssembly.Module(bytes as BufferSource);
  });

  test("imports only what proxy-wasm hosts offer", () => {
    const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
    for (const name of imports) assert.match(name, HOST_IMPORT);
    assertGolden("filter-imports.txt", lines(imports));
  });

  test("exports the callbacks, memory and its allocator", () => {
    assertGolden("filter-exports.txt", lines(WebAssembly.Module.exports(module).map(({ name }) => name)));
  });

  test("is no larger than its ceiling", () => {
    const ceiling = Number(readFileSync("test/golden/filter-size.txt", "utf8").split(/\s/)[0]);
    assert.ok(ceiling > 0);
    assert.ok(bytes.length <= ceiling, `${bytes.length} bytes, at most ${ceiling} are wanted`);
  });
});

describe("build/engine.wasm", () => {
  test("imports nothing but an abort hook", () => {
    const module = new WebAssembly.Module(readFileSync(ENGINE) as BufferSource);
    const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
    assert.deepEqual(
      imports.filter((name) => name !== "env.abort"),
      [],
    );
  });

  test("is the release of package.json, as the sources and the lock file are", () => {
    const { version } = json("package.json");
    assert.equal(VERSION, version);
    assert.equal(json("package-lock.json").version, version);
    const engine = Engine.fromFile(ENGINE);
    assert.equal(engine.configure().accepted, true);
    assert.equal(engine.transaction({}).event.version, version);
  });
});

function lines(names: string[]): string {
  return [...names]
    .sort()
    .map((name) => `${name}\n`)
    .join("");
}

function json(path: string): { version: string } {
  return JSON.parse(readFileSync(path, "utf8")) as { version: string };
}
