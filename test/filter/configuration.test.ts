// Configurations: accepted, refused, kept over updates, shared between workers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { SharedData } from "../host/shared-data.ts";
import type { ProxyHost } from "../host/proxy-host.ts";
import { ATTACK, BLOCK, counters, exchange, logged, startFilter } from "./filter-host.ts";

const WRONG = { ...BLOCK, mode: "blocc", body_capture_size: -1, no_such_field: 1 };
const STRICT = { env: { WARDGATE_STRICT_CONFIG: "1" } };

const blocks = (host: ProxyHost): boolean => exchange(host, { path: `/?q=${ATTACK}` }).client.status === 403;

describe("filter configuration", () => {
  for (const rootId of ["", "wardgate", "any/other root"]) {
    test(`root_id "${rootId}" → configured and working`, async () => {
      const host = await startFilter(BLOCK, { rootId });
      assert.ok(host.ok);
      assert.ok(blocks(host));
      host.assertClean();
    });
  }

  test("other plugin and VM names, configuration for the VM → working", async () => {
    const host = await startFilter(BLOCK, {
      pluginName: "",
      vmId: "other",
      vmConfig: "{}",
      env: { OTHER: "x" },
    });
    assert.ok(blocks(host));
    host.assertClean();
  });

  test("accepted → one line says what is loaded", async () => {
    const host = await startFilter();
    assert.equal(logged(host, /configured/).length, 1);
    assert.match(logged(host, /configured/)[0]!, /^info: wardgate configured: .*mode block.*custom rules 3/);
    assert.equal(counters(host)["wardgate_config_accepted"], 1);
  });

  test("wrong, and never one before → every problem is named, the defaults are in force", async () => {
    const host = await startFilter(WRONG);
    assert.ok(host.ok);
    const problems = logged(host, /configuration refused: [a-z_]+:/).join("\n");
    for (const path of ["mode", "body_capture_size", "no_such_field"])
      assert.match(problems, new RegExp(`error: .*${path}:`));
    assert.equal(logged(host, /the defaults are in force/).length, 1);
    assert.equal(blocks(host), false);
    assert.equal(counters(host)["wardgate_config_rejected"], 1);
    host.assertClean();
  });

  test("wrong update → the last accepted configuration stays in force, and the log says why", async () => {
    const host = await startFilter();
    assert.ok(host.configure(JSON.stringify(WRONG)));
    assert.ok(blocks(host));
    assert.match(logged(host, /configuration refused: mode:/)[0] ?? "", /^error: /);
    assert.equal(logged(host, /the last accepted one stays in force/).length, 1);
    assert.equal(counters(host)["wardgate_config_rejected"], 1);
    host.assertClean();
  });

  test("good update after a wrong one → takes effect", async () => {
    const host = await startFilter();
    host.configure("{");
    assert.ok(host.configure(JSON.stringify({ ...BLOCK, mode: "monitor" })));
    assert.equal(blocks(host), false);
    assert.ok(host.configure(JSON.stringify(BLOCK)));
    assert.ok(blocks(host));
    host.assertClean();
  });

  test("update while streams are open → they end under the configuration they began with", async () => {
    const host = await startFilter();
    const open = host
      .stream({ method: "POST", headers: { "content-type": "application/json" } })
      .request(false);
    host.configure(JSON.stringify({ ...BLOCK, mode: "observe" }));
    open.requestBody(`{"a":"${ATTACK}"}`, true);
    assert.equal(open.client.status, 403);
    assert.equal(blocks(host), false);
    host.assertClean();
  });

  test("wrong configuration in a new VM → the one another worker accepted is in force", async () => {
    const sharedData = new SharedData();
    await startFilter(BLOCK, { sharedData });
    const restarted = await startFilter(WRONG, { sharedData });
    assert.ok(restarted.ok && blocks(restarted));
    restarted.assertClean();
  });

  test("two plugins in one proxy → neither takes the other's configuration", async () => {
    const sharedData = new SharedData();
    await startFilter(BLOCK, { sharedData, pluginName: "inner" });
    const other = await startFilter(WRONG, { sharedData, pluginName: "outer" });
    assert.equal(blocks(other), false);
    other.assertClean();
  });

  test("shared data holds something unreadable → the defaults are in force", async () => {
    const sharedData = new SharedData();
    await startFilter(BLOCK, { sharedData });
    for (const key of sharedData.keys()) sharedData.set("", key, Buffer.from("\0not a configuration"), 0);
    const host = await startFilter(WRONG, { sharedData });
    assert.ok(host.ok);
    assert.equal(blocks(host), false);
    host.assertClean();
  });

  test("WARDGATE_STRICT_CONFIG=1, wrong → refused to the proxy, with every problem in the log", async () => {
    const host = await startFilter(WRONG, STRICT);
    assert.equal(host.ok, false);
    assert.equal(host.problem, "proxy_on_configure returned false");
    assert.equal(logged(host, /error|refused/).length >= 3, true);
    host.assertClean();
  });

  test("WARDGATE_STRICT_CONFIG=1, right → accepted; a wrong update is refused and the old one serves on", async () => {
    const host = await startFilter(BLOCK, STRICT);
    assert.ok(host.ok);
    assert.equal(host.configure(JSON.stringify(WRONG)), false);
    assert.ok(blocks(host));
    host.assertClean();
  });

  for (const env of [
    { WARDGATE_STRICT_CONFIG: "0" },
    { WARDGATE_STRICT_CONFIG: "" },
    { WARDGATE_STRICT_CONFIG: "11" },
    { X_WARDGATE_STRICT_CONFIG: "1" },
  ] as Record<string, string>[]) {
    test(`environment ${JSON.stringify(env)} → not strict`, async () => {
      assert.ok((await startFilter(WRONG, { env })).ok);
    });
  }

  test("custom rule that is wrong → the configuration is refused and the rule is named", async () => {
    const host = await startFilter({
      ...BLOCK,
      custom_rules: [
        {
          id: "t-broken",
          name: "x",
          tags: { type: "x" },
          conditions: [
            {
              operator: "match_regex",
              parameters: { inputs: [{ address: "server.request.query" }], regex: "(" },
            },
          ],
        },
      ],
    });
    assert.ok(host.ok);
    assert.match(logged(host, /refused/).join("\n"), /t-broken/);
    host.assertClean();
  });

  test("plugin removed → torn down without a trap", async () => {
    const host = await startFilter();
    blocks(host);
    host.shutDown();
    host.assertClean();
  });

  const GROWTH: [name: string, config: object][] = [
    ["without custom rules", { ...BLOCK, custom_rules: undefined }],
    ["with custom rules", BLOCK],
  ];
  for (const [name, config] of GROWTH) {
    test(`300 updates ${name} → memory does not grow with them`, async () => {
      const host = await startFilter(config);
      const update = (i: number): boolean => host.configure(JSON.stringify({ ...config, service: `s${i}` }));
      for (let i = 0; i < 20; i++) update(i);
      const before = host.memory.size;
      for (let i = 20; i < 300; i++) update(i);
      assert.equal(host.memory.size, before);
      host.assertClean();
    });
  }

  test("any bytes as configuration → never-traps, and a request still passes", async () => {
    const host = await startFilter();
    const near = fc.json().map((text) => Buffer.from(text));
    const document = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      near,
      fc.tuple(near, fc.nat()).map(([text, at]) => text.subarray(0, at % (text.length + 1))),
    );
    fc.assert(
      fc.property(document, (bytes) => {
        host.configure(bytes);
        assert.ok(host.ok);
        assert.equal(exchange(host, { path: "/items" }).client.status, 200);
        assert.equal(host.trapped, false);
      }),
      { numRuns: 300 },
    );
    host.assertClean();
  });
});
