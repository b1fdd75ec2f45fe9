// The bench's own arithmetic and what it writes; speed itself is never asserted.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import protobuf from "protobufjs";
import { SaxesParser } from "saxes";
import { chart } from "../../bench/chart.ts";
import { orderMessage } from "../../bench/grpc-messages.ts";
import { combine, quantile, type Sample, type Slice } from "../../bench/measure.ts";
import type { BenchRecord } from "../../bench/record.ts";
import { namedRecord, withReport } from "../../bench/report.ts";
import { findScenarios, SCENARIOS } from "../../bench/scenarios.ts";
import { barsOf, rowOf, type Starts } from "../../bench/start-report.ts";
import { compareToFirst, type Summary, summarise } from "../../bench/summary.ts";
import { bars, type Targets } from "../../bench/targets.ts";
import { chooseVariants } from "../../bench/variants.ts";

const MIB = 1024 * 1024;
const TARGETS: Targets = {
  over_noop_micros: { get: 10, "json-8k": 40 },
  flat: { from: "json-8k", to: ["json-1m"], growth: 1.25 },
  start: { vm_ms: 150, rules_ms: 1000, module_bytes: 1_500_000 },
  vm_mib: { idle: 16, load: 24 },
  engine_times_libddwaf: {},
};

describe("bench: what is sent", () => {
  // Changed bytes are other figures: those of old records could no longer be compared with.
  const SENT = {
    get: "676dba28faa337cd",
    "json-1k": "8ea637cfb4e43847",
    "json-8k": "d682db7a1b05bcbd",
    "json-64k": "3140eaee12fcf5d8",
  };
  for (const [id, hash] of Object.entries(SENT)) {
    test(`${id} sends what it always sent`, () => {
      const bytes = Buffer.concat(findScenarios(id)![0]!.measured.map((request) => request.bytes));
      assert.equal(createHash("sha256").update(bytes).digest("hex").slice(0, 16), hash);
    });
  }

  test("ids are unique, every scenario has an attack, one in ten is one where it is about attacks", () => {
    assert.equal(new Set(SCENARIOS.map(({ id }) => id)).size, SCENARIOS.length);
    assert.deepEqual(
      SCENARIOS.filter(({ attacks }) => attacks.length === 0),
      [],
    );
    const { measured } = findScenarios("attacks")![0]!;
    assert.equal(measured.filter(({ isAttack }) => isAttack).length * 10, measured.length);
  });

  test("bodies are as long as their scenarios say, headers have the length of the body", () => {
    for (const { id, measured, bodyBytes, setup } of SCENARIOS) {
      if (setup.grpc || bodyBytes === 0) continue;
      const sizes = measured.map(({ bytes }) => {
        const end = bytes.indexOf("\r\n\r\n");
        const body = bytes.length - end - 4;
        assert.match(bytes.toString("latin1", 0, end), new RegExp(`content-length: ${body}$`), id);
        return body;
      });
      assert.equal(Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length), bodyBytes);
    }
  });

  test("scenarios are found by id, by group and by a part of their name", () => {
    assert.deepEqual(
      findScenarios("main")?.map(({ id }) => id),
      ["get", "json-1k", "json-8k", "json-64k"],
    );
    assert.equal(findScenarios("json-1m")?.length, 1);
    assert.deepEqual(
      findScenarios("multipart")?.map(({ id }) => id),
      ["upload-picture", "upload-csv"],
    );
    assert.equal(findScenarios("nothing like that"), undefined);
  });

  test("gRPC messages are framed protobuf", () => {
    const { root } = protobuf.parse(`syntax = "proto3";
      message Order { uint64 id = 1; Customer customer = 2; repeated Line lines = 3; string note = 4; }
      message Customer { string name = 1; string email = 2; string street = 3; }
      message Line { string sku = 1; string title = 2; uint32 quantity = 3; uint64 cents = 4; }`);
    const framed = orderMessage(7, 3, "a note");
    assert.equal(framed[0], 0);
    assert.equal(framed.readUInt32BE(1), framed.length - 5);
    const Order = root.lookupType("Order");
    const order = Order.toObject(Order.decode(framed.subarray(5)), { longs: Number });
    assert.equal(order["id"], 7);
    assert.equal(order["customer"].email, "user7@example.org");
    assert.equal(order["lines"].length, 3);
    assert.equal(order["note"], "a note");
  });
});

describe("bench: variants", () => {
  test("the baseline is always there; further modules block", () => {
    const modules = { noop: "noop.wasm", wardgate: "wardgate.wasm", others: { old: "old.wasm" } };
    const variants = chooseVariants(["monitor"], modules);
    assert.deepEqual(
      variants.map(({ name, filter }) => [name, filter?.module, filter?.judges, filter?.blocks]),
      [
        ["no-op", "noop.wasm", false, false],
        ["monitor", "wardgate.wasm", true, false],
        ["old", "old.wasm", true, true],
      ],
    );
  });
});

describe("bench: figures", () => {
  test("a round is what its slices took together", () => {
    const slice = (done: number, cpuSeconds: number): Slice => ({
      cpuSeconds,
      load: {
        ...{ done, seconds: 2, statuses: {}, wrong: {}, broken: 0 },
        latencies: { p50: done, p99: 9, max: 9 },
      },
    });
    const sample = combine([slice(100, 0.003), slice(300, 0.001)]);
    assert.deepEqual(sample, { cpuMicros: 10, requestsPerSecond: 100, p50Ms: 200, p99Ms: 9 });
  });

  test("quantiles lie between values in proportion", () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 1].map((share) => quantile([40, 10, 20, 30], share)),
      [10, 17.5, 25, 40],
    );
  });

  test("differences are taken within a round: a noisy round moves both sides", () => {
    const rows = summarise(findScenarios("json-8k")![0]!, [
      measurement("no-op", [50, 500, 52]),
      measurement("block", [90, 541, 94]),
    ]);
    assert.deepEqual(rows[1]!.overNoop, { median: 41, min: 40, max: 42, q1: 40.5, q3: 41.5 });
    assert.equal(rows[1]!.nsPerByte, 41_000 / 8192);
    assert.equal(rows[1]!.ratioToNoop, 94 / 52);
    assert.equal(rows[0]!.overNoop.median, 0);
  });

  test("builds are compared within a round, with the first of them", () => {
    const measured = [
      measurement("old", [90, 900]),
      measurement("no-op", [1, 1]),
      measurement("new", [80, 891]),
    ];
    const [compared, ...others] = compareToFirst(findScenarios("get")![0]!, measured, ["old", "new"]);
    assert.deepEqual(others, []);
    assert.deepEqual([compared!.variant, compared!.against], ["new", "old"]);
    assert.deepEqual([compared!.micros.median, compared!.micros.min, compared!.micros.max], [-9.5, -10, -9]);
    assert.deepEqual(compareToFirst(findScenarios("get")![0]!, measured, ["new"]), []);
  });

  test("bars speak of block mode, and only of what was run", () => {
    const rows = [
      row("get", "block", 9),
      row("get", "monitor", 99),
      row("json-8k", "block", 41, 5),
      row("json-1m", "block", 9000, 7),
    ];
    assert.deepEqual(
      bars(TARGETS, rows, 17 * MIB).map(({ name, isMet }) => [name, isMet]),
      [
        ["get: CPU over no-op", true],
        ["json-8k: CPU over no-op", false],
        ["json-1m: a byte, to one of json-8k", false],
        ["VM memory, idle", false],
        ["VM memory, under load", true],
      ],
    );
    assert.deepEqual(bars(TARGETS, []), []);
  });
});

describe("bench: report", () => {
  const PAGE = "# Title\n\n<!-- bench:  -->\nold\n<!-- /bench -->\n\nAfter\n";
  const PATH = "bench/record/a.json";

  test("the table stands between the marks, which name its record; written twice, it is the same", () => {
    const page = withReport(PAGE, RECORD, PATH);
    assert.equal(namedRecord(PAGE), "");
    assert.equal(namedRecord(page), PATH);
    assert.ok(page.startsWith("# Title\n\n<!-- bench:") && page.endsWith("<!-- /bench -->\n\nAfter\n"));
    assert.ok(!page.includes("old"));
    assert.ok(
      page.includes("| GET & more | 40.0 | 49.0 | **9.0** (8.0 … 10.0) | – | 1000 → 1000 | 2.0 → 2.0 |"),
    );
    assert.ok(page.includes("| 8 KB | 40.0 | 541 | **501** (500 … 502) | 61.2 | 1000 → 1000 | 2.0 → 2.0 |"));
    assert.ok(page.includes("commit abc1234 and changes, Envoy 1.40.0"));
    assert.equal(withReport(page, RECORD, PATH), page);
  });

  test("a page without marks is refused", () => {
    assert.equal(namedRecord("nothing"), undefined);
    assert.throws(() => withReport("nothing", RECORD, PATH), /has no/);
  });

  test("the chart is XML, has a row per scenario, and a target where there is one", () => {
    const svg = chart(RECORD, { get: 10 });
    const texts: string[] = [];
    const classes: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => assert.fail(error));
    parser.on("text", (text) => texts.push(text));
    parser.on("opentag", ({ attributes }) => classes.push(attributes["class"] ?? ""));
    parser.write(svg).close();
    assert.ok(texts.includes("GET & more") && texts.includes("8 KB") && texts.includes("+501 µs"));
    // One in the legend.
    assert.equal(classes.filter((name) => name === "target").length, 2);
    assert.equal(classes.filter((name) => name === "noop").length, 3);
    assert.equal(chart(RECORD, { get: 10 }), svg);
    assert.ok(!/NaN|undefined|Infinity/.test(svg));
  });
});

function measurement(variant: string, cpu: number[]) {
  const samples = cpu.map((cpuMicros): Sample => ({ cpuMicros, requestsPerSecond: 1, p50Ms: 1, p99Ms: 1 }));
  return { variant, samples, memory: { rssBytes: 1 } };
}

function row(scenario: string, variant: string, over: number, nsPerByte?: number): Summary {
  const around = (median: number) => ({ median, min: median - 1, max: median + 1, q1: median, q3: median });
  return {
    ...{ scenario, variant, rounds: 3, cpuMicros: around(40 + over), overNoop: around(over) },
    ...(nsPerByte !== undefined && { nsPerByte }),
    ...{ ratioToNoop: 1, requestsPerSecond: 1000, p50Ms: 1, p99Ms: 2 },
    memory: { rssBytes: MIB, vmBytes: 3 * MIB },
  };
}

const RECORD: BenchRecord = {
  ...{ kind: "bench", format: 2, date: "2026-11-21T10:00:00.000Z", commit: "abc1234", dirty: true },
  machine: { cpu: "Some CPU", cores: 2, memoryBytes: 1, kernel: "Linux 6", arch: "x64" },
  ...{ node: "v20.0.0", envoy: "1.40.0", options: { rounds: 3, seconds: 1 }, modules: [] },
  scenarios: [
    { id: "get", name: "GET & more", bodyBytes: 0 },
    { id: "json-8k", name: "8 KB", bodyBytes: 8192 },
    { id: "unmeasured", name: "Unmeasured", bodyBytes: 0 },
  ],
  idle: {},
  results: [
    row("get", "no-op", 0),
    row("get", "block", 9),
    row("json-8k", "no-op", 0),
    row("json-8k", "block", 501, 61.2),
  ],
  comparisons: [],
  bars: [],
};

describe("bench: starts", () => {
  const start = (wallMs: number, cpuMs: number, compileMs: number, workerMs: number): Starts["rules"] => [
    { wallMs, cpuMs, compileMs, workerMs },
  ];
  const STARTS: Starts = {
    "no-op": start(80, 45, 4, 1.5),
    wardgate: start(480, 845, 394, 3.5),
    rules: start(980, 2045, 395, 303.5),
  };

  test("the compilation is what the process spends beyond its VMs", () => {
    const row = rowOf(2, STARTS);
    assert.deepEqual([row.vms, row.vmMs, row.vmRulesMs], [4, 2, 302]);
    assert.deepEqual([row.compileMs, row.compileCpuMs], [390, 800 - 4 * 2]);
    assert.deepEqual([row.addedWallMs, row.addedWallRulesMs], [400, 900]);
  });

  test("a bar is missed by what exceeds it", () => {
    const memory = { idle: 2 * MIB, load: 25 * MIB, connections: 100 };
    const missed = barsOf(TARGETS, [rowOf(2, STARTS)], memory, 1_500_000)
      .filter(({ isMet }) => !isMet)
      .map(({ name }) => name);
    assert.deepEqual(missed, ["module compiled, once per process, wall", "VM memory, 100 connections"]);
  });
});
