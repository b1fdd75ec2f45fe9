// Finds the engine's module beside the program.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Engine } from "../engine/engine.ts";
import { UsageError } from "./output.ts";

/** Relative to dist/wardgate.mjs; the last one to this file, for runs from the sources. */
const PLACES = ["./engine.wasm", "../build/engine.wasm", "../../build/engine.wasm"];

export function openEngine(): Engine {
  return new Engine(readFileSync(enginePath()));
}

function enginePath(): string {
  const own = process.env["WARDGATE_ENGINE"];
  if (own) return own;
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new UsageError("engine.wasm is missing: run `npm run build` first.");
  return found;
}
