// Compiles the test guest, or another guest given as sources, with the AssemblyScript compiler of this repository, and
// starts hosts with it.
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import asc from "assemblyscript/asc";
import type { StreamOptions } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostOptions } from "./proxy-host.ts";

const read = (name: string): string => readFileSync(new URL(`guest/${name}`, import.meta.url), "utf8");

export function guestSources(): Record<string, string> {
  return { "guest.ts": read("guest.ts"), "env.ts": read("env.ts") };
}

/** `entry` is the module's file; the others are what it imports. */
export async function compileGuest(sources: Record<string, string>, entry = "guest.ts"): Promise<Uint8Array> {
  const stem = entry.replace(/\.ts$/, "");
  const written = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(
    [
      entry,
      "--outFile",
      "guest.wasm",
      "--runtime",
      "minimal",
      "--optimize",
      "--noAssert",
      "--use",
      `abort=${stem}/abort`,
    ],
    {
      readFile: (name) => sources[name.replace(/^\.?\//, "")] ?? null,
      writeFile: (name, data) => void written.set(name, data),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`the guest does not compile: ${stderr.toString()}`);
  return written.get("guest.wasm") as Uint8Array;
}

export const POST: StreamOptions = { method: "POST", path: "/in" };
export const lines = (host: ProxyHost): string[] => host.logs.map((line) => line.message);

let compiled: Promise<Uint8Array> | undefined;

/** A host with the test guest under this script, whether the guest accepts it or not. */
export async function startAny(script: string, options: Partial<HostOptions> = {}): Promise<ProxyHost> {
  compiled ??= compileGuest(guestSources());
  const wasm = await compiled;
  return ProxyHost.start({ wasm, pluginConfig: script, allowOnHeadersStopIteration: true, ...options });
}
export async function start(script: string, options: Partial<HostOptions> = {}): Promise<ProxyHost> {
  const host = await startAny(script, options);
  assert.equal(host.problem, undefined);
  return host;
}
