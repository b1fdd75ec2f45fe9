// Checks a compiled ruleset before anything reads it: label → size → checksum → bounds of every section and of
// every index in it. After that the evaluator needs no checks.

import { validateDfa } from "../match/regex-dfa";
import { validateProgram } from "../match/regex-nfa";
import { validatePhraseSet } from "../match/phrase-set";
import { validateExactSet } from "../match/exact-set";
import { validateIpRanges } from "../match/ip-range";
import {
  ADDRESS_LIMIT,
  CONDITION_FIRST_PROBE,
  CONDITION_OPERAND,
  CONDITION_OPERATOR,
  CONDITION_PROBE_COUNT,
  CONDITION_PROGRAM,
  CONDITION_RULE,
  HEADER_SIZE,
  LABEL_HIGH,
  LABEL_LOW,
  LANE_KINDS,
  Operator,
  RECORD_SIZES,
  RULE_CONDITION_COUNT,
  RULE_FIRST_CONDITION,
  SECTIONS_AT,
  SECTION_COUNT,
  Section,
} from "./layout";
import { Ruleset } from "./ruleset";

export enum LoadError {
  None = 0,
  NotARuleset = 1,
  WrongSize = 2,
  Checksum = 3,
  Section = 4,
  Index = 5,
  Operand = 6,
}

/** 32-bit FNV-1a-like hash over the words of bytes 16..size; finds corruption, not malice. */
export function checksum(at: usize, size: u32): u32 {
  let hash: u64 = 0xcbf29ce484222325;
  const end = at + size;
  for (let word = at + 16; word + 8 <= end; word += 8)
    hash = rotl(hash ^ load<u64>(word), 23) * 0x100000001b3;
  return <u32>(hash ^ (hash >> 32));
}

/**
 * Makes `ruleset` read the table of `size` bytes at `at` (8-byte aligned, owned by the caller and kept as long as
 * the ruleset). On any error the ruleset is left as it was.
 */
export function loadRuleset(ruleset: Ruleset, at: usize, size: u32): LoadError {
  if (size < HEADER_SIZE || (at & 7) != 0) return LoadError.NotARuleset;
  if (load<u32>(at) != LABEL_LOW || load<u32>(at, 4) != LABEL_HIGH) return LoadError.NotARuleset;
  if (load<u32>(at, 8) != size || (size & 7) != 0) return LoadError.WrongSize;
  if (load<u32>(at, 12) != checksum(at, size)) return LoadError.Checksum;
  for (let i: u32 = 0; i < SECTION_COUNT; i++) {
    const offset = load<u32>(at + SECTIONS_AT + ((<usize>i) << 3));
    const bytes = <u64>load<u32>(at + SECTIONS_AT + ((<usize>i) << 3), 4) * RECORD_SIZES[i];
    if ((offset & 7) != 0 || <u64>offset + bytes > <u64>size) return LoadError.Section;
  }
  const candidate = new Ruleset();
  candidate.open(at, size);
  const error = checkIndexes(candidate);
  if (error == LoadError.None) ruleset.open(at, size);
  heap.free(changetype<usize>(candidate));
  return error;
}

function checkIndexes(r: Ruleset): LoadError {
  if (r.count(Section.Lanes) != <u32>ADDRESS_LIMIT * LANE_KINDS) return LoadError.Section;
  const conditions = r.count(Section.Conditions);
  const probes = r.count(Section.Probes);
  for (let i: u32 = 0; i < r.ruleCount; i++) {
    const rule = r.rule(i);
    const first = load<u32>(rule, RULE_FIRST_CONDITION);
    if (<u64>first + load<u32>(rule, RULE_CONDITION_COUNT) > <u64>conditions) return LoadError.Index;
  }
  for (let i: u32 = 0; i < conditions; i++) {
    const condition = r.condition(i);
    if (load<u32>(condition, CONDITION_RULE) >= r.ruleCount) return LoadError.Index;
    const first = load<u32>(condition, CONDITION_FIRST_PROBE);
    if (<u64>first + load<u32>(condition, CONDITION_PROBE_COUNT) > <u64>probes) return LoadError.Index;
    if (!operandIsSound(r, condition)) return LoadError.Operand;
  }
  return LoadError.None;
}

function operandIsSound(r: Ruleset, condition: usize): bool {
  const at = r.blob + load<u32>(condition, CONDITION_OPERAND);
  const len = load<u32>(condition, CONDITION_OPERAND + 4);
  if (<u64>load<u32>(condition, CONDITION_OPERAND) + len > <u64>r.count(Section.Blob)) return false;
  switch (<i32>load<u8>(condition, CONDITION_OPERATOR)) {
    case Operator.MatchRegex:
    case Operator.MatchRegexWithChecksum: {
      const program = load<u32>(condition, CONDITION_PROGRAM);
      const size = load<u32>(condition, CONDITION_PROGRAM + 4);
      if (<u64>program + size > <u64>r.count(Section.Blob)) return false;
      return (len == 0 || validateDfa(at, len)) && validateProgram(r.blob + program, size);
    }
    case Operator.PhraseMatch:
      return validatePhraseSet(at, len);
    case Operator.ExactMatch:
      return validateExactSet(at, len);
    case Operator.IpMatch:
      return validateIpRanges(at, len);
    default:
      return true;
  }
}
