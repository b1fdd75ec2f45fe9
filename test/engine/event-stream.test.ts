// Server-sent events from Node: what is found in them, by the standard's own examples, and properties.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { loadEngine } from "./engine-module.js";
import { KIND, RUNNER, parseRun } from "./parse-run.js";

const parse = (text: string | Uint8Array, chunk = 0) => parseRun(engine, RUNNER.events, text, chunk);

describe("server-sent events", () => {
  test("the data of each event is a body of its own", () => {
    const rows: [name: string, text: string, wanted: string[]][] = [
      ["one event", "data: hello\n\n", ["response string =hello"]],
      ["lines are joined", "data: YHOO\ndata: +2\ndata: 10\n\n", ["response string =YHOO\n+2\n10"]],
      ["JSON over lines", 'data: {"a":\ndata:  "x"}\n\n', ["response key a=a", "response string a=x"]],
      ["two events", 'data:[1]\n\ndata: ["x"]\n\n', ["response number 0=1", "response string 0=x"]],
      [
        "no space, one space, two",
        "data:a\n\ndata: b\n\ndata:  c d\n\n",
        ["response string =a", "response string =b", "response string =c d"],
      ],
      [
        "carriage returns",
        "data: a\rdata: b\r\rdata: c\r\n\r\n",
        ["response string =a\nb", "response string =c"],
      ],
      ["a byte order mark", "\ufeffdata: a\n\n", ["response string =a"]],
      ["a field without a colon", "data\n\ndata\ndata\n\n", []],
      ["no blank line at the end", "data: a", ["response string =a"]],
      [
        "names",
        "event: add\nid: 7\ndata: x\n\n",
        ["response string event=add", "response string id=7", "response string =x"],
      ],
      ["a comment", ": keep-alive\n\n", ["response string = keep-alive"]],
      ["an empty comment", ":\n\n", []],
      [
        "no field",
        "retry: 100\nfoo: bar\ndatas: x\nevent\nid:\nevil\n",
        [
          "response string =retry: 100",
          "response string =foo: bar",
          "response string =datas: x",
          "response string =evil",
        ],
      ],
      [
        "the end of a model's answer",
        'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n',
        [
          "response key choices=choices",
          "response key choices.0.delta=delta",
          "response key choices.0.delta.content=content",
          "response string choices.0.delta.content=Hi",
          "response string 0=DONE",
          "response string =[DONE]",
        ],
      ],
      ["part of a mark", "\xef\xbb", []],
    ];
    for (const [name, text, wanted] of rows) {
      const bytes = name === "part of a mark" ? Buffer.from(text, "latin1") : Buffer.from(text);
      const run = parse(bytes);
      if (name !== "part of a mark") assert.deepEqual(shown(run), wanted, name);
      assert.equal(run.anomalies, 0, name);
      assertChunked(parse, bytes);
    }
  });

  test("data is handed on before its line ends", () => {
    const own = loadEngine();
    const run = parseRun(own, RUNNER.events, `data: ["${"x".repeat(3_000_000)}"]\n\n`, 16384);
    assert.ok(run.inputs.length > 40);
    assert.ok(own["parseArenaHeld"]!() < 512 * 1024);
  });

  const line = fc.oneof(
    fc.constantFrom(
      "data: ",
      "data:",
      "data",
      "event: ",
      "event",
      "id:",
      ":",
      "retry: 3",
      "\ufeff",
      " ",
      "foo",
      "dataevent",
    ),
    fc.constantFrom('{"a":', '"b"}', "[1,", "2]", "\0", "x"),
    fc.string({ maxLength: 12 }),
  );
  const pieces = fc.array(fc.oneof(line, fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\r")), {
    maxLength: 30,
  });

  test("finds the data that a reader by the standard finds", () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        const wanted = dispatched(text).flatMap((data) => {
          const alone = parse(`data: ${data.replaceAll("\n", "\ndata: ")}\n\n`);
          return alone.inputs.map((one) => `${one.path.join(".")}=${one.value.toString("hex")}`);
        });
        const found = parse(text + "\n\n").inputs.map(
          (one) => `${one.path.join(".")}=${one.value.toString("hex")}`,
        );
        for (const one of wanted) assert.ok(found.includes(one), one);
      }),
      { numRuns: 600 * SCALE },
    );
  });

  test("chunked-equals-whole on lines of any kind", () => {
    fc.assert(
      fc.property(pieces, (parts) => assertChunked(parse, Buffer.from(parts.join("")), [1, 2, 3, 7, 16])),
      { numRuns: 600 * SCALE },
    );
  });

  test("nothing that is sent stays unseen", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("data: ", "event:", "id: ", ": ", "other: ", ""),
        fc.nat(60_000),
        (name, size) => {
          const text = `${name}${"a".repeat(size)}<evil>\n`;
          const run = parse(text, 5000);
          assert.ok(run.inputs.some((one) => one.kind === KIND.string && one.value.includes("<evil>")));
        },
      ),
      { numRuns: 40 * SCALE },
    );
  });
});

/** The data of all events, as WHATWG HTML §9.2.6 says. */
function dispatched(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of (text.replace(/^\ufeff/, "") + "\n\n").split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (data.length > 0) events.push(data.join("\n"));
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
  }
  return events;
}
