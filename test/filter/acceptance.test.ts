// The shipped rules through the filter: what a stranger tries first is blocked, and what looks like it is not.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { StreamOptions } from "../host/exchange.ts";
import type { ProxyHost } from "../host/proxy-host.ts";
import { POST_JSON, events, exchange, startFilter } from "./filter-host.ts";

const FORM: StreamOptions = {
  method: "POST",
  path: "/api/comments",
  headers: { "content-type": "application/x-www-form-urlencoded" },
};
const JSON_API: StreamOptions = { ...POST_JSON, headers: { "content-type": "application/vnd.api+json" } };

const ATTACKS: [name: string, options: StreamOptions, body?: string][] = [
  ["SQL injection in a JSON body", POST_JSON, `{"user":{"name":"x' OR 1=1 -- "}}`],
  ["script in a query", { path: "/?q=<img src=x onerror=alert(1)>" }],
  ["path traversal in a query", { path: "/?f=../../../../etc/passwd" }],
  ["request forgery to cloud metadata", { path: "/?u=http://169.254.169.254/latest/meta-data/" }],
  ["JNDI lookup in a JSON body", POST_JSON, '{"a":"${jndi:ldap://x/a}"}'],
  ["shell command in a form field", FORM, "name=a&comment=%3B+cat+%2Fetc%2Fpasswd"],
  ["scanner by its user agent", { headers: { "user-agent": "sqlmap/1.8#stable (https://sqlmap.org)" } }],
  ["SQL injection, double-encoded query", { path: "/?q=x%2527%2520OR%25201%253D1%2520--%2520" }],
  ["template injection", { path: "/?name=%7B%7B7*7%7D%7D%7B%7Bself.__init__.__globals__%7D%7D" }],
];

const BENIGN: [name: string, options: StreamOptions, body?: string][] = [
  ["name with an apostrophe", { path: "/api/items?q=O%27Brien" }],
  ["JSON document", POST_JSON, '{"user":{"name":"Sinéad O\'Connor","age":41,"tags":["select","a","union"]}}'],
  [
    "prose about SQL",
    POST_JSON,
    '{"text":"Please select the best of the union rooms and drop by the table at 1 = one o\'clock."}',
  ],
  ["code in markdown", POST_JSON, '{"md":"Use `if (a < b && c > d) return x;` in your code."}'],
  ["form", FORM, "name=Ann+Lee&comment=Thanks%2C+it+works%21+100%25"],
  ["JSON API", JSON_API, '{"data":{"type":"articles","attributes":{"title":"Ember & JSON: a story"}}}'],
  [
    "browser headers",
    {
      path: "/?page=2",
      headers: {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        "accept-language": "de,en;q=0.7",
        cookie: "session=8f3a9c; theme=dark",
      },
    },
  ],
];

describe("filter with the shipped rules", () => {
  let host: ProxyHost;
  before(async () => {
    host = await startFilter({ mode: "block", hold_headers: true });
  });

  for (const [name, options, body] of ATTACKS) {
    test(`${name} → 403, upstream saw nothing, one event`, () => {
      const known = events(host).length;
      const stream = exchange(host, options, body);
      assert.equal(stream.client.status, 403);
      assert.equal(stream.upstream.nothing, true);
      assert.equal(events(host).length, known + 1);
      host.assertClean();
    });
  }
  for (const [name, options, body] of BENIGN) {
    test(`${name} → passes unchanged, no event`, () => {
      const known = events(host).length;
      const stream = exchange(host, options, body);
      assert.equal(stream.client.status, 200);
      assert.equal(stream.upstream.text, body ?? "");
      assert.deepEqual(
        events(host)
          .slice(known)
          .map((event) => event.rules),
        [],
      );
      host.assertClean();
    });
  }
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    test(`${method} with a JSON body → benign passes, attack gets 403`, () => {
      const options = { ...POST_JSON, method };
      assert.equal(exchange(host, options, '{"name":"Ann"}').client.status, 200);
      assert.equal(exchange(host, options, `{"name":"x' OR 1=1 -- "}`).client.status, 403);
    });
  }

  test("no configuration → attacks pass with an event each: monitor mode", async () => {
    const unconfigured = await startFilter("");
    for (const [name, options, body] of ATTACKS) {
      const known = events(unconfigured).length;
      assert.equal(exchange(unconfigured, options, body).client.status, 200, name);
      assert.equal(events(unconfigured).length, known + 1, name);
    }
    unconfigured.assertClean();
  });

  test("rule monitored by configuration → reported, not blocked; disabled → neither", async () => {
    const id = (() => {
      const known = events(host).length;
      exchange(host, ...(ATTACKS[0]!.slice(1) as [StreamOptions, string]));
      return events(host)[known]!.rules;
    })();
    const [, options, body] = ATTACKS[0]!;
    const monitored = await startFilter({ mode: "block", monitored_rules: id });
    exchange(monitored, options, body);
    assert.equal(
      events(monitored)[0]?.action,
      events(monitored)[0]?.rules.every((rule) => id.includes(rule)) ? "monitor" : "block",
    );
    const disabled = await startFilter({ mode: "block", disabled_rules: id });
    exchange(disabled, options, body);
    for (const event of events(disabled))
      for (const rule of event.rules) assert.equal(id.includes(rule), false);
  });
});
