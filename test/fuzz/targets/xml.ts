// XML, compared with saxes: names, attributes and texts by the path of their element.
import { SaxesParser } from "saxes";
import type { Random } from "../../differential/random.ts";
import { BODY_KIND, KIND, RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { name, word } from "../words.ts";

/** Elements that have path elements of their own. */
const DEPTH = 128;
const NAME_BYTES = 256;
/** body.malformed, xml.malformed, xml.truncated: not for what is well-formed. */
const MALFORMED = 0x400000n | 0x4000000000n | 0x10000000000n;

/** A document type declaration (XML 1.0 §2.8) of plain parts. */
const LITERAL = `(?:"[^"<&]*"|'[^'<&]*')`;
const DECLARATION = `<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)\\s(?:[^"'<>\\[\\]]|${LITERAL})*>`;
const SUBSET = `\\[(?:\\s|${DECLARATION}|<!--(?:[^-]|-(?!-))*-->)*\\]`;
const EXTERNAL = `(?:\\s+SYSTEM\\s+${LITERAL}|\\s+PUBLIC\\s+${LITERAL}\\s+${LITERAL})`;
const DOCTYPE = new RegExp(
  `^[^<]*(?:<[?!][^<>]*>\\s*)*<!DOCTYPE\\s+[\\w:.-]+${EXTERNAL}?\\s*(?:${SUBSET}\\s*)?>[^!]*$`,
);

export const xml: Target = {
  name: "xml",
  about: "the XML parser against saxes",
  runner: RUNNER.body + BODY_KIND.xml,
  isUnordered: true,
  tokens: [
    ..."<>&;'\"/=-][!? \n\r\t:",
    ...[
      "<a>",
      "</a>",
      "<a/>",
      "<b c='d'/>",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<!DOCTYPE a [",
      "]>",
      "<!ENTITY x 'y'>",
    ],
    ...[
      "<?xml version='1.0'?>",
      "?>",
      "&lt;",
      "&amp;",
      "&#x41;",
      "&#65;",
      "&#99999999;",
      "&x;",
      "SYSTEM 'f'",
      "%p;",
    ],
    ...["\ufeff", "é", "\u00a0", "xmlns:a='b'", "<!ELEMENT a ANY>", "<!ATTLIST a b CDATA 'c'>", "\0"],
  ],
  generate: (random) =>
    prolog(random) + elementOf(random, random.below(5)) + (random.oneIn(6) ? comment(random) : ""),
  compare,
};

function prolog(random: Random): string {
  const mark = random.oneIn(20) ? "\ufeff" : "";
  const declaration = random.oneIn(3)
    ? `<?xml version="1.0"${random.oneIn(2) ? ' encoding="UTF-8"' : ""}?>`
    : "";
  const subset = random.oneIn(2) ? `[<!ENTITY ${name(random)} "${escaped(word(random))}"><!-- ' -->]` : "";
  const doctype = random.oneIn(5) ? `<!DOCTYPE ${name(random)} ${subset}>` : "";
  return (
    mark + declaration + (random.oneIn(8) ? comment(random) : "") + (random.oneIn(4) ? "\n" : "") + doctype
  );
}

/** An element of random content. */
export function elementOf(random: Random, depth: number): string {
  const tag = name(random);
  const names = new Set(random.several(0, 3, () => name(random)));
  const attributes = [...names].map((one) => {
    const quote = random.pick(['"', "'"]);
    const space = random.oneIn(8) ? "\n" : "";
    return `${random.pick([" ", "  ", "\n"])}${one}${space}=${space}${quote}${escaped(word(random))}${quote}`;
  });
  const open = `<${tag}${attributes.join("")}${random.oneIn(8) ? " " : ""}`;
  if (random.oneIn(6)) return `${open}/>`;
  const content = random.several(0, 4, () => contentOf(random, depth));
  return `${open}>${content.join("")}</${tag}>`;
}

function contentOf(random: Random, depth: number): string {
  const kind = random.below(8);
  if (kind === 0) return comment(random);
  if (kind === 1) return `<![CDATA[${word(random).replaceAll("]]>", "")}]]>`;
  if (kind === 2) return random.pick(["\n", " ", "\r\n", "<?p i?>", "&#10;", "&#x20;"]);
  return kind < 5 || depth === 0 ? escaped(word(random)) : elementOf(random, depth - 1);
}

function comment(random: Random): string {
  return `<!--${word(random).replaceAll("-", "")}-->`;
}

function escaped(text: string): string {
  const names: Record<string, string> = {
    "<": "&lt;",
    "&": "&amp;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text
    .toWellFormed()
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, "")
    .replace(/[<&>"']/g, (c) => names[c]!);
}

/** What saxes reads: `path TAB text` of strings and `path` of names. */
class Reference {
  readonly strings: string[] = [];
  readonly names: string[] = [];
  error = "";
  private readonly path: string[] = [];
  private text = "";

  constructor(source: string) {
    const parser = new SaxesParser({ position: false });
    parser.on("error", (error) => (this.error ||= error.message));
    parser.on("text", (text) => (this.text += text));
    parser.on("cdata", (text) => (this.text += text));
    parser.on("opentag", ({ name: tag, attributes }) => {
      this.flush();
      this.path.push(elementNamed(tag));
      this.names.push(this.at());
      for (const [attribute, value] of Object.entries(attributes)) {
        const at = this.at() + elementNamed(`@${attribute}`, 1);
        this.names.push(at);
        if (value !== "") this.strings.push(`${at}\t${normal(value).replace(/\n|\t/g, " ")}`);
      }
    });
    parser.on("closetag", () => {
      this.flush();
      this.path.pop();
    });
    try {
      parser.write(source).close();
    } catch (error) {
      this.error ||= (error as Error).message;
    }
  }

  private at(): string {
    return this.path.slice(0, DEPTH).join("");
  }

  private flush(): void {
    if (/[^ \t\r\n\v\f]/.test(this.text)) this.strings.push(`${this.at()}\t${normal(this.text)}`);
    this.text = "";
  }
}

function compare(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined) return { reference: "not UTF-8", differences: [] };
  // Saxes takes anything for a document type.
  if (/<!DOCTYPE/i.test(text) && !DOCTYPE.test(text)) return { reference: "doctype", differences: [] };
  const reference = new Reference(text);
  if (reference.error !== "") return { reference: `error: ${reference.error.slice(0, 20)}`, differences: [] };
  const differences: Difference[] = [];
  const names = new Set<string>();
  const strings = new Set<string>();
  for (const { kind, rawPath, value } of sample.inputs) {
    if (kind === KIND.key) names.add(rawPath);
    if (kind !== KIND.string) continue;
    strings.add(`${rawPath}\t${normal(value.toString())}`);
    // Readers make spaces of line ends and tabs in attributes.
    strings.add(`${rawPath}\t${normal(value.toString()).replace(/\n|\t/g, " ")}`);
  }
  for (const at of reference.names) {
    if (!names.has(at)) differences.push({ kind: "name-missing", detail: at });
  }
  for (const line of reference.strings) {
    if (!strings.has(line)) differences.push({ kind: "text-missing", detail: shown(line) });
  }
  const odd = sample.anomalies & MALFORMED;
  if (odd !== 0n) differences.push({ kind: "anomaly-on-valid", detail: `anomalies ${odd.toString(16)}` });
  return { reference: "valid", differences };
}

/** Line ends as XML readers pass them on (XML 1.0 §2.11). */
function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function elementNamed(tag: string, sigils = 0): string {
  return `.k${Buffer.from(tag)
    .subarray(0, NAME_BYTES + sigils)
    .toString("hex")}`;
}
