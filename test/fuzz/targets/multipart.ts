// Multipart bodies, compared with busboy: values of fields, names, file names and contents.
import busboy from "busboy";
import type { Random } from "../../differential/random.ts";
import { ADDRESS, BODY_KIND, KIND, RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Difference, type Target } from "../target.ts";
import { name, word } from "../words.ts";

/** multipart.line_end; multipart.delimiter and multipart.header: from there on readers disagree, and the body is inspected as text. */
const LINE_END = 0x100000000n;
const ODD_STRUCTURE = 0x10000000n | 0x20000000n;

export const multipart: Target = {
  name: "multipart",
  about: "the multipart parser against busboy",
  runner: RUNNER.body + BODY_KIND.multipart,
  isTyped: true,
  isUnordered: true,
  tokens: [
    ...[
      "--b0",
      "--b0--",
      "\r\n--b0\r\n",
      "\r\n--b0--\r\n",
      "--",
      "\r\n",
      "\n",
      "\r",
      "\r\n\r\n",
      ":",
      ";",
      "=",
      '"',
      "\\",
    ],
    ...[
      "Content-Disposition: form-data",
      '; name="a"',
      "; name=a",
      '; filename="f.txt"',
      "; filename=f",
      '; filename=""',
    ],
    ...[
      "; filename*=UTF-8''%41",
      "; name*=utf-8''b",
      "Content-Type: text/plain",
      "; charset=utf-8",
      "; charset=utf-16",
    ],
    ...[
      "Content-Transfer-Encoding: base64",
      "Content-Transfer-Encoding: quoted-printable",
      "PHNj",
      "=3D",
      "=\r\n",
      "X-A: b",
    ],
    ...["\0", "é", " ", "\t", "boundary=b0", "multipart/form-data; boundary=b0\n", "form-data"],
  ],
  generate,
  compare,
};

function generate(random: Random): string {
  const boundary = random.pick(["b0", "b0", "b0", "----WebKitFormBoundaryx", "b'()+_,-./:=?"]);
  const quoted = /^[\w-]+$/.test(boundary) && random.oneIn(2) ? boundary : `"${boundary}"`;
  const end = random.oneIn(8) ? "\n" : "\r\n";
  const parts = random
    .several(0, 4, () => part(random, end))
    .map((text) => `--${boundary}${end}${text}${end}`);
  const preamble = random.oneIn(8) ? `${word(random)}${end}` : "";
  const type = `${random.pick(["multipart/form-data", "multipart/form-data", "multipart/mixed"])}; boundary=${quoted}`;
  return `${type}\n${preamble}${parts.join("")}--${boundary}--${random.oneIn(3) ? "" : end}`;
}

function part(random: Random, end: string): string {
  const quotedWord = () =>
    word(random)
      .replace(/["\\\r\n\0\u0001\u007f]/g, "")
      .toWellFormed();
  const lines = [`Content-Disposition: form-data; name="${random.oneIn(3) ? quotedWord() : name(random)}"`];
  if (random.oneIn(3)) lines[0] += `; filename="${quotedWord()}"`;
  if (random.oneIn(12)) lines[0] += `; filename*=UTF-8''${encodeURIComponent(quotedWord())}`;
  if (random.oneIn(4))
    lines.push(`Content-Type: ${random.pick(["text/plain", "application/octet-stream", "image/png"])}`);
  if (random.oneIn(10))
    lines.push(`Content-Transfer-Encoding: ${random.pick(["base64", "quoted-printable", "8bit"])}`);
  if (random.oneIn(10)) lines.push(`X-${name(random)}: ${quotedWord()}`);
  if (random.oneIn(4)) lines.reverse();
  return `${lines.join(end)}${end}${end}${word(random)}`;
}

/** Turns of the event loop after which busboy has read what it reads. */
const TURNS = 20;

/** What busboy reads: fields as text, files as bytes in Latin-1. */
interface Parts {
  fields: { name: string; value: string }[];
  files: { name: string; filename: string; content: string }[];
  error: string;
}

async function compare(sample: Sample): Promise<Comparison> {
  if (!/^\s*multipart\//i.test(sample.type)) return NO_OPINION;
  const { fields, files, error } = await readParts(sample.type, sample.body);
  const found = new Set<string>();
  for (const { address, kind, value } of sample.inputs) {
    found.add(`${kind === KIND.key ? "name" : ADDRESS[address]} ${value.toString()}`);
  }
  const differences: Difference[] = [];
  const isOdd = (sample.anomalies & ODD_STRUCTURE) !== 0n;
  const check = (what: string, value: string) => {
    // Nothing is pushed for a content of no bytes.
    if (value !== "" && !found.has(`${what} ${value}`)) {
      // Seen it must be in any case, in the text of the body or elsewhere.
      const isSeen = isOdd && sample.run.list.includes(Buffer.from(value).toString("hex"));
      differences.push({ kind: isSeen ? "odd-structure" : `${what}-missing`, detail: shown(value) });
    }
  };
  for (const field of fields) {
    check("name", field.name);
    check("body", field.value);
  }
  for (const file of files) {
    check("name", file.name);
    check("filenames", file.filename);
    // Readers disagree about what is a file: what is none for us was seen as a field.
    if (!found.has(`body ${file.content}`)) check("files_content", file.content);
  }
  if (differences.length > 0 && (sample.anomalies & LINE_END) !== 0n) {
    return {
      reference: "line ends",
      differences: [{ kind: "line-feed-delimiter", detail: differences[0]!.detail }],
    };
  }
  return { reference: error === "" ? "valid" : `error: ${error.slice(0, 24)}`, differences };
}

function readParts(type: string, body: Uint8Array): Promise<Parts> {
  const parts: Parts = { fields: [], files: [], error: "" };
  return new Promise((resolve) => {
    const fail = (error: unknown) => {
      parts.error ||= (error as Error).message;
      resolve(parts);
    };
    try {
      const reader = busboy({
        headers: { "content-type": type },
        defParamCharset: "utf8",
        preservePath: true,
        limits: { fieldNameSize: 1 << 20, fieldSize: 1 << 20 },
      });
      reader.on("field", (field, value: string | undefined) => {
        // Of a part that breaks off it has no value.
        parts.fields.push({ name: field ?? "", value: value ?? "" });
      });
      reader.on("file", (field, stream, { filename }) => {
        const chunks: Buffer[] = [];
        const file = { name: field ?? "", filename: filename ?? "", content: "" };
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("error", fail);
        stream.on("close", () => {
          file.content = Buffer.concat(chunks).toString();
          parts.files.push(file);
        });
      });
      reader.on("error", fail);
      reader.on("close", () => resolve(parts));
      reader.end(Buffer.from(body));
      // It never says that it is done with some bodies.
      let turns = 0;
      const wait = () => (++turns < TURNS ? setImmediate(wait) : fail(new Error("no end")));
      reader.on("close", () => (turns = TURNS));
      setImmediate(wait);
    } catch (error) {
      fail(error);
    }
  });
}
