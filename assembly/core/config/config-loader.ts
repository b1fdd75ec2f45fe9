// The only reader of plugin configuration: a JSON document, or a google.protobuf.Struct as hosts serialize it,
// → Config. It reports every problem at once, each as `path: message`, and refuses what it does not know.
// schema/config.schema.json says the same to other tools; test/engine/config-schema.test.ts holds both to each
// other.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument } from "../document/json-document";
import { JsonError } from "../document/json-error";
import { appendJsonError, jsonErrorText } from "../document/json-error-text";
import { Config } from "./config";
import { warnOfCombinations } from "./config-warnings";
import { FieldReader } from "./field-reader";
import { GlobalLoader } from "./global-loader";
import { loadRoutes } from "./route-loader";
import { structToJson } from "./struct-to-json";

/** First byte of a serialized Struct that is not empty: field 1, length-delimited. */
const STRUCT_TAG: u8 = 0x0a;

/**
 * Reads the configuration in the `len` bytes at `at` into `config`, which must be fresh. Nothing, or only
 * white space, means the defaults. False when anything is wrong: `problems` has the lines, separated by
 * newlines, and `config` must not be used. `warnings` gets what is accepted and yet suspicious.
 */
export function loadConfig(
  at: usize,
  len: u32,
  config: Config,
  problems: ByteWriter,
  warnings: ByteWriter,
): bool {
  const doc = config.document;
  if (!doc.parse(at, len)) {
    if (doc.error == JsonError.Empty) return true;
    if (!parseStruct(doc, at, len, problems)) return false;
  }
  const fields = new FieldReader(doc, problems, warnings);
  const root = doc.root();
  if (fields.isObject(root)) {
    const loader = new GlobalLoader(doc, config, fields);
    loader.load(root);
    heap.free(changetype<usize>(loader));
    loadRoutes(doc, root, config, fields);
    if (fields.problemCount == 0) warnOfCombinations(doc, root, config, fields);
  }
  fields.finish();
  const loaded = fields.problemCount == 0;
  heap.free(changetype<usize>(fields));
  return loaded;
}

/**
 * Reads bytes that are no JSON as a serialized Struct. JSON goes first because a text may begin with a newline,
 * which is STRUCT_TAG. When they are neither, the problem is the one that JSON had.
 */
function parseStruct(doc: JsonDocument, at: usize, len: u32, problems: ByteWriter): bool {
  const json = new ByteWriter();
  const mayBe = doc.error != JsonError.TooBig && load<u8>(at) == STRUCT_TAG;
  const isStruct = mayBe && structToJson(at, len, json);
  const isParsed = isStruct && doc.parse(json.at, json.length);
  json.free();
  heap.free(changetype<usize>(json));
  if (isParsed) return true;
  problems.text("configuration: ");
  if (isStruct) problems.text(jsonErrorText(doc.error));
  else appendJsonError(problems, at, len, doc.error, doc.errorAt);
  return false;
}
