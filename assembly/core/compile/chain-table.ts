// The distinct chains of transformations of a ruleset, and what the prefilter may leave out of them.

import { ByteWriter } from "../bytes/byte-writer";
import { classesOfSet } from "../match/byte-classes";
import { CHAIN_FOLDS, CHAIN_SCAN, CHAIN_SIZE, CHAIN_STEPS, CHAIN_TRIGGER, Section } from "../rules/layout";
import { foldsCase, transformTrigger } from "../transform/transformation";
import { Transformation } from "../transform/transformation-id";
import { RulesetWriter } from "./ruleset-writer";

/** Number of the chain with these ids (one byte each), made when new. Chain 0 is the empty one. */
export function internChain(writer: RulesetWriter, ids: ByteWriter): u32 {
  const known = findChain(writer, ids.at, ids.length);
  if (known >= 0) return known;
  const chain = writer.count(Section.Chains);
  const steps = writer.blob(ids.at, ids.length);
  writer.record(Section.Chains);
  let scan = chain;
  if (ids.length > 0 && load<u8>(ids.at + ids.length - 1) == Transformation.Lowercase) {
    ids.length--;
    scan = internChain(writer, ids);
    ids.length++;
  }
  const record = writer.section(Section.Chains).at + <usize>chain * CHAIN_SIZE;
  store<u32>(record, steps, CHAIN_STEPS);
  store<u32>(record, ids.length, CHAIN_STEPS + 4);
  store<u64>(record, triggers(ids), CHAIN_TRIGGER);
  store<u32>(record, scan, CHAIN_SCAN);
  store<u32>(record, folds(ids) ? 1 : 0, CHAIN_FOLDS);
  return chain;
}

function findChain(writer: RulesetWriter, at: usize, len: u32): i32 {
  const chains = writer.section(Section.Chains);
  const count = writer.count(Section.Chains);
  for (let i: u32 = 0; i < count; i++) {
    const record = chains.at + <usize>i * CHAIN_SIZE;
    if (load<u32>(record, CHAIN_STEPS + 4) != len) continue;
    const steps = writer.section(Section.Blob).at + load<u32>(record, CHAIN_STEPS);
    if (memory.compare(steps, at, len) == 0) return i;
  }
  return -1;
}

/**
 * Classes without which no step can change a value, but for the case of its letters. A step sees the bytes of the value itself, or
 * those in lower case, as long as none before it changed anything else, so the union over the steps is enough.
 * WHY letters in upper case do not count: the prefilter folds case anyway, and nearly every value has one.
 */
function triggers(ids: ByteWriter): u64 {
  const rest = heap.alloc(32);
  let mask: u64 = 0;
  for (let i: u32 = 0; i < ids.length; i++) {
    const id = load<u8>(ids.at + i);
    memory.copy(rest, transformTrigger(id), 32);
    if (foldsCase(id)) store<u32>(rest, load<u32>(rest, 8) & ~UPPER_CASE, 8);
    mask |= classesOfSet(rest);
  }
  heap.free(rest);
  return mask;
}

/** A–Z in the third word of a set of bytes. */
const UPPER_CASE: u32 = 0x07fffffe;

/** A step makes letters lower. */
function folds(ids: ByteWriter): bool {
  for (let i: u32 = 0; i < ids.length; i++) {
    if (foldsCase(load<u8>(ids.at + i))) return true;
  }
  return false;
}
