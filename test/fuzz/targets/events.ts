// Server-sent events, compared with a reader of whole texts written from the standard (WHATWG HTML §9.2.6): what each
// event's data is read as must be among the inputs.
import { RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Target } from "../target.ts";
import { document } from "./json.ts";
import { word } from "../words.ts";

export const events: Target = {
  name: "events",
  about: "server-sent events against a plain reading of the standard",
  runner: RUNNER.events,
  isUnordered: true,
  showsAll: true,
  tokens: [
    "data:",
    "data: ",
    "data\n",
    "event:",
    "id: ",
    "retry: 1",
    ":",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\ufeff",
    "\0",
    '{"a":',
    "é",
  ],
  generate: (random) => {
    const end = random.pick(["\n", "\r\n", "\r"]);
    const mark = random.oneIn(20) ? "\ufeff" : "";
    const list = random.several(0, 5, () => {
      const data = random.oneIn(2) ? document(random) : word(random);
      const lines = data.split(/\r\n|\r|\n/).map((line) => `data:${random.oneIn(3) ? "" : " "}${line}`);
      if (random.oneIn(3))
        lines.unshift(`${random.pick(["event", "id", "retry", "x", ""])}: ${word(random)}`);
      return lines.join(end) + end + end;
    });
    return mark + list.join("");
  },
  compare,
};

function compare(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined) return { reference: "not UTF-8", differences: [] };
  for (const data of dataOf(text)) {
    const missing = sample.missingOf(Buffer.from(data));
    if (missing === undefined) continue;
    return {
      reference: "valid",
      differences: [{ kind: "data", detail: `${shown(data)}: ${shown(missing)}` }],
    };
  }
  return { reference: "valid", differences: [] };
}

/** The data of the events that the standard dispatches. */
function dataOf(text: string): string[] {
  const events: string[] = [];
  let lines: string[] = [];
  for (const line of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .slice(0, -1)) {
    if (line === "") {
      if (lines.length > 0 && lines.some((one) => one !== "")) events.push(lines.join("\n"));
      lines = [];
    }
    const field = /^data(?::\x20?(.*))?$/s.exec(line);
    if (field !== null) lines.push(field[1] ?? "");
  }
  return events;
}
