// What the bench sends: per scenario benign requests, which are measured, and attacks of the same shape, which must be blocked. The
// requests differ as those of a shop's customers do: identifiers, dates, people and addresses change, titles and currencies come again.
import { catalogueQuery, ordersJson, rawRequest } from "./payloads.ts";

export interface Scenario {
  name: string;
  /** Sent in turn. */
  benign: Buffer[];
  attacks: Buffer[];
}

const JSON_TYPE = ["content-type: application/json"];
/** Different requests of a scenario, as far as they stay below so many bytes together. */
const VARIANTS = 64;
const VARIANT_BYTES = 512 * 1024;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "GET, 8 headers, 5 parameters",
    benign: variants(0, (seed) => rawRequest("GET", `/api/items?${catalogueQuery(seed)}`)),
    attacks: [rawRequest("GET", `/api/items?${catalogueQuery(1)}%27%20OR%201%3D1%20--%20`)],
  },
  post("POST 1 KB JSON", 1024),
  post("POST 8 KB JSON", 8 * 1024),
  post("POST 64 KB JSON", 64 * 1024),
];

/** The attack is the last value of the body, so that all of it must be read. */
function post(name: string, size: number): Scenario {
  const attack = ordersJson(size).replace(/\}$/, `,"note":"x' OR 1=1 -- "}`);
  return {
    name,
    benign: variants(size, (seed) => rawRequest("POST", "/api/orders", JSON_TYPE, ordersJson(size, seed))),
    attacks: [rawRequest("POST", "/api/orders", JSON_TYPE, attack)],
  };
}

function variants(size: number, make: (seed: number) => Buffer): Buffer[] {
  const count = Math.max(4, Math.min(VARIANTS, Math.floor(VARIANT_BYTES / (size + 1))));
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
