// What a run tells: a row for each target, and the findings with the files they were written to.
import { writeInput } from "./corpus.ts";
import type { Lane } from "./lane.ts";
import type { Finding } from "./session.ts";
import { shown } from "./sample.ts";

export interface Written extends Omit<Finding, "bytes"> {
  path: string;
  bytes: number;
}

/** Writes each finding under `folder`/target/. */
export function writeFindings(folder: string, findings: readonly Finding[]): Written[] {
  return findings.map(({ bytes, ...rest }) => {
    const kind = rest.kind === "" ? "" : `${rest.kind}-`;
    const path = writeInput(`${folder}/${rest.target}`, bytes, `${rest.property}-${kind}`);
    return { ...rest, path, bytes: bytes.length };
  });
}

export function rowsOf(lanes: readonly Lane[]): Record<string, string | number>[] {
  return lanes.map(({ name, tally, milliseconds }) => ({
    target: name,
    inputs: tally.inputs,
    perSecond: Math.round((tally.inputs * 1000) / Math.max(milliseconds, 1)),
    valid: tally.valid,
    corpus: tally.corpus,
    features: tally.features,
    accepted: tally.accepted,
    findings: tally.findings,
  }));
}

export function table(rows: readonly Record<string, string | number>[]): string {
  const columns = ["target", "inputs", "perSecond", "valid", "corpus", "features", "accepted", "findings"];
  const titles: Record<string, string> = { perSecond: "per second" };
  const widths = columns.map((column) =>
    Math.max((titles[column] ?? column).length, ...rows.map((row) => String(row[column]).length)),
  );
  const line = (cell: (column: string) => string) =>
    columns
      .map((column, i) => (i === 0 ? cell(column).padEnd(widths[i]!) : cell(column).padStart(widths[i]!)))
      .join("  ");
  return [
    line((column) => titles[column] ?? column),
    ...rows.map((row) => line((column) => String(row[column]))),
  ].join("\n");
}

export function described(finding: Written, bytes: Uint8Array): string {
  const kind = finding.kind === "" ? "" : ` ${finding.kind}`;
  return `${finding.target}: ${finding.property}${kind}: ${finding.detail}\n  ${shown(bytes)}\n  ${finding.path}`;
}
