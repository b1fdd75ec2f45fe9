// Is what the documentation names there? Paths, npm scripts and links of every page; and docs/events.md must have a row
// for every event field, anomaly, limit, stat and filter-state key of the code, docs/rules.md for every address,
// operator and transformation, and for nothing else.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const PAGES = [
  ...["README.md", "ARCHITECTURE.md", "RATIONALE.md", "CHANGELOG.md", "envoy/README.md"],
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
/** A path of the tree: its first folder is one of ours. */
const PATH = /(?<![\w./:@-])(?:\.ci|assembly|bench|docs|envoy|rules|schema|scripts|test)\/[\w./*-]*/g;
/** Written by `npm run build`. */
const BUILT = ["assembly/core/generated/default-ruleset.ts"];
const NPM_RUN = /\bnpm run (?:--silent )?([a-z][\w:-]*)/g;
const NPM_SHORT = /\bnpm (start|test)\b/g;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const EVENTS_PAGE = "docs/events.md";
const RULES_PAGE = "docs/rules.md";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const problems = [...PAGES.flatMap(checkPage), ...checkEvents(), ...checkRules()];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

function checkPage(page: string): string[] {
  const text = readFileSync(page, "utf8");
  const wrong: string[] = [];
  for (const [match] of text.matchAll(PATH)) {
    const path = match.replace(/[.]+$/, "");
    if (!isThere(path)) wrong.push(`${page}: ${path} does not exist`);
  }
  for (const [, name] of [...text.matchAll(NPM_RUN), ...text.matchAll(NPM_SHORT)]) {
    if (!(name! in scripts)) wrong.push(`${page}: package.json has no script ${name}`);
  }
  for (const [, target] of text.matchAll(LINK)) wrong.push(...checkLink(page, target!));
  return wrong;
}

function isThere(path: string): boolean {
  if (BUILT.includes(path)) return true;
  const star = path.indexOf("*");
  if (star < 0) return existsSync(path);
  // The first segment with a star must stand for something; what follows it is not looked at.
  const folder = path.slice(0, path.lastIndexOf("/", star));
  const [segment = ""] = path.slice(folder.length + 1).split("/");
  const pattern = new RegExp(`^${segment.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name));
}

function checkLink(page: string, target: string): string[] {
  if (/^[a-z]+:/.test(target)) return [];
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return [`${page}: link to ${target}: no such file`];
  if (anchor === undefined || headings(readFileSync(file, "utf8")).includes(anchor)) return [];
  return [`${page}: link to ${target}: no such heading`];
}

/** Anchors of a page's headings, as GitHub makes them. */
function headings(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function checkEvents(): string[] {
  const page = readFileSync(EVENTS_PAGE, "utf8");
  const event = readFileSync("assembly/core/report/event.ts", "utf8");
  const schema = JSON.parse(readFileSync("schema/event.schema.json", "utf8")) as { properties: object };
  const fields = [
    ...namesIn(event, /"(\w+)":/g),
    ...namesIn(event, /\b(?:member|headerMember|number|names|appendJsonName)\(out, "(\w+)"/g),
  ];
  return [
    ...differ(table("Event fields"), fields, rows(page, "Event fields")),
    ...differ("schema/event.schema.json", fields, Object.keys(schema.properties)),
    ...differ(table("Limits"), listIn("assembly/core/limits.ts", "LIMIT_NAMES"), rows(page, "Limits")),
    ...differ(
      table("Anomalies"),
      listIn("assembly/core/inputs/anomaly.ts", "ANOMALY_NAMES"),
      rows(page, "Anomalies"),
    ),
    ...differ(table("Stats"), textsIn("assembly/proxy/telemetry.ts"), rows(page, "Stats")),
    ...differ(
      table("Filter state"),
      textsIn("assembly/proxy/event-reporter.ts").map((name) => `wasm.${name}`),
      rows(page, "Filter state"),
    ),
  ];
}

function checkRules(): string[] {
  const page = readFileSync(RULES_PAGE, "utf8");
  const lists: [heading: string, file: string, constant: string][] = [
    ["Addresses", "assembly/core/address.ts", "ADDRESS_NAMES"],
    ["Operators", "assembly/core/rules/layout.ts", "OPERATOR_NAMES"],
    ["Transformations", "assembly/core/transform/transformation.ts", "NAMES"],
  ];
  return lists.flatMap(([heading, file, constant]) =>
    differ(`${RULES_PAGE}: ${heading}`, listIn(file, constant), rows(page, heading)),
  );
}

function table(heading: string): string {
  return `${EVENTS_PAGE}: ${heading}`;
}

/** What one has and the other has not. */
function differ(where: string, code: string[], documented: string[]): string[] {
  if (code.length === 0) return [`${where}: nothing found in the code; is this check out of date?`];
  return [
    ...code.filter((name) => !documented.includes(name)).map((name) => `${where}: ${name} is missing`),
    ...documented
      .filter((name) => !code.includes(name))
      .map((name) => `${where}: ${name} is not in the code`),
  ];
}

function namesIn(source: string, pattern: RegExp): string[] {
  return [...new Set([...source.matchAll(pattern)].map((match) => match[1]!))];
}

/** Strings of the array constant `name`. */
function listIn(file: string, name: string): string[] {
  const list =
    new RegExp(`\\b${name}\\b[^=\\n]*= \\[([^\\]]*)\\]`).exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return namesIn(list, /"([^"]*)"/g).filter((entry) => entry !== "");
}

/** Names of ours among the byte constants of an adapter file. */
function textsIn(file: string): string[] {
  return namesIn(readFileSync(file, "utf8"), /\btext\("(wardgate_\w+)"\)/g);
}

/** Names in the first column of the table under a heading of `page`. */
function rows(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").flatMap((line) => namesIn(/^\| (`[^|]*)\|/.exec(line)?.[1] ?? "", /`([^`]+)`/g));
}
