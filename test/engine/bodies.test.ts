// Bodies of several kinds from Node: what the parsers find in them, and properties over random documents.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { give, loadEngine } from "./engine-module.js";
import { ADDRESS, BODY_KIND, KIND, RUNNER, parseRun, type ParseRun } from "./parse-run.js";

const engine = loadEngine();
/** Runs of the properties are multiplied by this for a longer search. */
const SCALE = Number(process.env["WARDGATE_FUZZ_SCALE"] ?? 1);
const MULTIPART = RUNNER.body + BODY_KIND.multipart;

/** Parses a body whose content type declares that boundary. */
function runWith(boundary: string, runner: number, bytes: Uint8Array | string, chunk = 0): ParseRun {
  const { at, len } = give(engine, boundary);
  engine["parseBoundary"]!(at, len);
  engine["release"]!(at);
  const run = parseRun(engine, runner, bytes, chunk);
  engine["parseBoundary"]!(0, 0);
  return run;
}

/** `address kind path=value` of each input, without containers. */
function shown(run: ParseRun): string[] {
  const names = ["string", "key", "number", "boolean", "null", "container"];
  return run.inputs
    .filter((input) => input.kind !== KIND.container)
    .map(
      (input) =>
        `${ADDRESS[input.address] ?? input.address} ${names[input.kind]} ${input.path.join(".")}=${input.value.toString()}`,
    );
}

function assertChunked(
  run: (bytes: Uint8Array, chunk: number) => ParseRun,
  bytes: Uint8Array,
  chunks = [1, 2, 3, 5, 16, 61],
): void {
  const sorted = (one: ParseRun) => one.list.split("\n").sort();
  const whole = run(bytes, 0);
  for (const chunk of chunks) {
    const chunked = run(bytes, chunk);
    assert.deepEqual(sorted(chunked), sorted(whole), `chunks of ${chunk}`);
    assert.equal(chunked.anomalies, whole.anomalies, `anomalies in chunks of ${chunk}`);
  }
  for (const room of [3, 4, 7]) {
    engine["parseLimitRoom"]!(room);
    const drained = run(bytes, 9);
    engine["parseLimitRoom"]!(0);
    assert.deepEqual(sorted(drained), sorted(whole), `with room for ${room}`);
  }
}

const form = (...parts: string[]) =>
  parts.map((part) => `--b0\r\n${part.replaceAll("\n", "\r\n")}\r\n`).join("") + "--b0--\r\n";
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\n\n${value}`;

describe("multipart", () => {
  const parse = (body: string) => runWith("b0", MULTIPART, body);

  test("fields are keys and values, files are names and content", () => {
    const run = parse(
      form(
        field("a", "1"),
        `Content-Disposition: form-data; name="f"; filename="x.php"\nContent-Type: text/plain\n\n<?php\n?>`,
      ),
    );
    assert.deepEqual(shown(run), [
      "body key a=a",
      "body string a=1",
      "body key f=f",
      "filenames string f=x.php",
      "files_content string f=<?php\r\n?>",
    ]);
    assert.equal(run.anomalies, 0);
  });

  test("as tolerant as servers are", () => {
    const rows: [name: string, body: string, wanted: string][] = [
      ["no last delimiter", form(field("a", "1")).replace("--b0--\r\n", ""), "body string a=1\r\n"],
      ["line feeds only", form(field("a", "1")).replaceAll("\r", ""), "body string a=1"],
      ["padding", form(field("a", "1")).replaceAll("--b0\r", "--b0 \t\r"), "body string a=1"],
      ["a preamble", "hello\r\n" + form(field("a", "1")), "body string a=1"],
      ["no quotes", form("Content-Disposition: form-data; name=a\n\n1"), "body string a=1"],
      ["any case", form("CONTENT-disposition : FORM-data;NAME=a\n\n1"), "body string a=1"],
      ["folded", form('Content-Disposition: form-data;\n name="a"\n\n1'), "body string a=1"],
      ["quote in a name", form(field('a\\"b', "1")), 'body string a\\"b=1'],
      [
        "a second disposition",
        form('Content-Disposition: x\nContent-Disposition: form-data; name="a"\n\n1'),
        "body string a=1",
      ],
      [
        "base64",
        form('Content-Disposition: form-data; name="a"\nContent-Transfer-Encoding: base64\n\nPHNjcmlwdD4='),
        "body string a=<script>",
      ],
      [
        "quoted-printable",
        form(
          'Content-Disposition: form-data; name="a"\nContent-Transfer-Encoding: quoted-printable\n\n=3Cb=\n>=ZZ=',
        ),
        "body string a=<b>=ZZ",
      ],
      [
        "extended name",
        form(`Content-Disposition: form-data; name="f"; filename*=UTF-8''%2e%2e%2fetc\n\nx`),
        "filenames string f=../etc",
      ],
      [
        "backslash in a file name",
        form('Content-Disposition: form-data; name="f"; filename="..\\..\\a"\n\nx'),
        "filenames string f=..\\..\\a",
      ],
      [
        "a quote that never closes",
        form('Content-Disposition: form-data; name="f"; filename="a.php\n\nx'),
        "filenames string f=a.php",
      ],
      [
        "a file without name",
        form('Content-Disposition: form-data; name="f"; filename=""\n\nx'),
        "body string f=x",
      ],
      [
        "another field",
        form('Content-Disposition: form-data; name="f"\nX-Odd: <script>\n\nx'),
        "body string X-Odd=<script>",
      ],
      [
        "no empty line",
        "--b0\r\nContent-Disposition: form-data; name=a\r\n--b0\r\nContent-Disposition: form-data; name=b\r\n\r\n2\r\n--b0--",
        "body string b=2",
      ],
      ["behind the last delimiter", form(field("a", "1")) + form(field("c", "3")), "body string c=3"],
      [
        "a delimiter that goes on",
        "--b0x\r\n" + field("a", "1").replaceAll("\n", "\r\n") + "\r\n--b0--",
        "body string a=1",
      ],
    ];
    for (const [name, body, wanted] of rows) {
      assert.ok(shown(parse(body)).includes(wanted), `${name}: ${JSON.stringify(shown(parse(body)))}`);
      assertChunked((bytes, chunk) => runWith("b0", MULTIPART, bytes, chunk), Buffer.from(body));
    }
  });

  test("a missing or wrong boundary is found in the first line, and the body is text too", () => {
    for (const boundary of ["", "other"]) {
      const body = form(field("a", "1"));
      const run = runWith(boundary, MULTIPART, body);
      assert.ok(shown(run).includes("body string a=1"), boundary);
      assert.ok(shown(run).includes(`body string =${body}`), boundary);
      assert.notEqual(run.anomalies, 0);
    }
  });

  test("a form or JSON that is multipart", () => {
    for (const kind of [BODY_KIND.form, BODY_KIND.json, BODY_KIND.none, BODY_KIND.text]) {
      const run = parseRun(engine, RUNNER.body + kind, form(field("a", "1")));
      assert.ok(shown(run).includes("body string a=1"), `kind ${kind}`);
    }
  });

  test("what is multipart and is JSON", () => {
    assert.ok(shown(parse('{"a":"1"}')).includes("body string a=1"));
  });

  test("a file of 1 MB arrives whole, in windows that overlap by 1 KiB", () => {
    const content = Array.from({ length: 1 << 18 }, (_, i) => String(i % 10_000).padStart(4, "0")).join("");
    const body = form(`Content-Disposition: form-data; name="f"; filename="x"\n\n${content}`);
    for (const chunk of [0, 1000]) {
      const pieces = runWith("b0", MULTIPART, body, chunk).inputs.filter(
        (input) => ADDRESS[input.address] === "files_content",
      );
      assert.equal(
        pieces.map((piece, i) => piece.value.toString().slice(i === 0 ? 0 : 1024)).join(""),
        content,
      );
    }
  });

  const piece = fc.constantFrom(
    ...[
      "--b0",
      "--b0--",
      "--b",
      "\r\n",
      "\n",
      "\r",
      "-",
      "a",
      ":",
      ";",
      " ",
      '"',
      "\\",
      "=3D=",
      "=\r\n",
      "PHNj",
      "\0",
      "é",
    ],
    ...[
      "Content-Disposition: form-data",
      '; name="n"',
      "; filename=f",
      "; filename*=UTF-8''%41",
      "\r\n\r\n",
      "\r\n--b0\r\n",
    ],
    ...[
      "Content-Transfer-Encoding: base64",
      "Content-Transfer-Encoding: quoted-printable",
      "Content-Type: text/plain; charset=utf-7",
    ],
  );

  test("chunked-equals-whole on soup of its syntax, whatever the boundary", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.constantFrom("b0", "", "b", "b0\r\n"),
        (pieces, boundary) => {
          assertChunked(
            (bytes, chunk) => runWith(boundary, MULTIPART, bytes, chunk),
            Buffer.from(pieces.join("")),
          );
        },
      ),
      { numRuns: 500 * SCALE },
    );
  });

  test("values without a delimiter in them come out as they are", () => {
    const name = fc.stringMatching(/^[\w.[\]-]{1,12}$/);
    const value = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("--b0"));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 }),
        fc.nat(9),
        (fields, chunk) => {
          const body = fields
            .map(([n, v]) => `--b0\r\nContent-Disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`)
            .join("");
          const run = runWith("b0", MULTIPART, Buffer.from(body + "--b0--\r\n"), chunk);
          assert.deepEqual(
            run.inputs
              .filter((input) => input.kind === KIND.string)
              .map((input) => [input.path.join("."), input.value.toString()]),
            fields,
          );
        },
      ),
      { numRuns: 300 * SCALE },
    );
  });
});

describe("XML", () => {
  const XML = RUNNER.body + BODY_KIND.xml;
  const parse = (body: string) => parseRun(engine, XML, body);

  test("text, attributes and names", () => {
    const run = parse(
      '<?xml version="1.0" encoding="UTF-8"?>\n<order id="77" n=\'a&amp;b\'>\n <name>x &lt;b&gt; &#60;&#x3E;</name><e/> tail</order>\n',
    );
    assert.deepEqual(shown(run), [
      "body key order=order",
      `body string order=<order id="77" n='a&amp;b'>`,
      "body key order.@id=id",
      "body string order.@id=77",
      "body key order.@n=n",
      "body string order.@n=a&b",
      "body key order.name=name",
      "body string order.name=x <b> <>",
      "body key order.e=e",
      "body string order= tail",
    ]);
    assert.equal(run.anomalies, 0);
  });

  test("what hides text from readers of raw bytes does not hide it here", () => {
    const rows: [name: string, body: string, wanted: string][] = [
      ["CDATA", "<a><![CDATA[<script>]]></a>", "body string a=<script>"],
      ["CDATA between text", "<a>x<![CDATA[<]]]>]]>y</a>", "body string a=x<]]]>y"],
      ["a comment in the text", "<a>1 un<!-- > -->ion</a>", "body string a=1 union"],
      ["an instruction in the text", "<a>1 un<?x > ?>ion</a>", "body string a=1 union"],
      ["numeric references", "<a>&#x75;nion&#0032;select</a>", "body string a=union select"],
      ["an unknown entity", "<a>x&xxe;y</a>", "body string a=x&xxe;y"],
      ["a `>` in an attribute", '<a b="1>2" c="3"/>', "body string a.@c=3"],
      [
        "a DOCTYPE",
        '<!DOCTYPE a [<!ENTITY x "y>"><!-- \' --> ]><a/>',
        'body string !DOCTYPE=<!DOCTYPE a [<!ENTITY x "y>"><!-- \' --> ]>',
      ],
      ["the text of an entity", '<!DOCTYPE a [<!ENTITY x "&#60;b>">]><a>&x;</a>', "body string &x=<b>"],
      ["an instruction", '<?xml-stylesheet href="x"?><a/>', 'body string =<?xml-stylesheet href="x"?>'],
      ["a comment", "<a><!--#exec --></a>", "body string a=<!--#exec -->"],
      ["what is no markup", "<a>1 < 2</a>", "body string a=1 < 2"],
      ["no quotes", "<a b=c>d</a>", "body string a.@b=c"],
      ["no end", "<a>text", "body string a=text"],
      ["no end of a tag", "<a><b c='d", "body string a=<b c='d"],
      ["text outside", "x<a/>", "body string =x"],
      ["a tag of another element", "<a><b>1</c>2</a>", "body string a=2"],
      [
        "a declaration alone",
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        'body string =<!ENTITY x SYSTEM "file:///etc/passwd">',
      ],
    ];
    for (const [name, body, wanted] of rows) {
      assert.ok(shown(parse(body)).includes(wanted), `${name}: ${JSON.stringify(shown(parse(body)))}`);
      assertChunked((bytes, chunk) => parseRun(engine, XML, bytes, chunk), Buffer.from(body));
    }
  });

  test("XML under another type is read as XML and as text", () => {
    const body = '<?xml version="1.0"?><a>&#x41;</a>';
    for (const kind of [BODY_KIND.form, BODY_KIND.json, BODY_KIND.none, BODY_KIND.text, BODY_KIND.binary]) {
      const lines = shown(parseRun(engine, RUNNER.body + kind, body));
      assert.ok(lines.includes("body string a=A"), `kind ${kind}`);
      assert.ok(lines.includes(`body string =${body}`), `kind ${kind}`);
    }
  });

  test("long text, long attributes and 100,000 levels", () => {
    const long = Array.from({ length: 1 << 15 }, (_, i) => `${i % 10_000};`.padStart(5, "0")).join("");
    for (const [body, path] of [
      [`<a>${long}</a>`, "a"],
      [`<a><![CDATA[${long}]]></a>`, "a"],
    ] as const) {
      for (const chunk of [0, 1000]) {
        const pieces = parseRun(engine, XML, body, chunk).inputs.filter(
          (input) => input.kind === KIND.string,
        );
        assert.ok(pieces.every((piece) => piece.path.join(".") === path));
        assert.equal(
          pieces.map((piece, i) => piece.value.toString().slice(i === 0 ? 0 : 1024)).join(""),
          long,
        );
      }
    }
    const attribute = `<a b="${long}&lt;" c="1">x</a>`;
    const pieces = parseRun(engine, XML, attribute).inputs.filter((input) => input.kind === KIND.string);
    const tag = pieces.slice(0, -1).map((piece, i) => piece.value.toString().slice(i === 0 ? 0 : 1024));
    assert.equal(tag.join(""), attribute.slice(0, attribute.indexOf(">") + 1));
    assert.equal(pieces.at(-1)!.path.join("."), "a");
    const deep = "<d>".repeat(100_000) + "needle" + "</d>".repeat(100_000);
    const run = parseRun(engine, XML, deep);
    assert.equal(run.inputs.at(-1)!.value.toString(), "needle");
    assert.equal(run.inputs.at(-1)!.path.length, 128);
  });

  const piece = fc.constantFrom(
    ...["<", ">", "&", ";", "'", '"', "/", "=", "-", "]", "[", "!", "?", " ", "\n", "a", "b:c", "é", "\0"],
    ...[
      "<a>",
      "</a>",
      "<b c='d'/>",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<!DOCTYPE",
      "<!ENTITY x 'y'",
      "<?xml",
      "?>",
      "&lt;",
      "&#x41;",
      "&#99999999;",
      "SYSTEM",
    ],
  );

  test("chunked-equals-whole on soup of its syntax", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.constantFrom("xml", "none", "form", "json"),
        (pieces, kind) => {
          const bytes = Buffer.from(pieces.join(""));
          assertChunked(
            (all, chunk) => parseRun(engine, RUNNER.body + BODY_KIND[kind as "xml"], all, chunk),
            bytes,
          );
        },
      ),
      { numRuns: 700 * SCALE },
    );
  });

  test("text that is escaped comes out as it was", () => {
    const value = fc.string({ unit: "grapheme" }).filter((text) => /\S/.test(text));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.nat(9), (values, chunk) => {
        const escaped = (text: string) =>
          text.replace(/[<>&"']|[^ -~]/gu, (c) => `&#x${c.codePointAt(0)!.toString(16)};`);
        const body = `<r>${values.map((v, i) => `<v${i} a="${escaped(v)}">${escaped(v)}</v${i}>`).join("")}</r>`;
        const strings = parseRun(engine, XML, body, chunk).inputs.filter(
          (input) => input.kind === KIND.string,
        );
        values.forEach((v, i) => {
          for (const path of [`r.v${i}`, `r.v${i}.@a`]) {
            assert.ok(
              strings.some((one) => one.path.join(".") === path && one.value.toString() === v),
              path,
            );
          }
        });
      }),
      { numRuns: 300 * SCALE },
    );
  });
});
