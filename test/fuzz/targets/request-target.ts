// Request targets: path, its segments and the query as a plain reading of RFC 9112 §3.2 has them.
import { RUNNER } from "../../engine/parse-run.js";
import { percentDecoded } from "../percent.ts";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { percentEncoded, word } from "../words.ts";

export const requestTarget: Target = {
  name: "target",
  about: "request targets against a plain reading of RFC 9112",
  runner: RUNNER.target,
  isWhole: true,
  showsAll: true,
  tokens: [
    ..."/?#;=:%.@&",
    "//",
    "/../",
    "%2f",
    "%2e",
    "%u002f",
    "http://h",
    "://",
    ";a=b",
    "/a=b/",
    "*",
    "é",
    "\0",
  ],
  generate: (random) => {
    const segments = random.several(0, 6, () => {
      const parameters = random.oneIn(4) ? `;${word(random)}=${word(random)}` : "";
      return `/${percentEncoded(random, word(random))}${parameters}`;
    });
    const origin = random.oneIn(6) ? random.pick(["http://host", "https://h:80", "host:443", "*"]) : "";
    const query = random.oneIn(3) ? `?${word(random)}` : "";
    return origin + segments.join("") + query + (random.oneIn(8) ? `#${word(random)}` : "");
  },
  compare,
};

function compare(sample: Sample): Comparison {
  const raw = Buffer.from(sample.body).toString("latin1");
  const differences: Difference[] = [];
  const found = new Set(sample.inputs.map(({ rawPath, value }) => `${rawPath} ${value.toString("latin1")}`));
  const check = (path: string, value: string, kind: string) => {
    if (!found.has(`${path} ${value}`)) differences.push({ kind, detail: `${path} ${shown(value)}` });
  };
  check("", raw, "raw");
  const path = raw.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, "").replace(/\?.*$/s, "");
  check("", percentDecoded(path), "path");
  path
    .split("/")
    .filter((segment) => segment !== "")
    .forEach((segment, i) => check(`.i${i}`, percentDecoded(segment), "segment"));
  return { reference: "valid", differences };
}
