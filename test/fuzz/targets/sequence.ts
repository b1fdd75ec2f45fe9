// Sequences of JSON texts, compared with JSON.parse text by text. The first line of an input: `lines` (NDJSON) or
// `records` (RFC 7464).
import type { EngineExports } from "../../engine/engine-module.js";
import { BODY_KIND, RUNNER } from "../../engine/parse-run.js";
import type { Sample } from "../sample.ts";
import { shown } from "../sample.ts";
import type { Comparison, Target } from "../target.ts";
import { document, json } from "./json.ts";

const SEQUENCES = { none: 0, lines: 1, records: 2 } as const;

export const sequence: Target = {
  name: "sequence",
  about: "NDJSON and JSON text sequences against their texts alone",
  runner: RUNNER.body + BODY_KIND.json,
  isTyped: true,
  isUnordered: true,
  configure,
  tokens: [
    ...json.tokens,
    "\n",
    "\r\n",
    "\u001e",
    "\n\u001e",
    "}\n{",
    "]\n[",
    '"\n"',
    "lines\n",
    "records\n",
  ],
  generate: (random) => {
    const kind = random.pick(["lines", "records"]);
    const texts = random.several(0, 5, () => {
      const text = random.oneIn(8) ? document(random).slice(0, random.below(20)) : document(random);
      // A text of a line has no line end in it; in a record it may.
      return kind === "lines" ? `${text.replace(/[\r\n]/g, " ")}\n` : `\u001e${text}\n`;
    });
    return `${kind}\n${texts.join("")}`;
  },
  compare,
};

function configure(engine: EngineExports, type: string): void {
  engine["parseSequence"]!(SEQUENCES[type as keyof typeof SEQUENCES] ?? SEQUENCES.none);
}

function compare(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined || text.startsWith("\ufeff") || !/^(lines|records)$/.test(sample.type))
    return { reference: "not UTF-8", differences: [] };
  const texts = (sample.type === "records" ? text.split("\u001e") : text.split("\n")).filter(
    (one) => one.trim() !== "",
  );
  let valid = 0;
  for (const one of texts) {
    if (!isJson(one)) continue;
    valid++;
    const missing = sample.missingLine(sample.runAs(RUNNER.body + BODY_KIND.json, Buffer.from(one)));
    if (missing === undefined) continue;
    // Behind a text that breaks off it is told from more of that one by its bracket.
    const isTold = /^\s*[{[]/.test(one) || texts.every(isJson);
    const kind = isTold ? "text" : "behind-a-broken-text";
    return { reference: "broken", differences: [{ kind, detail: `${shown(one)}: ${shown(missing)}` }] };
  }
  return { reference: valid === texts.length ? "valid" : `${Math.min(valid, 3)} valid`, differences: [] };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
