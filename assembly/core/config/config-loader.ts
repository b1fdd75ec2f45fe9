// The only reader of plugin configuration: a JSON document, or a google.protobuf.Struct as hosts serialize it,
// → Config. It reports every problem at once, each as `path: message`, and refuses what it does not know.
// schema/config.schema.json says the same to other tools; test/engine/config-schema.test.ts holds both to each
// other.

import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { JsonDocument, JsonKind } from "../document/json-document";
import { JsonError } from "../document/json-error";
import { appendJsonError, jsonErrorText } from "../document/json-error-text";
import { appendHtmlPage, appendJsonPage, findPlaceholder } from "./block-page";
import { Level } from "../rules/layout";
import { Config, MODE_NAMES, Mode, RULE_SECTIONS, SENSITIVITY_NAMES } from "./config";
import { FieldReader } from "./field-reader";
import { isHeaderName, isLocation } from "./field-syntax";
import { isMediaPattern } from "./media-pattern";
import { structToJson } from "./struct-to-json";
import { TextList } from "./text-list";

const REQUEST_BODY_NAMES: string[] = ["NONE", "BUFFERED"];
const RESPONSE_BODY_NAMES: string[] = ["NONE", "STREAMED"];
const FAILURE_MODE_NAMES: string[] = ["open", "closed"];
const ON_LIMIT_NAMES: string[] = ["allow", "block"];
const BODY_CAPTURE_LIMIT: i64 = 16777216;
const DECODE_ROUNDS_LIMIT: i64 = 8;
const BUDGET_LIMIT: i64 = 1_000_000_000_000;
const HOPS_LIMIT: i64 = 100;
/** Entries of a list; lists are searched one by one. */
const LIST_LIMIT: u32 = 10_000;
const REDIRECT_STATUS: u32 = 303;
const BLOCK_STATUS: u32 = 403;
/** First byte of a serialized Struct that is not empty: field 1, length-delimited. */
const STRUCT_TAG: u8 = 0x0a;

/** What the strings of a list are. */
enum ListOf {
  RuleIds,
  HeaderNames,
  MediaPatterns,
}

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
  const loader = new ConfigLoader(doc, config, fields);
  loader.load();
  fields.finish();
  const loaded = fields.problemCount == 0;
  heap.free(changetype<usize>(loader));
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

@unmanaged
class ConfigLoader {
  doc: JsonDocument;
  config: Config;
  fields: FieldReader;

  constructor(doc: JsonDocument, config: Config, fields: FieldReader) {
    this.doc = doc;
    this.config = config;
    this.fields = fields;
  }

  load(): void {
    const doc = this.doc;
    const root = doc.root();
    if (!this.fields.isObject(root)) return;
    for (let node = doc.first(root); node != 0; node = doc.next(node)) {
      if (this.inspectionField(node) || this.outcomeField(node) || this.ruleField(node)) continue;
      if (!this.reportField(node)) this.fields.unknown(node);
    }
    if (this.fields.problemCount == 0) this.warnOfCombinations(root);
  }

  private inspectionField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (doc.keyIs(node, "mode")) config.mode = fields.choice(node, MODE_NAMES, Mode.Monitor);
    else if (doc.keyIs(node, "hold_headers")) config.holdHeaders = fields.flag(node, false);
    else if (doc.keyIs(node, "request_body"))
      config.inspectRequestBody = fields.choice(node, REQUEST_BODY_NAMES, 1) == 1;
    else if (doc.keyIs(node, "response_body"))
      config.inspectResponseBody = fields.choice(node, RESPONSE_BODY_NAMES, 1) == 1;
    else if (doc.keyIs(node, "body_capture_size"))
      config.bodyCaptureSize = <u32>fields.integer(node, 1, BODY_CAPTURE_LIMIT, 1);
    else if (doc.keyIs(node, "allowed_content_types"))
      this.list(node, config.allowedContentTypes, ListOf.MediaPatterns);
    else if (doc.keyIs(node, "decode_rounds"))
      config.decodeRounds = <u32>fields.integer(node, 0, DECODE_ROUNDS_LIMIT, 3);
    else if (doc.keyIs(node, "client_ip")) this.clientIp(node);
    else return false;
    return true;
  }

  private outcomeField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (doc.keyIs(node, "failure_mode")) config.failClosed = fields.choice(node, FAILURE_MODE_NAMES, 0) == 1;
    else if (doc.keyIs(node, "on_limit")) config.blockOnLimit = fields.choice(node, ON_LIMIT_NAMES, 0) == 1;
    else if (doc.keyIs(node, "budget")) config.budget = fields.integer(node, 1, BUDGET_LIMIT, 1);
    else if (doc.keyIs(node, "blocking")) this.blocking(node);
    else if (doc.keyIs(node, "blocking_config")) this.blockingAlias(node);
    else return false;
    return true;
  }

  private ruleField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    if (doc.keyIs(node, "shipped_rules")) config.shippedRules = this.fields.flag(node, true);
    else if (doc.keyIs(node, "sensitivity"))
      config.sensitivity = this.fields.choice(node, SENSITIVITY_NAMES, 1) + Level.Low;
    else if (doc.keyIs(node, "disabled_rules")) this.list(node, config.disabledRules, ListOf.RuleIds);
    else if (doc.keyIs(node, "monitored_rules")) this.list(node, config.monitoredRules, ListOf.RuleIds);
    else if (doc.keyIs(node, "block_rules")) this.list(node, config.blockRules, ListOf.RuleIds);
    else if (doc.keyIs(node, "custom_rules")) this.customRules(node);
    else if (isSection(doc, node)) config.hasSections = this.fields.isArray(node) || config.hasSections;
    else return false;
    return true;
  }

  private reportField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    if (doc.keyIs(node, "service")) this.text(node, config.service);
    else if (doc.keyIs(node, "environment")) this.text(node, config.environment);
    else if (doc.keyIs(node, "log_events")) config.logEvents = this.fields.flag(node, true);
    else if (doc.keyIs(node, "redaction")) this.redaction(node);
    else if (doc.keyIs(node, "event_headers")) this.list(node, config.eventHeaders, ListOf.HeaderNames);
    else return false;
    return true;
  }

  private blocking(object: u32): void {
    const doc = this.doc;
    const config = this.config;
    if (!this.fields.isObject(object)) return;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "status")) config.blockStatus = this.blockStatus(node);
      else if (doc.keyIs(node, "html")) this.template(node, config.htmlTemplate);
      else if (doc.keyIs(node, "json")) this.jsonTemplate(node);
      else if (doc.keyIs(node, "redirect")) this.redirect(node);
      else this.fields.unknown(node);
    }
  }

  private redirect(object: u32): void {
    const doc = this.doc;
    const fields = this.fields;
    if (!fields.isObject(object)) return;
    this.config.redirectStatus = REDIRECT_STATUS;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "status")) this.redirectStatus(node);
      else if (doc.keyIs(node, "location")) this.redirectLocation(node);
      else fields.unknown(node);
    }
    if (doc.get(object, "location") == 0) fields.problem(object, "location is required");
  }

  private redirectStatus(node: u32): void {
    if (!this.fields.isWhole(node)) return;
    const value = this.doc.number(node);
    const known = value == 301 || value == 302 || value == 303 || value == 307 || value == 308;
    if (known) this.config.redirectStatus = <u32>value;
    else this.fields.badValue(node, "is not one of 301, 302, 303, 307, 308");
  }

  private redirectLocation(node: u32): void {
    if (!this.text(node, this.config.redirectLocation)) return;
    if (!isLocation(this.doc.textAt(node), this.doc.textLen(node))) {
      this.fields.badValue(node, "is no location: visible ASCII characters without blanks are needed");
    }
  }

  /** `blocking_config`: the same settings by the names that Traceable's filter gives them. */
  private blockingAlias(object: u32): void {
    const doc = this.doc;
    const fields = this.fields;
    if (!fields.isObject(object)) return;
    const own = doc.get(doc.root(), "blocking");
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "response_status_code")) {
        const status = this.blockStatus(node);
        if (doc.get(own, "status") == 0) this.config.blockStatus = status;
      } else if (doc.keyIs(node, "response_message")) {
        if (fields.isString(node)) this.useMessage(node, own);
      } else {
        fields.unknown(node);
      }
    }
  }

  /** A message in place of our words, on the pages for which `own` has no template. */
  private useMessage(node: u32, own: u32): void {
    const doc = this.doc;
    if (doc.textLen(node) == 0) return;
    const page = new ByteWriter();
    if (doc.textLen(doc.get(own, "json")) == 0) {
      appendJsonPage(page, doc.textAt(node), doc.textLen(node));
      this.config.keepBytes(this.config.jsonTemplate, page);
    }
    if (doc.textLen(doc.get(own, "html")) == 0) {
      page.clear();
      appendHtmlPage(page, doc.textAt(node), doc.textLen(node));
      this.config.keepBytes(this.config.htmlTemplate, page);
    }
    page.free();
    heap.free(changetype<usize>(page));
  }

  private blockStatus(node: u32): u32 {
    if (!this.fields.isWhole(node)) return BLOCK_STATUS;
    const value = this.doc.number(node);
    if (value >= 400 && value <= 499) return <u32>value;
    this.fields.valueWarning(node, "is not between 400 and 499: 403 is used");
    return BLOCK_STATUS;
  }

  /** A page of the operator's; an empty string leaves ours. */
  private template(node: u32, to: Text): bool {
    const doc = this.doc;
    if (!this.fields.isString(node) || doc.textLen(node) == 0) return false;
    this.config.keep(to, doc.textAt(node), doc.textLen(node));
    const end = doc.textAt(node) + doc.textLen(node);
    if (findPlaceholder(doc.textAt(node), end) == end) {
      this.fields.warning(node, "has no [security_response_id]: clients cannot say what was blocked");
    }
    return true;
  }

  private jsonTemplate(node: u32): void {
    if (!this.template(node, this.config.jsonTemplate)) return;
    const page = new JsonDocument();
    if (!page.parse(this.doc.textAt(node), this.doc.textLen(node))) this.fields.warning(node, "is not JSON");
    page.free();
    heap.free(changetype<usize>(page));
  }

  private clientIp(object: u32): void {
    const doc = this.doc;
    const fields = this.fields;
    if (!fields.isObject(object)) return;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "header")) this.clientIpHeader(node);
      else if (doc.keyIs(node, "trusted_hops"))
        this.config.trustedHops = <u32>fields.integer(node, 0, HOPS_LIMIT, 0);
      else fields.unknown(node);
    }
  }

  private clientIpHeader(node: u32): void {
    const to = this.config.clientIpHeader;
    if (!this.text(node, to) || to.len == 0) return;
    lowerInPlace(to.at, to.len);
    if (!isHeaderName(to.at, to.len)) this.fields.badValue(node, "is no header name");
  }

  private redaction(object: u32): void {
    const doc = this.doc;
    const config = this.config;
    if (!this.fields.isObject(object)) return;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "enabled")) config.redactionEnabled = this.fields.flag(node, true);
      else if (doc.keyIs(node, "key_regex")) this.text(node, config.redactKeyRegex);
      else if (doc.keyIs(node, "value_regex")) this.text(node, config.redactValueRegex);
      else this.fields.unknown(node);
    }
  }

  private customRules(node: u32): void {
    const kind = this.doc.kind(node);
    if (kind == JsonKind.Object || kind == JsonKind.Array) this.config.customRules = node;
    else this.fields.wrongType(node, "an object or an array");
  }

  private text(node: u32, to: Text): bool {
    if (!this.fields.isString(node)) return false;
    this.config.keep(to, this.doc.textAt(node), this.doc.textLen(node));
    return true;
  }

  private list(array: u32, to: TextList, what: ListOf): void {
    const doc = this.doc;
    to.clear();
    if (!this.fields.isArray(array)) return;
    if (doc.count(array) > LIST_LIMIT) {
      this.fields.problem(array, "has more than 10000 entries");
      return;
    }
    for (let node = doc.first(array); node != 0; node = doc.next(node)) {
      if (!this.fields.isString(node)) continue;
      const at = doc.textAt(node);
      const len = doc.textLen(node);
      if (what == ListOf.RuleIds && len == 0) {
        this.fields.badValue(node, "is no rule id");
      } else if (what == ListOf.HeaderNames && !isHeaderName(at, len)) {
        this.fields.badValue(node, "is no header name");
      } else if (what == ListOf.MediaPatterns && !isMediaPattern(at, len)) {
        this.fields.badValue(node, "is no media type or pattern");
      } else {
        const copy = this.config.keepIn(to, at, len);
        if (what == ListOf.HeaderNames && copy != 0) lowerInPlace(copy, len);
      }
    }
  }

  /** Settings that are each right and together do nothing, or not what they seem to. */
  private warnOfCombinations(root: u32): void {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (config.holdHeaders && config.mode == Mode.Observe) {
      fields.warning(doc.get(root, "hold_headers"), "has no effect: mode observe never holds anything");
    } else if (config.holdHeaders && !config.inspectRequestBody) {
      fields.warning(doc.get(root, "hold_headers"), "has no effect: request_body is NONE");
    }
    if (config.trustedHops > 0 && config.clientIpHeader.len == 0) {
      fields.warning(
        doc.get(doc.get(root, "client_ip"), "trusted_hops"),
        "has no effect without client_ip.header",
      );
    }
    if (!config.shippedRules && config.customRules == 0) {
      fields.warning(doc.get(root, "shipped_rules"), "no rules are left: nothing will be detected");
    }
    if (!config.redactionEnabled) {
      fields.warning(doc.get(doc.get(root, "redaction"), "enabled"), "events will show secrets as they are");
    }
    if (doc.get(root, "blocking") != 0 && doc.get(root, "blocking_config") != 0) {
      fields.warning(
        doc.get(root, "blocking_config"),
        "blocking says the same: it wins where both have a value",
      );
    }
    this.warnOfOverlap(
      doc.get(root, "block_rules"),
      config.disabledRules,
      "is in disabled_rules too: it stays off",
    );
    this.warnOfOverlap(
      doc.get(root, "block_rules"),
      config.monitoredRules,
      "is in monitored_rules too: it will not block",
    );
    this.warnOfOverlap(
      doc.get(root, "monitored_rules"),
      config.disabledRules,
      "is in disabled_rules too: it stays off",
    );
  }

  private warnOfOverlap(array: u32, other: TextList, message: string): void {
    const doc = this.doc;
    if (other.count == 0) return;
    for (let node = doc.first(array); node != 0; node = doc.next(node)) {
      if (other.has(doc.textAt(node), doc.textLen(node))) this.fields.valueWarning(node, message);
    }
  }
}

/** A section of a rules document that may stand in the configuration, about shipped and custom rules alike. */
function isSection(doc: JsonDocument, node: u32): bool {
  for (let i = 0; i < RULE_SECTIONS.length; i++) if (doc.keyIs(node, RULE_SECTIONS[i])) return true;
  return false;
}

function lowerInPlace(at: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) store<u8>(at + i, <u8>lowerByte(load<u8>(at + i)));
}
