// Responses are inspected while they pass: nothing is held, nothing is changed.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BLOCK, LEAK, events, respond, startFilter } from "./filter-host.ts";

const LEAKING = JSON.stringify({ items: [{ secret: `a ${LEAK}` }] });

describe("filter response", () => {
  for (const upstreamHttp2 of [false, true]) {
    for (const mode of ["observe", "monitor", "block"]) {
      test(`finding in a JSON body, mode ${mode}, ${upstreamHttp2 ? "one frame" : "one packet"} → passes unchanged, with an event`, async () => {
        const host = await startFilter({ ...BLOCK, mode });
        const stream = respond(host.stream({ path: "/items", upstreamHttp2 }).request(), LEAKING);
        assert.equal(stream.client.status, 200);
        assert.equal(stream.client.text, LEAKING);
        const [event] = events(host);
        assert.deepEqual([event?.action, event?.rules, event?.["status"]], ["monitor", ["t-leak"], 200]);
        host.assertClean();
      });
    }
  }

  test("body in many packets → each goes on at once, and the finding across them is seen", async () => {
    const host = await startFilter();
    const stream = host
      .stream({ path: "/items" })
      .request()
      .responseHeaders({ ":status": "200", "content-type": "application/json" });
    assert.equal(stream.client.status, 200);
    for (let i = 0; i < LEAKING.length; i++) {
      stream.responseBody(LEAKING[i]!);
      assert.equal(stream.client.text, LEAKING.slice(0, i + 1));
    }
    stream.responseBody("", true);
    assert.deepEqual(
      events(host).map((event) => event.rules),
      [["t-leak"]],
    );
    host.assertClean();
  });

  test("body ended by trailers → judged all the same", async () => {
    const host = await startFilter();
    const stream = host
      .stream({})
      .request()
      .responseHeaders({ ":status": "200", "content-type": "application/json" });
    stream.responseBody(LEAKING).responseTrailers({ "x-t": "1" });
    assert.equal(stream.client.trailers?.get("x-t"), "1");
    assert.equal(events(host).length, 1);
    host.assertClean();
  });

  test("status and headers → inspected", async () => {
    const inputs = [{ address: "server.response.status" }, { address: "server.response.headers.no_cookies" }];
    const custom = (list: string[]): object => ({
      id: "t-status",
      name: "Response marker",
      tags: { type: "marker", category: "attack_attempt" },
      conditions: [{ operator: "phrase_match", parameters: { inputs, list } }],
    });
    const host = await startFilter({ ...BLOCK, custom_rules: [custom(["500", "odd-server"])] });
    host.stream({}).request().responseHeaders({ ":status": "500" }, true);
    host.stream({}).request().responseHeaders({ ":status": "200", server: "odd-server" }, true);
    host.stream({}).request().responseHeaders({ ":status": "204" }, true);
    assert.deepEqual(
      events(host).map((event) => event["status"]),
      [500, 200],
    );
    host.assertClean();
  });

  test("response_body NONE → body not looked at", async () => {
    const host = await startFilter({ ...BLOCK, response_body: "NONE" });
    respond(host.stream({}).request(), LEAKING);
    assert.equal(events(host).length, 0);
    host.assertClean();
  });

  test("held body over the limit → passes whole, the limit is on the event", async () => {
    const host = await startFilter({ ...BLOCK, response_body: "BUFFERED", body_capture_size: 32 });
    const body = JSON.stringify({ fill: "x".repeat(100) });
    assert.equal(respond(host.stream({}).request(), body).client.text, body);
    assert.deepEqual(events(host)[0]?.limits, ["response_body"]);
    host.assertClean();
  });

  test("client or upstream goes away in the middle → logged, no trap", async () => {
    const host = await startFilter();
    host
      .stream({})
      .request()
      .responseHeaders({ ":status": "200", "content-type": "application/json" })
      .responseBody(LEAKING)
      .close();
    assert.equal(events(host).length, 1);
    host.stream({}).request().close();
    host.stream({}).close();
    host.assertClean();
  });
});
