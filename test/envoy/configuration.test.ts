// Configurations a real Envoy is given: refused ones say what is wrong and never take away what was accepted before, at start and
// over live updates through a file-based LDS.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ENVOY_VERSIONS, type EnvoyVersion } from "../../scripts/envoy/binary.ts";
import { EnvoyFailed, type LogLine } from "../../scripts/envoy/process.ts";
import {
  attackBody,
  BENIGN,
  BLOCK,
  type Bootstrap,
  eventually,
  ProtectedApi,
  type Setup,
} from "./protected-api.ts";

/** Two mistakes: a mode that is none and a field that is unknown. */
const BAD = '{"mode":"blok","hold_headerz":true}';
const ATTACK = attackBody("live");
const MONITOR = '{"mode":"monitor","hold_headers":true}';

for (const version of ENVOY_VERSIONS) {
  describe(`configuration in Envoy ${version}`, () => {
    describe("at start", () => startTests(version));
    describe("forms of the document", () => formTests(version));
    describe("live updates", () => updateTests(version));
  });
}

function startTests(version: EnvoyVersion): void {
  test("refused, WARDGATE_STRICT_CONFIG=1 → Envoy does not start and its log names every wrong field", async () => {
    const failure = await ProtectedApi.start({ version, configuration: BAD }).then(
      async (api) => {
        await api.stop();
        return undefined;
      },
      (error: unknown) => error,
    );
    assert.ok(failure instanceof EnvoyFailed, "Envoy must not start");
    assertNamesMistakes(failure.log);
  });

  test("refused, not strict → Envoy serves with the defaults (monitor), the log names every wrong field, the stat counts", async () => {
    await withApi({ version, configuration: BAD, strict: false }, async (api) => {
      assert.equal(await post(api, BENIGN), 200);
      assert.equal(await post(api, ATTACK), 200);
      await eventually("event of the monitored attack", () => api.events()[0]);
      assertNamesMistakes(api.log);
      assert.ok((await rejections(api)) > 0, "config_rejected must count");
    });
  });

  test("no JSON at all, not strict → Envoy serves", async () => {
    await withApi({ version, configuration: "mode: block", strict: false }, async (api) => {
      assert.equal(await post(api, BENIGN), 200);
      assert.ok((await rejections(api)) > 0, "config_rejected must count");
    });
  });
}

function formTests(version: EnvoyVersion): void {
  const pluginOf = (bootstrap: Bootstrap): Bootstrap => wasmPlugin(bootstrap.static_resources.listeners[0]);

  test("a Struct instead of a string, and an empty root id → accepted, blocks", async () => {
    const edit = (bootstrap: Bootstrap): void => {
      const plugin = pluginOf(bootstrap);
      plugin.root_id = "";
      plugin.configuration = {
        "@type": "type.googleapis.com/google.protobuf.Struct",
        value: { mode: "block", hold_headers: true },
      };
    };
    await withApi({ version, edit }, async (api) => assert.equal(await post(api, ATTACK), 403));
  });

  test("no configuration → the defaults: attacks are reported and pass", async () => {
    const edit = (bootstrap: Bootstrap): void => {
      delete pluginOf(bootstrap).configuration;
    };
    await withApi({ version, edit }, async (api) => {
      assert.equal(await post(api, ATTACK), 200);
      await eventually("event", () => api.events()[0]);
    });
  });

  for (const mode of ["monitor", "observe"]) {
    test(`mode ${mode} → attacks reach the upstream whole and are reported`, async () => {
      await withApi({ version, configuration: `{"mode":"${mode}"}` }, async (api) => {
        assert.equal(await post(api, ATTACK), 200);
        assert.equal(api.upstream.requests[0]?.body.toString(), ATTACK);
        await eventually("event", () => api.events()[0]);
      });
    });
  }
}

function updateTests(version: EnvoyVersion): void {
  for (const strict of [false, true]) {
    test(`good → bad → good, ${strict ? "strict" : "not strict"} → goes on blocking under the bad one, takes the last one`, async () => {
      await withLiveListener({ version, strict, configuration: BLOCK }, async (api, update) => {
        assert.equal(await post(api, ATTACK), 403);
        const statuses = await askingMeanwhile(api, async () => {
          const before = await rejections(api);
          await update(BAD);
          await eventually("the bad configuration is refused", async () => {
            const refused = strict ? await listenerUpdates(api, "update_rejected") : await rejections(api);
            return refused > before ? true : undefined;
          });
          assertNamesMistakes(api.log);
          assert.equal(await post(api, ATTACK), 403, "the last accepted configuration goes on");

          await update(MONITOR);
          await eventually("the new configuration", async () =>
            (await post(api, ATTACK)) === 200 ? true : undefined,
          );
          await eventually("event of the monitored attack", () =>
            api.events().find((event) => event["action"] !== "block"),
          );
        });
        assert.ok(statuses.length > 0);
        assert.deepEqual(
          statuses.filter((status) => status !== 200),
          [],
          "no request is lost over an update",
        );
      });
    });
  }
}

async function withApi(setup: Setup, body: (api: ProtectedApi) => Promise<void>): Promise<void> {
  const api = await ProtectedApi.start({ concurrency: 1, ...setup });
  try {
    await body(api);
  } finally {
    await api.stop();
  }
}

/** An API whose listener comes from a file; `update` replaces the file in one move, with another configuration of the filter. */
async function withLiveListener(
  setup: Setup,
  body: (api: ProtectedApi, update: (configuration: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "wardgate-lds-"));
  const file = join(directory, "lds.json");
  let listenerWith: (configuration: string) => Bootstrap;
  const place = async (listener: Bootstrap): Promise<void> => {
    const resource = { "@type": "type.googleapis.com/envoy.config.listener.v3.Listener", ...listener };
    await writeFile(`${file}.new`, JSON.stringify({ version_info: randomUUID(), resources: [resource] }));
    await rename(`${file}.new`, file);
  };
  let first: Promise<void> = Promise.resolve();
  const edit = (bootstrap: Bootstrap): void => {
    const [listener] = bootstrap.static_resources.listeners;
    delete bootstrap.static_resources.listeners;
    bootstrap.node = { id: "test", cluster: "test" };
    bootstrap.dynamic_resources = {
      lds_config: { path_config_source: { path: file, watched_directory: { path: directory } } },
    };
    listenerWith = (configuration) => {
      const copy = structuredClone(listener);
      wasmPlugin(copy).configuration.value = configuration;
      return copy;
    };
    first = place(listener);
  };
  try {
    await withApi({ ...setup, concurrency: 2, edit }, async (api) => {
      await first;
      await body(api, (configuration) => place(listenerWith(configuration)));
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function wasmPlugin(listener: Bootstrap): Bootstrap {
  return listener.filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.config;
}

async function post(api: ProtectedApi, body: string): Promise<number> {
  const client = await api.http1();
  try {
    const headers = { "content-type": "application/json" };
    return (await client.request({ method: "POST", path: "/api/users", headers, body })).status;
  } finally {
    client.close();
  }
}

/** Statuses of benign requests, one after the other on connections of their own, sent for as long as `body` runs. */
async function askingMeanwhile(api: ProtectedApi, body: () => Promise<void>): Promise<number[]> {
  let running = true;
  const loop = (async () => {
    const statuses: number[] = [];
    while (running) statuses.push(await post(api, BENIGN));
    return statuses;
  })();
  try {
    await body();
  } finally {
    running = false;
    await loop.catch(() => {});
  }
  return loop;
}

/** Sum of the filter's config_rejected counters. */
async function rejections(api: ProtectedApi): Promise<number> {
  const stats = await api.envoy.stats("config_rejected");
  return [...stats.values()].reduce((sum, value) => sum + value, 0);
}

async function listenerUpdates(api: ProtectedApi, outcome: string): Promise<number> {
  return (
    (await api.envoy.stats(`^listener_manager\\.lds\\.${outcome}$`)).get(`listener_manager.lds.${outcome}`) ??
    0
  );
}

function assertNamesMistakes(log: LogLine[]): void {
  const text = log.map((line) => line.message).join("\n");
  assert.match(text, /wardgate.*\bmode\b/s);
  assert.match(text, /hold_headerz/);
}
