// Whose request it is: the connection's peer, or the header that a trusted proxy wrote.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BLOCK, events, exchange, startFilter } from "./filter-host.ts";

const RULE = {
  id: "t-address",
  name: "Listed address",
  tags: { type: "marker", category: "attack_attempt" },
  conditions: [
    {
      operator: "ip_match",
      parameters: {
        inputs: [{ address: "http.client_ip" }],
        list: ["2001:db8::/32", "198.51.100.0/24"],
      },
    },
  ],
  on_match: ["block"],
};
const CONFIG = { ...BLOCK, custom_rules: [RULE] };

describe("filter client address", () => {
  const PEERS: [peer: string, client: string | undefined][] = [
    ["198.51.100.9:4711", "198.51.100.9"],
    ["203.0.113.7:4711", undefined],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["[2001:db9::1]:4711", undefined],
    ["", undefined],
    [":", undefined],
    ["/run/some.sock", undefined],
  ];
  for (const [peer, client] of PEERS) {
    test(`peer ${peer || "unknown"} → ${client ? "listed" : "not listed"}`, async () => {
      const host = await startFilter(CONFIG);
      const stream = exchange(host, { properties: { "source.address": peer } });
      assert.equal(stream.client.status, client === undefined ? 200 : 403);
      assert.equal(events(host)[0]?.["client_ip"], client);
      host.assertClean();
    });
  }

  const HOPS: [trusted: number, header: string, status: number][] = [
    [0, "198.51.100.9", 403],
    [0, "198.51.100.9, 203.0.113.7", 200],
    [1, "198.51.100.9, 203.0.113.7", 403],
    [1, " 203.0.113.7 ,198.51.100.9 , 10.0.0.1", 403],
    [2, "198.51.100.9", 200],
    [0, "", 200],
    [0, ", ,,", 200],
    [0, "not an address", 200],
  ];
  for (const [trusted, header, status] of HOPS) {
    test(`x-forwarded-for "${header}", ${trusted} trusted → ${status}`, async () => {
      const client_ip = { header: "X-Forwarded-For", trusted_hops: trusted };
      const host = await startFilter({ ...CONFIG, client_ip });
      assert.equal(exchange(host, { headers: { "x-forwarded-for": header } }).client.status, status);
      host.assertClean();
    });
  }

  test("header not configured → a client cannot choose its address", async () => {
    const host = await startFilter(CONFIG);
    const headers = { "x-forwarded-for": "198.51.100.9", "x-real-ip": "198.51.100.9" };
    assert.equal(exchange(host, { headers }).client.status, 200);
    host.assertClean();
  });
});
