// The anomalies that the parsers of the engine noted, by name.
import { readFileSync } from "node:fs";
import type { EngineExports } from "./engine-module.js";

const source = readFileSync(new URL("../../assembly/core/inputs/anomaly.ts", import.meta.url), "utf8");
const NAMES = [...source.slice(source.indexOf("ANOMALY_NAMES")).matchAll(/"([\w.]+)"/g)].map(
  ([, name]) => name!,
);

/** Names of what the last run noted, in the order of their bits. */
export function anomalyNames(engine: EngineExports): string[] {
  const bits = BigInt(engine["parseAnomalies"]!());
  return NAMES.filter((_, i) => (bits >> BigInt(i)) & 1n);
}
