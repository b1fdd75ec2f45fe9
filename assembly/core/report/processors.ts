// Attributes of an event that `processors` of the rulesets ask for.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import {
  PROCESSOR_FLAGS,
  PROCESSOR_KIND,
  PROCESSOR_OUTPUT,
  PROCESSOR_SIZE,
  ProcessorFlag,
  ProcessorKind,
  Section,
} from "../rules/layout";
import { Ruleset } from "../rules/ruleset";
import { Transaction } from "../transaction";
import { beginAttribute } from "./attributes";
import { writeFingerprint } from "./fingerprint";

/** By ProcessorKind: the fingerprint, empty when it was not made or there is none. */
const made = [new ByteWriter(), new ByteWriter(), new ByteWriter(), new ByteWriter(), new ByteWriter()];
/** Bits by ProcessorKind: those tried for this event. */
let tried: u32 = 0;

/** Writes them; the request's headers are the blob at `at`. */
export function appendProcessorAttributes(out: ByteWriter, tx: Transaction, at: usize, len: u32): void {
  if (tx.policy.fingerprints == 0) return;
  tried = 0;
  appendOf(tx.policy.shipped, out, tx, at, len);
  appendOf(tx.policy.custom, out, tx, at, len);
}

function appendOf(ruleset: Ruleset, out: ByteWriter, tx: Transaction, at: usize, len: u32): void {
  const count: u32 = ruleset.size == 0 ? 0 : ruleset.count(Section.Processors);
  for (let i: u32 = 0; i < count; i++) {
    const record = ruleset.section(Section.Processors) + <usize>i * PROCESSOR_SIZE;
    const kind = load<u32>(record, PROCESSOR_KIND);
    if ((load<u32>(record, PROCESSOR_FLAGS) & ProcessorFlag.Output) == 0) continue;
    if (kind - 1 >= <u32>ProcessorKind.SessionFingerprint) continue;
    const value = unchecked(made[kind]);
    if ((tried & (1 << kind)) == 0) {
      tried |= 1 << kind;
      value.clear();
      writeFingerprint(value, kind, tx, at, len);
    }
    if (value.length == 0) continue;
    const name = ruleset.textAt(record + PROCESSOR_OUTPUT);
    if (beginAttribute(out, name, load<u32>(record, PROCESSOR_OUTPUT + 4)))
      appendJsonString(out, value.at, value.length);
  }
}
