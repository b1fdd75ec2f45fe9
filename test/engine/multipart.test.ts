// Multipart bodies from Node: what is found in them, and properties over random documents.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, runWith, shown } from "./body-run.js";
import { ADDRESS, BODY_KIND, KIND, RUNNER, parseRun } from "./parse-run.js";

const MULTIPART = RUNNER.body + BODY_KIND.multipart;

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
      "files_type string f=php",
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
      ["a delimiter that goes on in a header", "--b0\r\nX: 1\r\n--b0<script>", "body string =--b0<script>"],
      [
        "what stands behind a closing quote",
        '--b0\r\nContent-Disposition: form-data; name="a"<script>\r\n\r\n1\r\n--b0--',
        'body string a=name="a"<script>',
      ],
      [
        "a transfer encoding that is none",
        "--b0\r\nContent-Transfer-Encoding: <script>\r\n\r\n1\r\n--b0--",
        "body string Content-Transfer-Encoding=<script>",
      ],
      [
        "a character set that is none",
        "--b0\r\nContent-Disposition: form-data; name=a; filename*=<b>''c\r\n\r\n1\r\n--b0--",
        "filenames string a=<b>''c",
      ],
      [
        "a language that is none",
        "--b0\r\nContent-Disposition: form-data; name=a; filename*=utf-8'<b>'c\r\n\r\n1\r\n--b0--",
        "filenames string a=utf-8'<b>'c",
      ],
      [
        "a delimiter behind LF among others behind CR LF",
        "--b0\r\nContent-Disposition: form-data; name=a\r\n\r\n1<\n--b0\n\n>2\r\n--b0--",
        "body string =0\n\n>2\r\n--b0--",
      ],
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

  test("what a file begins like is told, and compared with what it is said to be", () => {
    const bytes = (hex: string) => Buffer.from(hex, "hex").toString("latin1");
    const png = bytes("89504e470d0a1a0a0000000d49484452");
    const mz = "MZ\x90\0\x03" + "\0".repeat(70);
    const rows: [name: string, media: string, content: string, type: string, isNoted: boolean][] = [
      ["a.png", "image/png", png, "png", false],
      ["a.jpg", "image/jpeg", png, "png", true],
      ["a.png", "image/png", "<?php system($_GET[0]);", "php", true],
      ["a.png", "image/png", "GIF89a<?php system($_GET[0]);", "gif", true],
      ["a.gif", "image/gif", "GIF89a<?php system($_GET[0]);", "gif", false],
      ["a.png", "image/png", "no picture", "", true],
      ["a.jpeg", "image/jpeg", bytes("ffd8ffe000104a464946"), "jpeg", false],
      ["a.webp", "image/webp", "RIFF\x10\0\0\0WEBPVP8 ", "webp", false],
      ["a.wav", "audio/wav", "RIFF\x10\0\0\0WAVEfmt ", "riff", false],
      ["a.pdf", "application/pdf", "%PDF-1.7\n", "pdf", false],
      ["a.pdf", "application/pdf", "<html>", "html", true],
      ["a.docx", "application/octet-stream", "PK\x03\x04\x14\0", "zip", false],
      ["a.docx", "application/octet-stream", mz, "pe", true],
      ["a.exe", "application/octet-stream", mz, "pe", false],
      ["notes", "application/octet-stream", mz, "pe", false],
      [
        "a.txt",
        "text/plain",
        "MZ is how a text may begin, and nothing is odd about it at all, is it?",
        "",
        false,
      ],
      ["a.txt", "text/plain", bytes("7f454c46020101"), "elf", true],
      ["a.csv", "text/csv", "#!/bin/sh\nid", "script", false],
      ["a.svg", "image/svg+xml", '<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="x">', "svg", false],
      ["a.svg", "image/svg+xml", "<!DOCTYPE html><script>", "html", true],
      ["a.xml", "text/xml", '<?xml version="1.0"?><a><svg/></a>', "xml", false],
      ["a.gz", "application/gzip", bytes("1f8b0800"), "gzip", false],
      ["a.class", "", bytes("cafebabe00000034"), "class", false],
      ["a.dylib", "", bytes("cafebabe00000002"), "macho", false],
      ["a.wasm", "application/wasm", bytes("0061736d01000000"), "wasm", false],
      ["a.mp4", "video/mp4", "\0\0\0\x18ftypisom", "isomedia", false],
      ["a.jsp", "", '<%@ page import="x" %>', "server_page", false],
      ["shell.php.PNG. ", "", "<?= 1", "php", true],
      ["a.unheard", "application/x-unheard", "anything", "", false],
      ["a.txt", "text/plain", "SQLite is a library", "", false],
      ["a.png", "image/png; x=y", png.slice(0, 3), "", true],
    ];
    for (const [name, media, content, type, isNoted] of rows) {
      const where = `${name} ${media} ${JSON.stringify(content)}`;
      const header = `Content-Disposition: form-data; name="f"; filename="${name}"\r\nContent-Type: ${media}\r\n\r\n`;
      const body = Buffer.from(`--b0\r\n${header}${content}\r\n--b0--\r\n`, "latin1");
      const run = runWith("b0", MULTIPART, body);
      const found = shown(run).filter((line) => line.startsWith("files_type"));
      assert.deepEqual(found, type === "" ? [] : [`files_type string f=${type}`], where);
      assert.equal(run.anomalies, isNoted ? 2 ** 59 : 0, where);
      assertChunked((piece, chunk) => runWith("b0", MULTIPART, piece, chunk), body, [1, 7]);
    }
  });

  test("a part that is multipart itself is one value, its delimiters and headers included", () => {
    const inner = '--in\r\nContent-Disposition: file; filename="x"\r\n\r\n<evil>\r\n--in--';
    const body = `--b0\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n${inner}\r\n--b0--\r\n`;
    assert.deepEqual(shown(parse(body)), ["body key f=f", `body string f=${inner}`]);
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
