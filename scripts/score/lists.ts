// Files with the cases that went wrong: tab-separated, or JSON lines where the file is called *.jsonl.
import { writeFileSync } from "node:fs";
import type { Judged } from "./tally.ts";
import type { Accepted } from "./targets.ts";

const COLUMNS = ["set", "class", "location", "id", "outcome", "rules", "accepted", "text"] as const;
const TEXT_LENGTH = 400;

export function writeList(file: string, wrong: readonly Judged[], accepted: Accepted): void {
  const rows = wrong.map((one) => row(one, accepted));
  const lines = file.endsWith(".jsonl")
    ? rows.map((fields) => JSON.stringify(fields))
    : [COLUMNS, ...rows.map((fields) => COLUMNS.map((name) => cell(fields[name])))].map((line) =>
        line.join("\t"),
      );
  writeFileSync(file, lines.map((line) => line + "\n").join(""));
}

type Row = Record<(typeof COLUMNS)[number], string | string[]>;

function row({ case: one, outcome }: Judged, accepted: Accepted): Row {
  const { set, class: kind, location, id } = one;
  const how = outcome.kind === "error" ? `error: ${outcome.error}` : outcome.kind;
  const status = outcome.kind === "rejected" ? `${how} ${outcome.status}` : how;
  const text = one.payload || `${one.method} ${one.path} ${one.body.toString("utf8")}`;
  return {
    ...{ set, class: kind, location, id, outcome: status, rules: outcome.rules },
    accepted: accepted.get(id) ?? "",
    text: text.slice(0, TEXT_LENGTH),
  };
}

/** One line, no tabs: as JSON writes them, without its quotes. */
function cell(value: string | string[]): string {
  return typeof value === "string"
    ? JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"')
    : value.join(",");
}
