// Configurations and JSON documents over bare addresses: `wardgate config` and the tests.
import { ByteWriter } from "../core/bytes/byte-writer";
import { Config } from "../core/config/config";
import { appendConfig } from "../core/config/config-json";
import { loadConfig } from "../core/config/config-loader";
import { JsonDocument } from "../core/document/json-document";
import { appendJsonError } from "../core/document/json-error-text";

const problems = new ByteWriter();
const warnings = new ByteWriter();
const normalised = new ByteWriter();
const document = new JsonDocument();

/** Checks the configuration in `len` bytes at `at`; the three texts below are its outcome. */
export function configCheck(at: usize, len: u32): bool {
  problems.clear();
  warnings.clear();
  normalised.clear();
  const config = new Config();
  const accepted = loadConfig(at, len, config, problems, warnings);
  if (accepted) appendConfig(config, normalised);
  config.free();
  heap.free(changetype<usize>(config));
  return accepted;
}

/** Lines `path: message`. */
export function configProblemsAt(): usize {
  return problems.at;
}

export function configProblemsLength(): u32 {
  return problems.length;
}

/** Lines `path: message`. */
export function configWarningsAt(): usize {
  return warnings.at;
}

export function configWarningsLength(): u32 {
  return warnings.length;
}

/** The configuration with every field spelt out; empty when it is refused. */
export function configNormalisedAt(): usize {
  return normalised.at;
}

export function configNormalisedLength(): u32 {
  return normalised.length;
}

/** Parses a JSON document, of which the accessors below then speak. */
export function jsonParse(at: usize, len: u32): bool {
  problems.clear();
  const parsed = document.parse(at, len);
  if (!parsed) appendJsonError(problems, at, len, document.error, document.errorAt);
  return parsed;
}

export function jsonRoot(): u32 {
  return document.root();
}

/** A JsonKind. */
export function jsonKind(node: u32): u32 {
  return document.kind(node);
}

export function jsonFirst(node: u32): u32 {
  return document.first(node);
}

export function jsonNext(node: u32): u32 {
  return document.next(node);
}

export function jsonKeyAt(node: u32): usize {
  return document.keyAt(node);
}

export function jsonKeyLength(node: u32): u32 {
  return document.keyLen(node);
}

export function jsonTextAt(node: u32): usize {
  return document.textAt(node);
}

export function jsonTextLength(node: u32): u32 {
  return document.textLen(node);
}

export function jsonNumber(node: u32): f64 {
  return document.number(node);
}
