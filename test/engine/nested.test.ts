// Values inside values: every decoder of core/decode, alone and on top of one another.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../scripts/engine/engine.ts";
import type { MatchParameter } from "../../scripts/engine/event.ts";
import { enginePath } from "./ruleset-engine.ts";

const engine = Engine.fromFile(enginePath());
const NEEDLE = "<needle 'at' 7;>";

function rule(id: string, list: string[], transformers: string[] = []): object {
  const inputs = ["server.request.body", "server.request.query", "server.request.headers.no_cookies"].map(
    (address) => ({ address, transformers }),
  );
  return {
    id,
    name: id,
    tags: { type: id, category: "attack_attempt" },
    conditions: [{ operator: "phrase_match", parameters: { inputs, list } }],
    on_match: ["block"],
  };
}

function use(config: object = {}): void {
  const custom_rules = [rule("value", [NEEDLE]), rule("key", ["$needle"], ["keys_only"])];
  const { accepted, problems } = engine.configure({
    mode: "block",
    shipped_rules: false,
    custom_rules,
    ...config,
  });
  assert.ok(accepted, problems.join("\n"));
}

/** What the rules found in a JSON body that has `value` at `list[0].field`. */
function findings(value: string): MatchParameter[] {
  const body = JSON.stringify({ list: [{ field: value }] });
  const { event } = engine.transaction({
    method: "POST",
    headers: [["content-type", "application/json"]],
    body,
  });
  return event.triggers.flatMap(({ rule_matches }) => rule_matches.flatMap((match) => match.parameters));
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const each = (text: string, write: (point: number) => string) =>
  [...text].map((character) => write(character.codePointAt(0)!)).join("");
const hex = (point: number, digits: number) => point.toString(16).padStart(digits, "0");

const ENCODERS: Record<string, (text: string) => string> = {
  percent: encodeURIComponent,
  "percent, every byte": (text) => Buffer.from(text).reduce((out, byte) => `${out}%${hex(byte, 2)}`, ""),
  "form, spaces as plus": (text) => encodeURIComponent(text).replaceAll("%20", "+"),
  "percent, IIS": (text) => each(text, (point) => `%u${hex(point, 4)}`),
  "references, decimal": (text) => each(text, (point) => `&#${point};`),
  "references, hexadecimal without semicolon but one": (text) =>
    each(text, (point) => `&#x${hex(point, 6)};`),
  "references, named": (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&GT;").replaceAll("'", "&apos;"),
  "escapes, four digits": (text) =>
    each(text, (point) => (point < 0x10000 ? `\\u${hex(point, 4)}` : String.fromCodePoint(point))),
  "escapes, two digits": (text) =>
    each(text, (point) => (point < 0x80 ? `\\x${hex(point, 2)}` : String.fromCodePoint(point))),
  "escapes, braces": (text) => each(text, (point) => `\\u{${hex(point, 1)}}`),
  "escapes, octal": (text) =>
    each(text, (point) =>
      point < 0x80 ? `\\${point.toString(8).padStart(3, "0")}` : String.fromCodePoint(point),
    ),
  "full-width": (text) =>
    each(text, (point) => String.fromCodePoint(point > 0x20 && point < 0x7f ? point + 0xfee0 : point)),
  "NUL between": (text) => each(text, (point) => String.fromCodePoint(point) + "\0"),
  base64,
  base64url,
  "base64 in lines": (text) => base64(text).replace(/.{16}/g, "$&\r\n"),
  "data URL": (text) => `data:text/plain;base64,${base64(text)}`,
  "Basic credentials": (text) => `Basic ${base64(text)}`,
  token: (text) =>
    `${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify({ sub: text }))}.c2lnbmF0dXJlLWJ5dGVz`,
  "Bearer token": (text) => `Bearer ${ENCODERS["token"]!(text)}`,
  "JSON object": (text) => JSON.stringify({ a: [1, { b: text }] }).replaceAll("e", "\\u0065"),
  "JSON array": (text) => ` ${JSON.stringify([text]).replaceAll("e", "\\u0065")}`,
  URL: (text) => `https://example.com/path?first=1&second=${encodeURIComponent(text)}#end`,
};

describe("nested values", () => {
  for (const [name, encode] of Object.entries(ENCODERS)) {
    test(name, () => {
      use();
      const found = findings(encode(NEEDLE));
      assert.ok(found.length > 0, encode(NEEDLE));
      for (const { address, key_path } of found) {
        assert.equal(address, "server.request.body");
        assert.deepEqual(key_path.slice(0, 3), ["list", 0, "field"]);
      }
      use({ decode_rounds: 0 });
      assert.deepEqual(findings(encode(NEEDLE)), [], "not decoded when the configuration says so");
    });
  }

  test("base64 whose plus became a space", () => {
    use();
    const encoded = base64(`${NEEDLE}>>`);
    assert.ok(encoded.includes("+"));
    assert.ok(findings(encoded.replaceAll("+", " ")).length > 0);
  });

  test("any two on top of one another", () => {
    use();
    const names = fc.constantFrom(...Object.keys(ENCODERS));
    fc.assert(
      fc.property(names, names, (outer, inner) => {
        // HTML has no reference to NUL (WHATWG HTML §13.2.5.80).
        fc.pre(!(outer.startsWith("references") && inner.startsWith("NUL")));
        const value = ENCODERS[outer]!(ENCODERS[inner]!(NEEDLE));
        // A plus is a space only beside escapes.
        fc.pre(!outer.startsWith("form") || value.includes("%"));
        assert.ok(findings(value).length > 0, value);
      }),
      { numRuns: 600 },
    );
  });

  test("three rounds by default, as many as configured otherwise", () => {
    const wrap = (times: number): string => (times === 0 ? NEEDLE : base64(wrap(times - 1)));
    use();
    assert.ok(findings(wrap(3)).length > 0);
    assert.deepEqual(findings(wrap(4)), []);
    use({ decode_rounds: 8 });
    assert.ok(findings(wrap(8)).length > 0);
    assert.deepEqual(findings(wrap(9)), []);
  });

  test("paths lead to the place inside the value", () => {
    use();
    const inner = JSON.stringify({ a: [1, { b: NEEDLE }] });
    assert.deepEqual(
      findings(base64(inner)).map(({ key_path }) => key_path),
      [["list", 0, "field"]],
      "the text is found first",
    );
    const escaped = JSON.stringify({ a: [1, { b: NEEDLE.replace("<", "\\u003c") }] }).replace("\\\\", "\\");
    assert.deepEqual(
      findings(escaped).map(({ key_path, value }) => [key_path, value]),
      [[["list", 0, "field", "a", 1, "b"], NEEDLE]],
    );
    assert.deepEqual(
      findings('{"x":{"$needle":1}}').map(({ key_path }) => key_path),
      [["list", 0, "field", "x", "$needle"]],
      "keys inside a value are keys",
    );
  });

  test("what is no encoding stays what it is", () => {
    use();
    for (const value of [
      "100%",
      "%zz",
      "a & b",
      "&unknown;",
      "C:\\new\\table",
      "c29tZQ",
      "eyJ.eyJ.x",
      "[1, 2",
      "{}",
      "\\",
    ])
      assert.deepEqual(findings(value), [], value);
  });

  test("a long document in a string is read to its end", () => {
    use();
    const rows = Array.from({ length: 2500 }, (_, i) => ({ [`k${i}`]: `v${i}` }));
    const many = JSON.stringify({ rows: [...rows, { last: { $needle: 1 } }] });
    const { event } = engine.transaction({
      method: "POST",
      headers: [["content-type", "application/json"]],
      body: JSON.stringify({ many }),
    });
    assert.equal(event.limits, undefined);
    const found = event.triggers.flatMap(({ rule_matches }) =>
      rule_matches.flatMap((match) => match.parameters),
    );
    assert.deepEqual(
      found.map(({ key_path }) => key_path),
      [["many", "rows", 2500, "last", "$needle"]],
    );
  });

  test("a URL with more parameters than fit says so, and is inspected as a whole", () => {
    use();
    const url = `https://example.com/?${"a=1&".repeat(3000)}b=${NEEDLE}`;
    const { event } = engine.transaction({
      method: "POST",
      headers: [["content-type", "application/json"]],
      body: JSON.stringify({ url }),
    });
    assert.deepEqual(event.limits, ["nested"]);
    assert.equal(event.triggers.length, 1);
  });

  test("never-traps: random bytes and random mixtures of encodings", () => {
    use({ decode_rounds: 8, shipped_rules: true });
    const pieces = fc.constantFrom(
      ...[
        "%",
        "%u00",
        "%41",
        "&#",
        "&lt",
        "&#x3c;",
        "\\u",
        "\\u{",
        "\\xd8",
        "\\ud83d",
        "eyJ",
        ".",
        "{",
        "[",
        '"',
        ":",
      ],
      ...[
        "Basic ",
        "data:;base64,",
        "http://a?b=",
        "\0",
        "ＡＢ",
        "\u{1d400}",
        "AAAA",
        "PHNj",
        "=",
        "//",
        "\ufeff",
      ],
    );
    const noise = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, noise), { maxLength: 24 }), (parts) => {
        engine.transaction({
          method: "POST",
          path: `/?q=${encodeURIComponent(parts.join("").replaceAll(/[\ud800-\udfff]/g, ""))}`,
          headers: [["content-type", "text/plain"]],
          body: parts.join(""),
        });
      }),
      { numRuns: 2000 },
    );
  });
});

describe("uploaded files", () => {
  const inFiles = {
    ...rule("file", [NEEDLE]),
    conditions: [
      {
        operator: "phrase_match",
        parameters: { inputs: [{ address: "server.request.body.files_content" }], list: [NEEDLE] },
      },
    ],
  };
  const found = (content: Buffer): number => {
    const head = 'content-disposition: form-data; name="f"; filename="a.bin"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(`--x\r\n${head}`), content, Buffer.from("\r\n--x--\r\n")]);
    const headers: [string, string][] = [["content-type", "multipart/form-data; boundary=x"]];
    return engine.transaction({ method: "POST", headers, body }).event.triggers.length;
  };
  const encoded = Buffer.from(encodeURIComponent(NEEDLE));
  const prose = Buffer.from("The lamp came on time, packed well. ".repeat(40));
  /** As compressed data: every byte as often as any other. */
  const noise = Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 167 + (i >> 8) * 13) & 0xff));

  test("text is decoded, what is no text is not, and both are judged as they are", () => {
    use({ custom_rules: [inFiles] });
    assert.equal(found(Buffer.concat([prose, encoded])), 1);
    assert.equal(found(Buffer.concat([noise, encoded])), 0);
    assert.equal(found(Buffer.concat([noise, Buffer.from(NEEDLE)])), 1);
  });

  test("UTF-16, other scripts and a few controls are text", () => {
    use({ custom_rules: [inFiles] });
    assert.equal(found(Buffer.concat([Buffer.from("\ufefföäü 日本語 ".repeat(40)), encoded])), 1);
    assert.equal(found(Buffer.from(`\ufeff${prose.toString()}${NEEDLE}`, "utf16le")), 1);
    assert.equal(found(Buffer.concat([Buffer.from(`${prose.toString()}\x01\x02\x1b[0m`), encoded])), 1);
  });
});
