// XML bodies from Node: what is found in them, and properties over random documents.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { BODY_KIND, KIND, RUNNER, parseRun } from "./parse-run.js";

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
      ["what an end tag says", "<a>1</a <script>", "body string =</a <script>"],
      ["an end tag of nothing", "<a></b&c>", "body string =</b&c>"],
      [
        "a comment in a DOCTYPE that begins like its end",
        "<!DOCTYPE a [<!-->'-->]><a>x</a>",
        "body string a=x",
      ],
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

  test("a byte order mark is no text", () => {
    const run = parse("\ufeff<a>b</a>");
    assert.deepEqual(shown(run), ["body key a=a", "body string a=b"]);
    assert.equal(run.anomalies, 0);
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
