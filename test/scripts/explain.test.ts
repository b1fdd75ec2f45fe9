// `wardgate explain` on curl commands, HAR files and raw HTTP; and the readers by themselves.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundleCli } from "../../scripts/build/bundle.ts";
import { curlRequest } from "../../scripts/explain/curl-command.ts";
import type { Explanation } from "../../scripts/explain/explanation.ts";
import { shellWords } from "../../scripts/explain/shell-words.ts";
import { targetOf } from "../../scripts/explain/url.ts";

const directory = mkdtempSync(join(tmpdir(), "wardgate-explain-"));
const program = join(directory, "wardgate.mjs");

function explain(args: string[], input = ""): { code: number | null; out: string; err: string } {
  const env = { ...process.env, WARDGATE_ENGINE: "build/engine.wasm" };
  const options = { input, env, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "explain", ...args], options);
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, content: string | object): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

before(() => bundleCli(program));
after(() => rmSync(directory, { recursive: true }));

describe("wardgate explain", () => {
  test("a curl command with an attack → verdict, levels, rule, what was asked and why; exit 1", () => {
    const { code, out } = explain(["--curl", `curl 'https://a.example/i?q=1%27%20OR%201=1--'`]);
    assert.equal(code, 1);
    assert.match(out, /verdict: block \(blocked\)/);
    assert.match(out, /by sensitivity: low block .*default block .*high block/);
    assert.match(out, /yes wg-sqli-001 is_sqli → ' OR 1=1--/);
    assert.match(out, /\d+ of \d+ conditions dismissed/);
  });

  test("a harmless one from standard input → allow, exit 0", () => {
    const command = "curl https://a.example/items \\\n  -H 'accept: application/json'\n";
    const { code, out, err } = explain(["--curl", "-"], command);
    assert.equal(code, 0, err);
    assert.match(out, /verdict: allow/);
  });

  test("what only a strict policy stops → block at high alone", () => {
    const { code, out } = explain(["--curl", "curl -X PROPFIND https://a.example/items", "--brief"]);
    assert.equal(code, 0);
    assert.match(out, /low allow · default allow · high block \(wg-http-\d+\)/);
  });

  test("--json → inputs with decodings, candidates with their reasons, transformations and highlight", () => {
    const command = `curl 'https://a.example/i?x=%253Cscript%253E' -d '{"a":["${"${jndi:ldap://x/a}"}"]}' -H 'content-type: application/json'`;
    const { inputs, event, levels } = JSON.parse(
      explain(["--json", "--curl", `@${file("command.txt", command)}`]).out,
    ) as Explanation;
    const decoded = inputs.find(({ value }) => value === "<script>")!;
    assert.deepEqual(
      [decoded.address, decoded.key_path, decoded.decoded],
      ["server.request.query", ["x"], "percent"],
    );
    const lookup = inputs.find(({ value }) => value.startsWith("${jndi"))!;
    assert.deepEqual([lookup.address, lookup.key_path], ["server.request.body", ["a", 0]]);
    const found = lookup.candidates.filter(({ holds }) => holds);
    assert.ok(found.some(({ rule }) => event.rules.includes(rule)));
    assert.ok(
      lookup.candidates.every(({ by }) => ["literal", "bytes", "every value", "negation"].includes(by)),
    );
    assert.ok(lookup.conditions >= found.length);
    assert.deepEqual(
      levels.map(({ level }) => level),
      ["low", "default", "high"],
    );
  });

  test("a transformation that changes the value is shown with its result", () => {
    const rules = file("rules.json", [
      {
        id: "own",
        name: "Own",
        tags: { type: "own" },
        transformers: ["lowercase", "compress_whitespace"],
        conditions: [
          {
            operator: "match_regex",
            parameters: {
              inputs: [{ address: "server.request.query" }],
              regex: "drop table",
              options: { case_sensitive: true },
            },
          },
        ],
      },
    ]);
    const { out } = explain(["--rules", rules, "--path", "/?q=DROP%20%20TABLE", "--json"]);
    const { inputs, verdict } = JSON.parse(out) as Explanation;
    assert.equal(verdict, "monitor");
    const [candidate] = inputs.find(
      ({ kind, key_path }) => kind === "value" && key_path[0] === "q",
    )!.candidates;
    assert.deepEqual(candidate!.transformers, ["lowercase", "compress_whitespace"]);
    assert.equal(candidate!.transformed, "drop table");
    assert.equal(candidate!.highlight, "drop table");
  });

  test("a HAR file → every entry with its response, exit 1 as one is an attack", () => {
    const entry = (url: string, more: object = {}) => ({
      request: { method: "GET", url, headers: [], ...more },
    });
    const har = file("session.har", {
      log: {
        entries: [
          {
            ...entry("https://a.example/items"),
            response: { status: 200, headers: [], content: { text: "ok" } },
          },
          entry("https://a.example/login", {
            method: "POST",
            headers: [{ name: ":method", value: "POST" }],
            postData: { mimeType: "application/json", text: '{"u":"x\' OR 1=1 -- "}' },
          }),
        ],
      },
    });
    const { code, out } = explain(["--har", har, "--json"]);
    assert.equal(code, 1);
    assert.deepEqual(
      (JSON.parse(out) as Explanation[]).map(({ request, verdict }) => [request, verdict]),
      [
        ["GET https://a.example/items", "allow"],
        ["POST https://a.example/login", "block"],
      ],
    );
  });

  test("raw HTTP: lines in CRLF or LF, chunked bodies", () => {
    const attack =
      "POST /x HTTP/1.1\nHost: a\nContent-Type: application/json\n\n" + `{"a":"<script>alert(1)</script>"}`;
    assert.equal(explain(["--raw", file("a.http", attack)]).code, 1);
    const chunked =
      "POST /x HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<scri\r\n12\r\npt>alert(1)</script\r\n0\r\n\r\n";
    const { code, out } = explain(["--raw", "-", "--brief"], chunked);
    assert.equal(code, 1, out);
    assert.equal(explain(["--raw", file("b.http", "GET /items HTTP/1.1\r\nHost: a\r\n\r\n")]).code, 0);
  });

  test("what cannot be read → exit 2 and where the mistake is", () => {
    const cases: [args: string[], complaint: RegExp][] = [
      [["--curl", "wget https://a.example"], /must begin with "curl"/],
      [["--curl", "curl"], /no URL/],
      [["--curl", "curl https://a.example --frobnicate"], /--frobnicate is not understood/],
      [["--curl", "curl 'https://a.example"], /' at character 6 is never closed/],
      [["--curl", "curl https://a.example; rm x"], /";" at character/],
      [["--curl", 'curl "https://a.example/$ID"'], /variable or substitution/],
      [["--curl", "curl https://a.example -d"], /-d needs a value/],
      [["--curl", "curl ftp://a.example"], /only http and https/],
      [["--curl", "curl https://a.example https://b.example"], /more than one URL/],
      [["--har", file("no.har", "{")], /no HAR file/],
      [["--har", file("empty.har", { log: { entries: [] } })], /no entries/],
      [
        ["--har", file("half.har", { log: { entries: [{ request: {} }] } })],
        /log\.entries\[0\]: request\.method/,
      ],
      [["--raw", file("no.http", "hello\n\n")], /line 1 is no request line/],
      [["--raw", file("head.http", "GET / HTTP/1.1\nbroken\n\n")], /line 2 is no header/],
      [["--raw", join(directory, "none.http")], /none\.http/],
      [["--raw", "-", "--har", "x"], /exclude each other/],
      [["--curl", "curl https://a.example", "--path", "/x"], /leave out/],
    ];
    for (const [args, complaint] of cases) {
      const { code, err } = explain(args);
      assert.equal(code, 2, args.join(" "));
      assert.match(err, complaint, args.join(" "));
    }
  });
});

describe("explain: words of a command line", () => {
  const ROWS: [line: string, words: string[]][] = [
    ["curl a b", ["curl", "a", "b"]],
    [`a 'b "c"' "d 'e'"`, ["a", 'b "c"', "d 'e'"]],
    [String.raw`a\ b "c\"d\\" \'`, ["a b", 'c"d\\', "'"]],
    ["a \\\n  b", ["a", "b"]],
    [String.raw`$'a\nb\x41\u00e9\'' ''`, ["a\nbAé'", ""]],
    ["a # comment\nb", ["a", "b"]],
    ["'a'b\"c\"", ["abc"]],
    ["cost$ a$", ["cost$", "a$"]],
  ];
  for (const [line, words] of ROWS) {
    test(JSON.stringify(line), () => assert.deepEqual(shellWords(line), words));
  }
});

describe("explain: requests of curl commands", () => {
  const of = (command: string) => {
    const { method, path, headers, body } = curlRequest(command).request;
    return {
      method,
      path,
      headers: Object.fromEntries(headers as [string, string][]),
      body: body?.toString(),
    };
  };

  test("data → POST of a form; -G puts it into the query; --json says what it is", () => {
    const post = of("curl a.example/x -d a=1 --data-urlencode 'b=c d'");
    assert.deepEqual([post.method, post.path, post.body], ["POST", "/x", "a=1&b=c%20d"]);
    assert.equal(post.headers["content-type"], "application/x-www-form-urlencoded");
    assert.equal(post.headers["content-length"], "11");
    const get = of("curl -G a.example/x?z=1 -d a=1");
    assert.deepEqual([get.method, get.path, get.body], ["GET", "/x?z=1&a=1", undefined]);
    const json = of(`curl a.example --json '{"a":1}'`);
    assert.deepEqual(
      [json.headers["content-type"], json.headers["accept"]],
      ["application/json", "application/json"],
    );
  });

  test("short options bundled and with their values attached; those that change nothing are passed over", () => {
    const { method, headers } = of(
      "curl -sSLkXPUT -m5 -o/dev/null -Aagent -b a=b --compressed -u me:secret a.example",
    );
    assert.deepEqual([method, headers["user-agent"], headers["cookie"]], ["PUT", "agent", "a=b"]);
    assert.equal(headers["authorization"], "Basic bWU6c2VjcmV0");
    assert.match(headers["accept-encoding"]!, /gzip/);
  });

  test("own headers take the place of curl's; `Name:` takes one away, `Name;` sends it empty", () => {
    const { headers } = of(
      "curl a.example -H 'User-Agent: x' -H 'Accept:' -H 'X-Empty;' -H 'Host: b.example'",
    );
    assert.deepEqual(headers, { "user-agent": "x", "x-empty": "", host: "b.example" });
  });

  test("a form becomes multipart", () => {
    const upload = file("photo.txt", "bytes");
    const { headers, body } = of(`curl a.example -F note=hi -F 'f=@${upload};filename=a.png;type=image/png'`);
    assert.match(headers["content-type"]!, /^multipart\/form-data; boundary=/);
    assert.match(body!, /name="note"\r\n\r\nhi\r\n/);
    assert.match(body!, /name="f"; filename="a\.png"\r\nContent-Type: image\/png\r\n\r\nbytes\r\n/);
  });

  test("dot segments are resolved as curl does, unless --path-as-is", () => {
    assert.equal(of("curl a.example/a/../../etc/./passwd").path, "/etc/passwd");
    assert.equal(of("curl --path-as-is a.example/a/../../etc").path, "/a/../../etc");
    assert.deepEqual(targetOf("https://me:pw@a.example:8443?q=/../#x", false), {
      host: "a.example:8443",
      target: "/?q=/../",
    });
  });
});
