// Cookies: every piece between semicolons, as servers of RFC 6265 read it, is among the inputs.
import { KIND, RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { percentDecoded } from "../percent.ts";
import { percentEncoded, word } from "../words.ts";

export const cookies: Target = {
  name: "cookies",
  about: "the Cookie header against RFC 6265's algorithm",
  runner: RUNNER.cookies,
  isWhole: true,
  showsAll: true,
  tokens: [
    ...'=;"\\ ,%+\t',
    "; ",
    '="',
    '";',
    "%41",
    "%u0041",
    "\\073",
    '\\"',
    "$Version=1",
    "a=b",
    "é",
    "\0",
  ],
  generate: (random) =>
    random
      .several(0, 6, () => {
        const value = random.oneIn(3) ? `"${word(random)}"` : percentEncoded(random, word(random));
        return random.oneIn(8) ? value : `${word(random)}=${value}`;
      })
      .join(random.pick(["; ", ";", " ;\t"])),
  compare,
};

function compare({ body, inputs }: Sample): Comparison {
  const differences: Difference[] = [];
  const found = new Set(inputs.map(({ kind, value }) => `${kind} ${value.toString("latin1")}`));
  const missing = (kind: number, value: string, what: string) => {
    if (!found.has(`${kind} ${value}`)) differences.push({ kind: what, detail: shown(value) });
  };
  for (const piece of Buffer.from(body).toString("latin1").split(";")) {
    const pair = trimmed(piece);
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    missing(KIND.key, trimmed(equals < 0 ? pair : pair.slice(0, equals)), "name");
    const value = equals < 0 ? "" : trimmed(pair.slice(equals + 1));
    // Quotes are taken off, which leaves readers their choice of backslashes.
    if (!value.startsWith('"')) missing(KIND.string, percentDecoded(value), "value");
  }
  return { reference: "valid", differences };
}

function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
