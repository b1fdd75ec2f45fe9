// The rule compiler for the build, the CLI and tests.

import { ByteWriter } from "../core/bytes/byte-writer";
import { RuleCompiler } from "../core/compile/rule-compiler";
import { JsonDocument } from "../core/document/json-document";

const table = new ByteWriter();
const report = new ByteWriter();

/**
 * Compiles the rules document (JSON text) at `at`. True when there is a ruleset; it is at rulesetAt(), and what
 * became of every entry, as JSON, at reportAt(). Both hold until the next call.
 */
export function compileRuleset(at: usize, len: u32): bool {
  table.clear();
  report.clear();
  const doc = new JsonDocument();
  let ok = doc.parse(at, len);
  if (!ok) {
    report.text('{"error":"not JSON","offset":');
    report.decimal(doc.errorAt);
    report.byte(0x7d);
  } else {
    const compiler = new RuleCompiler(doc, false);
    ok = compiler.compile(doc.root(), table, report);
    compiler.free();
  }
  doc.free();
  heap.free(changetype<usize>(doc));
  return ok;
}

export function rulesetAt(): usize {
  return table.at;
}

export function rulesetSize(): u32 {
  return table.length;
}

export function reportAt(): usize {
  return report.at;
}

export function reportSize(): u32 {
  return report.length;
}
