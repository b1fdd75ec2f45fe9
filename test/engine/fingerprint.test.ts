// Fingerprints in events: which, of what, and when. That they are libddwaf's is compared in test/differential.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";
import type { HeaderPair } from "../../scripts/engine/header-blob.ts";
import { PROCESSORS } from "../differential/fingerprints.ts";
import { enginePath } from "./ruleset-engine.ts";

const ENDPOINT = "_dd.appsec.fp.http.endpoint";
const HEADER = "_dd.appsec.fp.http.header";
const NETWORK = "_dd.appsec.fp.http.network";
const SESSION = "_dd.appsec.fp.session";

const engine = Engine.fromFile(enginePath());

function use(processors: readonly object[] = PROCESSORS, config: object = { shipped_rules: false }): void {
  const document = { version: "2.2", metadata: { rules_version: "1.0.0" }, rules: [], processors };
  const { accepted, problems } = engine.configure({ ...config, custom_rules: document });
  assert.ok(accepted, problems.join("\n"));
}

function attributes(request: EngineRequest): Record<string, unknown> {
  return engine.transaction(request).event.attributes ?? {};
}

function endpoint(path: string, type?: string, body?: EngineRequest["body"] & {}): string {
  const headers: HeaderPair[] = type === undefined ? [] : [["content-type", type]];
  return String(attributes({ path, headers, ...(body === undefined ? {} : { body }) })[ENDPOINT]);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

describe("endpoint", () => {
  test("method, path, names of the query: in lower case, sorted, commas escaped, once each", () => {
    use();
    assert.equal(endpoint("/x?q=1&A=2&x%2Cy=3"), "http-get-b3d1db31-737fa872-");
    assert.equal(endpoint("/X?x%2Cy&q=1&a=2&q=3"), "http-get-b3d1db31-737fa872-");
    assert.equal(endpoint("/x?list[]=1&list[]=2&o[p][q]=3"), `http-get-b3d1db31-${hash("list,o")}-`);
    assert.equal(endpoint("/x?a=1;b=2&c=3"), `http-get-b3d1db31-${hash("a,c")}-`);
  });

  test("names of the body's top level, whatever its format and its chunks", () => {
    use();
    const expected = `http-get-b3d1db31--${hash("a,b")}`;
    const json = new TextEncoder().encode('{"b":{"c":[{"d":1}]},"A":"x"}');
    for (let size = 1; size <= json.length; size++) {
      const chunks = [];
      for (let at = 0; at < json.length; at += size) chunks.push(json.subarray(at, at + size));
      assert.equal(endpoint("/x", "application/json", chunks), expected, `chunks of ${size}`);
    }
    assert.equal(endpoint("/x", "application/x-www-form-urlencoded", "b[c]=1&a=2;d=3&b[e]=4"), expected);
    const part = (name: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain\r\n\r\n1\r\n`;
    assert.equal(
      endpoint("/x", "multipart/form-data; boundary=x", `${part("b")}${part("a")}--x--\r\n`),
      expected,
    );
    assert.equal(endpoint("/x", "application/json", '[{"a":1}]'), "http-get-b3d1db31--");
    assert.equal(endpoint("/x", "text/plain", "a=1&b=2"), endpoint("/x", "text/plain", "c=1"));
  });

  test("no more than 256 names, and nothing of one request in the next", () => {
    use();
    const names = Array.from({ length: 300 }, (_, i) => `n${1000 + i}`);
    const body = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])));
    const expected = hash(names.slice(0, 256).join(","));
    assert.equal(
      endpoint(`/x?${names.join("=&")}`, "application/json", body),
      `http-get-b3d1db31-${expected}-${expected}`,
    );
    assert.equal(endpoint("/x"), "http-get-b3d1db31--");
  });
});

describe("header and network", () => {
  test("no headers → zeros", () => {
    use();
    const { [HEADER]: header, [NETWORK]: network } = attributes({});
    assert.deepEqual([header, network], ["hdr-0000000000--0-", "net-0-0000000000"]);
  });

  test("a repeated field counts once; addresses of repeated fields are one list", () => {
    use();
    const headers: HeaderPair[] = [
      ["x-b", "1"],
      ["X-A", "1"],
      ["x-forwarded-for", "1.2.3.4"],
      ["x-b", "2"],
      ["x-forwarded-for", "5.6.7.8, 9.9.9.9"],
      ["user-agent", "Curl"],
    ];
    const { [HEADER]: header, [NETWORK]: network } = attributes({ headers });
    assert.deepEqual(
      [header, network],
      [`hdr-0000000000-${hash("curl")}-2-${hash("x-a,x-b")}`, "net-3-1000000000"],
    );
  });
});

describe("session", () => {
  test("names and values of the cookies of all fields; none without cookies", () => {
    use();
    const headers: HeaderPair[] = [
      ["cookie", "b=X%2CY; a=1"],
      ["cookie", "a=2"],
    ];
    assert.equal(attributes({ headers })[SESSION], `ssn--${hash("a,b")}-${hash("1,X\\,Y")}-`);
    assert.equal(attributes({})[SESSION], undefined);
  });
});

describe("who asks", () => {
  test("only processors with output, under the names that they give", () => {
    const [first, second] = PROCESSORS as { parameters: { mappings: object[] } }[];
    const named = {
      ...first,
      parameters: { mappings: [{ ...first!.parameters.mappings[0], output: "mine" }] },
    };
    use([named, { ...second, output: false, evaluate: true }]);
    assert.deepEqual(attributes({ path: "/x" }), { mine: "http-get-b3d1db31--" });
    use([]);
    assert.deepEqual(attributes({ path: "/x" }), {});
  });

  test("the shipped rules ask for all", () => {
    assert.ok(engine.configure({}).accepted);
    const found = attributes({ path: "/x?id=1'+or+'1'='1", headers: [["cookie", "a=1"]] });
    assert.deepEqual(Object.keys(found), [ENDPOINT, HEADER, NETWORK, SESSION]);
  });
});
