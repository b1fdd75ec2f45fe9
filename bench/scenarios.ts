// What the bench sends: per scenario a benign request, which is measured, and an attack of the same shape, which must be blocked.
import { ordersJson, rawRequest } from "./payloads.ts";

export interface Scenario {
  name: string;
  benign: Buffer;
  attack: Buffer;
}

const JSON_TYPE = ["content-type: application/json"];
const PARAMETERS = "page=3&sort=price&filter=garden%20tables&q=O%27Brien%20oak&session=8f14e45fceea167a";

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "GET, 8 headers, 5 parameters",
    benign: rawRequest("GET", `/api/items?${PARAMETERS}`),
    attack: rawRequest("GET", `/api/items?${PARAMETERS}%27%20OR%201%3D1%20--%20`),
  },
  post("POST 1 KB JSON", 1024),
  post("POST 8 KB JSON", 8 * 1024),
  post("POST 64 KB JSON", 64 * 1024),
];

/** The attack is the last value of the body, so that all of it must be read. */
function post(name: string, size: number): Scenario {
  const body = ordersJson(size);
  const attack = body.replace(/\}$/, `,"note":"x' OR 1=1 -- "}`);
  return {
    name,
    benign: rawRequest("POST", "/api/orders", JSON_TYPE, body),
    attack: rawRequest("POST", "/api/orders", JSON_TYPE, attack),
  };
}
