// Every way a request can come through a real Envoy: benign ones pass whole and unchanged, of attacks nothing reaches the upstream.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ENVOY_VERSIONS } from "../../scripts/envoy/binary.ts";
import type { Exchange, Response } from "./clients.ts";
import { attackBody, BENIGN, eventually, ProtectedApi, withTrailers } from "./protected-api.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** Framing × delivery × trailers, for both protocols. */
const SHAPES: { name: string; exchange: Exchange }[] = [
  { name: "content-length, one packet", exchange: { framing: "content-length" } },
  { name: "content-length, byte by byte", exchange: { framing: "content-length", delivery: "dribbled" } },
  { name: "no length, one packet", exchange: { framing: "chunked" } },
  { name: "no length, byte by byte", exchange: { framing: "chunked", delivery: "dribbled" } },
  { name: "trailers, one packet", exchange: { trailers: { "x-checksum": "1" } } },
  { name: "trailers, byte by byte", exchange: { trailers: { "x-checksum": "1" }, delivery: "dribbled" } },
];

for (const version of ENVOY_VERSIONS) {
  describe(`Envoy ${version}`, () => {
    let api: ProtectedApi;
    before(async () => {
      api = await ProtectedApi.start({ version, edit: withTrailers });
    });
    after(() => api?.stop());

    for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
      describe(protocol, () => protocolTests(() => api, protocol));
    }
    describe("HTTP/1.1 connections", () => connectionTests(() => api));
    describe("what is reported", () => reportTests(() => api));
  });
}

async function send(
  api: ProtectedApi,
  protocol: "HTTP/1.1" | "HTTP/2",
  exchange: Exchange,
): Promise<Response> {
  const client = protocol === "HTTP/2" ? api.http2() : await api.http1();
  try {
    return await client.request(exchange);
  } finally {
    client.close();
  }
}

/** The one request with this id that arrived, whole. */
function arrived(api: ProtectedApi, id: string) {
  const requests = api.upstream.of(id);
  assert.equal(requests.length, 1, "requests that arrived");
  assert.equal(requests[0]!.complete, true);
  return requests[0]!;
}

function assertBlocked(api: ProtectedApi, id: string, response: Response): void {
  assert.equal(response.status, 403);
  assert.equal(api.upstream.of(id).length, 0, "the upstream must not see a blocked request");
  assert.equal(api.upstream.saw(id), false, "no byte of a blocked body may reach the upstream");
}

function protocolTests(api: () => ProtectedApi, protocol: "HTTP/1.1" | "HTTP/2"): void {
  for (const { name, exchange } of SHAPES) {
    test(`benign JSON body, ${name} → passes unchanged`, async () => {
      const id = randomUUID();
      const headers = { ...JSON_TYPE, "x-test-id": id };
      const response = await send(api(), protocol, {
        method: "POST",
        path: "/api/users",
        headers,
        body: BENIGN,
        ...exchange,
      });
      assert.equal(response.status, 200);
      assert.equal(response.body.toString(), '{"ok":true}');
      const request = arrived(api(), id);
      assert.equal(request.protocol, protocol);
      assert.equal(request.method, "POST");
      assert.equal(request.path, "/api/users");
      assert.equal(request.body.toString(), BENIGN);
      assert.deepEqual(Object.entries(request.trailers), Object.entries(exchange.trailers ?? {}));
    });

    test(`attack in a JSON body, ${name} → 403, upstream saw nothing`, async () => {
      const id = randomUUID();
      const headers = { ...JSON_TYPE, "x-test-id": id };
      const response = await send(api(), protocol, {
        method: "POST",
        path: "/api/users",
        headers,
        body: attackBody(id),
        ...exchange,
      });
      assertBlocked(api(), id, response);
      assert.notEqual(response.body.length, 0, "a block has a body");
    });
  }

  test("benign GET → passes, and the upstream sees the request line as it was", async () => {
    const id = randomUUID();
    const path = "/api/items?q=O%27Brien&tag=a%20b&tag=c";
    const response = await send(api(), protocol, { path, headers: { "x-test-id": id } });
    assert.equal(response.status, 200);
    assert.equal(arrived(api(), id).path, path);
  });

  test("attack in the query → 403, upstream saw nothing", async () => {
    const id = randomUUID();
    const response = await send(api(), protocol, {
      path: "/api/items?q=x%27%20OR%201=1%20--%20",
      headers: { "x-test-id": id },
    });
    assertBlocked(api(), id, response);
  });

  test("HEAD, benign and attack → 200 and 403, both without a body", async () => {
    const [good, bad] = [randomUUID(), randomUUID()];
    const benign = await send(api(), protocol, {
      method: "HEAD",
      path: "/api/items?q=lamp",
      headers: { "x-test-id": good },
    });
    assert.equal(benign.status, 200);
    assert.equal(arrived(api(), good).method, "HEAD");
    const attack = await send(api(), protocol, {
      ...{
        method: "HEAD",
        path: "/api/items?q=%3Cscript%3Ealert(1)%3C/script%3E",
        headers: { "x-test-id": bad },
      },
    });
    assertBlocked(api(), bad, attack);
    assert.equal(benign.body.length + attack.body.length, 0);
  });

  test("1 MB of benign JSON, over the capture limit → passes whole and unchanged", async () => {
    const id = randomUUID();
    const body = Buffer.from(largeJson(1_000_000));
    const headers = { ...JSON_TYPE, "x-test-id": id };
    const response = await send(api(), protocol, { method: "POST", path: "/api/import", headers, body });
    assert.equal(response.status, 200);
    assert.equal(sha256(arrived(api(), id).body), sha256(body));
  });

  test("attack early in 1 MB of JSON → 403, no byte of it reaches the upstream", async () => {
    const id = randomUUID();
    const body = largeJson(1_000_000).replace('"rows":[', `"rows":[${attackBody(id)},`);
    const headers = { ...JSON_TYPE, "x-test-id": id };
    const response = await send(api(), protocol, { method: "POST", path: "/api/import", headers, body });
    assertBlocked(api(), id, response);
  });

  test("response with a body and trailers → passes unchanged", async () => {
    const id = randomUUID();
    const body = '{"items":[1,2,3]}';
    api().upstream.reply(id, {
      status: 201,
      headers: { ...JSON_TYPE, "x-own": "1" },
      body,
      trailers: { "x-late": "yes" },
    });
    const response = await send(api(), protocol, {
      path: "/api/items",
      headers: { "x-test-id": id, te: "trailers" },
    });
    assert.equal(response.status, 201);
    assert.equal(response.headers["x-own"], "1");
    assert.equal(response.body.toString(), body);
    assert.equal(response.trailers["x-late"], "yes");
  });
}

function connectionTests(api: () => ProtectedApi): void {
  test("40 requests on one connection, every fourth blocked → the connection stays open and each gets its own verdict", async () => {
    const client = await api().http1();
    try {
      for (let i = 0; i < 40; i++) {
        const id = randomUUID();
        const attack = i % 4 === 3;
        const body = attack ? attackBody(id) : BENIGN;
        const headers = { ...JSON_TYPE, "x-test-id": id };
        const response = await client.request({ method: "POST", path: `/api/users/${i}`, headers, body });
        if (attack) assertBlocked(api(), id, response);
        else assert.equal(arrived(api(), id).body.toString(), BENIGN);
      }
      assert.equal(client.closed, false);
    } finally {
      client.close();
    }
  });

  test("Expect: 100-continue, benign and attack → 100 each, then 200 and 403", async () => {
    const [good, bad] = [randomUUID(), randomUUID()];
    const exchange = (id: string, body: string): Exchange => ({
      ...{ method: "POST", path: "/api/users", body },
      headers: { ...JSON_TYPE, "x-test-id": id, expect: "100-continue" },
    });
    const benign = await send(api(), "HTTP/1.1", exchange(good, BENIGN));
    assert.deepEqual([benign.interim, benign.status], [[100], 200]);
    assert.equal(arrived(api(), good).body.toString(), BENIGN);
    const attack = await send(api(), "HTTP/1.1", exchange(bad, attackBody(bad)));
    assert.deepEqual(attack.interim, [100]);
    assertBlocked(api(), bad, attack);
  });

  test("POST with an empty body → passes", async () => {
    const id = randomUUID();
    const response = await send(api(), "HTTP/1.1", {
      method: "POST",
      path: "/api/ping",
      headers: { ...JSON_TYPE, "x-test-id": id },
      body: "",
    });
    assert.equal(response.status, 200);
    assert.equal(arrived(api(), id).body.length, 0);
  });

  test("client gives up in the middle of a body → nothing reaches the upstream and the next request passes", async () => {
    const id = randomUUID();
    const broken = await api().http1();
    const headers = { ...JSON_TYPE, "x-test-id": id, "content-length": "5000" };
    const lost = broken.request({ method: "POST", path: "/api/users", headers: { ...headers } });
    lost.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    broken.close();
    const response = await send(api(), "HTTP/1.1", { path: "/api/items" });
    assert.equal(response.status, 200);
    assert.equal(api().upstream.of(id).length, 0);
  });

  test("64 connections at once, half of them attacks → each gets its own verdict", async () => {
    const id = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const body = i % 2 === 0 ? BENIGN : attackBody(id);
        return (
          await send(api(), "HTTP/1.1", { method: "POST", path: "/api/users", headers: JSON_TYPE, body })
        ).status;
      }),
    );
    const want = results.map((_, i) => (i % 2 === 0 ? 200 : 403));
    assert.deepEqual(results, want);
    assert.equal(api().upstream.saw(id), false);
  });
}

function reportTests(api: () => ProtectedApi): void {
  test("a block → the access log has action, rule and event, the log has one event, and both have the same id", async () => {
    const path = `/api/users/${randomUUID()}`;
    await send(api(), "HTTP/1.1", { method: "POST", path, headers: JSON_TYPE, body: attackBody("any") });
    const entry = await eventually("access log entry", () =>
      api().accessLog.find((line) => line["path"] === path),
    );
    assert.equal(entry["status"], 403);
    assert.match(String(entry["wardgate_action"]), /^block/);
    assert.notEqual(entry["wardgate_rule"] ?? "", "");
    assert.notEqual(entry["wardgate_event"] ?? "", "");
    assert.match(String(entry["details"]), /wardgate/);
    const events = await eventually("event", () => {
      const found = api()
        .events()
        .filter((event) => JSON.stringify(event).includes(path));
      return found.length > 0 ? found : undefined;
    });
    assert.equal(events.length, 1);
    assert.ok(
      JSON.stringify(events[0]).includes(String(entry["wardgate_event"])),
      "the event carries the id in the access log",
    );
  });

  test("a benign request → no event, and nothing of ours in the access log", async () => {
    const path = `/api/users/${randomUUID()}`;
    await send(api(), "HTTP/1.1", { method: "POST", path, headers: JSON_TYPE, body: BENIGN });
    const entry = await eventually("access log entry", () =>
      api().accessLog.find((line) => line["path"] === path),
    );
    assert.deepEqual([entry["status"], entry["wardgate_action"], entry["wardgate_rule"]], [200, null, null]);
    assert.equal(
      api()
        .events()
        .some((event) => JSON.stringify(event).includes(path)),
      false,
    );
  });

  test("after all of this → no VM failed", () => api().assertHealthy());
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** JSON of about `size` bytes with nothing suspicious in it. */
function largeJson(size: number): string {
  const rows: string[] = [];
  for (let length = 0, i = 0; length < size; i++) {
    const row = JSON.stringify({
      id: i,
      name: `Item ${i}`,
      price: i / 4,
      tags: ["new", "garden"],
      note: "Delivered on time.",
    });
    rows.push(row);
    length += row.length + 1;
  }
  return `{"rows":[${rows.join(",")}]}`;
}
