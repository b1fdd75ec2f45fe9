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
  EXCLUSION_INPUTS,
  EXCLUSION_SIZE,
  EXCLUSION_TARGETS,
  FILTER_INPUT_COUNT,
  FILTER_INPUT_PATH,
  FILTER_INPUT_SIZE,
  HEADER_SIZE,
  LABEL_HIGH,
  LABEL_LOW,
  LANE_KINDS,
  OVERRIDE_SIZE,
  OVERRIDE_TARGETS,
  Operator,
  RECORD_SIZES,
  RULE_ATTRIBUTES,
  RULE_CONDITION_COUNT,
  RULE_FIRST_CONDITION,
  SECTIONS_AT,
  SECTION_COUNT,
  Section,
  TARGET_SIZE,
  TARGET_TAGS,
} from "./layout";
import { NO_COUNT, lanesAreSound, pairFits, piecesFit } from "./lane-checks";
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
  let error = checkIndexes(candidate);
  if (error == LoadError.None && !lanesAreSound(candidate)) error = LoadError.Index;
  if (error == LoadError.None) error = checkSections(candidate);
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

/** What stands beside rules: exclusions, overrides, attributes. */
function checkSections(r: Ruleset): LoadError {
  const filters = r.count(Section.Filters);
  if (filters != 0) {
    const table = r.section(Section.Filters);
    // Its own Filters would never be read: one level is enough, and ends the recursion.
    const nested = new Ruleset();
    const error = loadRuleset(nested, table, filters);
    const fits =
      error == LoadError.None &&
      nested.count(Section.Filters) == 0 &&
      nested.count(Section.Exclusions) == nested.ruleCount;
    heap.free(changetype<usize>(nested));
    if (!fits) return error == LoadError.None ? LoadError.Section : error;
  }
  for (let i: u32 = 0; i < r.ruleCount; i++) {
    if (!pairFits(r, r.rule(i) + RULE_ATTRIBUTES, Section.Attributes)) return LoadError.Index;
  }
  for (let i: u32 = 0; i < r.count(Section.Exclusions); i++) {
    const record = r.section(Section.Exclusions) + <usize>i * EXCLUSION_SIZE;
    if (!pairFits(r, record + EXCLUSION_TARGETS, Section.Targets)) return LoadError.Index;
    if (!pairFits(r, record + EXCLUSION_INPUTS, Section.FilterInputs)) return LoadError.Index;
  }
  for (let i: u32 = 0; i < r.count(Section.Overrides); i++) {
    const record = r.section(Section.Overrides) + <usize>i * OVERRIDE_SIZE;
    if (!pairFits(r, record + OVERRIDE_TARGETS, Section.Targets)) return LoadError.Index;
  }
  for (let i: u32 = 0; i < r.count(Section.Targets); i++) {
    const record = r.section(Section.Targets) + <usize>i * TARGET_SIZE;
    if (!piecesFit(r, record + TARGET_TAGS, NO_COUNT)) return LoadError.Index;
  }
  for (let i: u32 = 0; i < r.count(Section.FilterInputs); i++) {
    const record = r.section(Section.FilterInputs) + <usize>i * FILTER_INPUT_SIZE;
    if (!piecesFit(r, record + FILTER_INPUT_PATH, load<u32>(record, FILTER_INPUT_COUNT)))
      return LoadError.Index;
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
