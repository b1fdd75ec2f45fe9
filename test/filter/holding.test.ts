// Which responses are held at all, and what time lists know.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BLOCK, startFilter } from "./filter-host.ts";
import { JSON_RESPONSE, LEAKING, RESPONSES, told } from "./response-rules.ts";

describe("a response is held", () => {
  const BUFFERED = { ...BLOCK, response_body: "BUFFERED" };
  const SHOWS = [JSON_RESPONSE, LEAKING] as const;
  for (const { name, config, held } of [
    { name: "where a rule blocks it", config: { ...RESPONSES, response_body: "BUFFERED" }, held: true },
    {
      name: "where block_rules names a rule that looks at it",
      config: { ...BUFFERED, block_rules: ["t-leak"] },
      held: true,
    },
    { name: "where limits block", config: { ...BUFFERED, on_limit: "block" }, held: true },
    { name: "where failures block", config: { ...BUFFERED, failure_mode: "closed" }, held: true },
    { name: "where long bodies are rejected", config: { ...BUFFERED, over_limit: "reject" }, held: true },
    {
      name: "where unreadable ones are",
      config: { ...BUFFERED, encodings: { unreadable: "reject" } },
      held: true,
    },
    { name: "not where rules only report", config: BUFFERED, held: false },
    {
      name: "not where the rule that blocks is off",
      config: { ...RESPONSES, response_body: "BUFFERED", disabled_rules: ["t-secret"] },
      held: false,
    },
  ]) {
    test(name, async () => {
      const host = await startFilter(config);
      const stream = host.stream().request().responseHeaders(SHOWS[0]);
      assert.equal(stream.client.headers === undefined, held);
      stream.responseBody(SHOWS[1].slice(0, 30));
      assert.equal(stream.client.body.length, held ? 0 : 30);
      stream.close();
      host.assertClean();
    });
  }

  test("and what is not held is judged as ever", async () => {
    const host = await startFilter(BUFFERED);
    const stream = host.stream().request().responseHeaders(JSON_RESPONSE);
    stream.responseBody('{"a":"leak-').responseBody('marker"}', true);
    assert.equal(stream.client.text, '{"a":"leak-marker"}');
    assert.deepEqual(told(host), [["monitor", "response_body", undefined, undefined]]);
    host.assertClean();
  });
});

test("lists whose entries expire know the time of the last tick", async () => {
  const rule = {
    id: "t-listed",
    name: "Listed address",
    tags: { type: "marker", category: "attack_attempt" },
    conditions: [
      { operator: "ip_match", parameters: { inputs: [{ address: "http.client_ip" }], data: "bad" } },
    ],
    on_match: ["block"],
  };
  const until = 1_700_000_000 + 5;
  const host = await startFilter({
    ...BLOCK,
    custom_rules: [rule],
    rules_data: [
      { id: "bad", type: "ip_with_expiration", data: [{ value: "198.51.100.7", expiration: until }] },
    ],
  });
  const asks = (): number | undefined => {
    const stream = host.stream({ properties: { "source.address": "198.51.100.7:1" } }).request();
    if (!stream.finished) stream.responseHeaders({ ":status": "204" }, true);
    return stream.client.status;
  };
  assert.equal(asks(), 403);
  host.advance(6000);
  assert.equal(asks(), 403);
  host.tick();
  assert.equal(asks(), 204);
  host.assertClean();
});
