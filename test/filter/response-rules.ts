// A configuration that blocks responses, and what the events say of what was done.
import type { ProxyHost } from "../host/proxy-host.ts";
import { BLOCK, RULES, events } from "./filter-host.ts";

export const JSON_RESPONSE = { ":status": "200", "content-type": "application/json" };
export const SECRET = "secret-marker";
export const LEAKING = JSON.stringify({ fill: "x".repeat(40), secret: SECRET, more: "y".repeat(40) });

/** Blocks the secret in responses. */
export const RESPONSES = {
  ...BLOCK,
  custom_rules: [
    ...RULES,
    {
      id: "t-secret",
      name: "Marker of t-secret",
      tags: { type: "secret", category: "attack_attempt" },
      conditions: [
        {
          operator: "phrase_match",
          parameters: {
            inputs: [
              { address: "server.response.body" },
              { address: "server.response.headers.no_cookies" },
              { address: "server.response.trailers" },
            ],
            list: [SECRET],
          },
        },
      ],
      on_match: ["block"],
    },
  ],
};

/** Action, phase, would_block and limits of each event. */
export const told = (host: ProxyHost): unknown[] =>
  events(host).map((event) => [event.action, event["phase"], event["would_block"], event.limits]);
