// Server-sent events through Envoy, in every body mode: each reaches the client before the next is sent, and an attack in one cuts the
// stream before it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { configurationByMode, MODES } from "./body-routes.ts";
import { type OpenExchange, openExchange, type Protocol } from "./open-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";
import type { UpstreamExchange } from "./upstream-reply.ts";

const TYPE = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const EVENTS = 20;

describe("server-sent events through Envoy 1.40.0", () => {
  let api: ProtectedApi;
  before(async () => {
    api = await ProtectedApi.start({
      ...{ version: "1.40.0", configuration: configurationByMode({}), edit: withTrailers },
    });
  });
  after(() => api?.stop());

  for (const mode of MODES) {
    for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
      test(`${mode}, ${protocol}: each event arrives before the next is sent`, async () => {
        const { exchange, send, end } = await subscribe(api, mode, protocol);
        for (let i = 0; i < EVENTS; i++)
          await send(`id: ${i}\ndata: {"price":${i},"note":"O'Brien's lamp"}\n\n`);
        // An event without its empty line is under way, and not held either.
        await send("data: more to ");
        await send("come\n\n: keep-alive\n\n");
        end();
        await ended(exchange);
        assert.equal(exchange.response.ending, "complete");
      });

      if (mode === "NONE") continue;
      test(`${mode}, ${protocol}: leak in the fourth event → three arrive, then the stream is cut`, async () => {
        const { exchange, path, send, script } = await subscribe(api, mode, protocol);
        for (let i = 0; i < 3; i++) await send(`data: event ${i}\n\n`);
        const before = exchange.response.content.length;
        await script.send(Buffer.from(`data: ${LEAK}\n\n`));
        await ended(exchange);
        assert.notEqual(exchange.response.ending, "complete");
        assert.equal(exchange.response.content.length, before, "no byte of the fourth event");
        const { event } = await api.traffic.of(path);
        assert.deepEqual(
          [event?.action, event?.phase, event?.rules, event?.["status"]],
          ["reset", "response_body", ["wg-resp-004"], 200],
        );
      });
    }
  }

  test("after all of this → no VM failed, nothing was logged as an error", () => api.assertHealthy());
});

/** A subscription whose head has come; `send` sends bytes and waits until the client has them. */
async function subscribe(api: ProtectedApi, mode: string, protocol: Protocol) {
  const id = randomUUID();
  const path = `/${mode}/${id}`;
  const script = new Promise<UpstreamExchange>((resolve) =>
    api.upstream.serve(id, (exchange) => {
      exchange.head(200, TYPE);
      resolve(exchange);
    }),
  );
  const exchange = await openExchange(protocol, api.port, {
    ...{ path, headers: { "x-test-id": id, accept: "text/event-stream" }, bodyless: true },
  });
  const upstream = await script;
  const { response } = exchange;
  await response.changes.until("the response's head", () => (response.status === 200 ? true : undefined));
  let sent = 0;
  const send = async (text: string): Promise<void> => {
    sent += Buffer.byteLength(text);
    await upstream.send(Buffer.from(text));
    await response.changes.until(`${sent} bytes`, () => (response.content.length >= sent ? true : undefined));
  };
  return { exchange, path, send, script: upstream, end: () => upstream.end() };
}

async function ended({ response, abort }: OpenExchange): Promise<void> {
  await response.changes.until("the end", () => response.ending);
  abort();
}
