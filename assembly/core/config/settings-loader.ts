// Reads the settings that may stand in the configuration and, for some requests, in its routes: what is inspected and how,
// what becomes of what is found, and which rules look. A field that is read a second time replaces the first.

import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { JsonDocument } from "../document/json-document";
import { Level } from "../rules/layout";
import { appendHtmlPage, appendJsonPage, findPlaceholder } from "./block-page";
import { BODY_MODE_NAMES, BodyMode, OVER_LIMIT_NAMES, SEND_NAMES } from "./body-mode";
import { Config, MODE_NAMES, Mode, SENSITIVITY_NAMES } from "./config";
import { FieldReader } from "./field-reader";
import { isHeaderName, isLocation } from "./field-syntax";
import { isMediaPattern } from "./media-pattern";
import { TextList } from "./text-list";

const FAILURE_MODE_NAMES: string[] = ["open", "closed"];
const ON_LIMIT_NAMES: string[] = ["allow", "block"];
const RESPONSE_BLOCK_NAMES: string[] = ["reset", "replace"];
const UNREADABLE_NAMES: string[] = ["pass", "reject"];
const BODY_CAPTURE_LIMIT: i64 = 16777216;
const INFLATE_RATIO_LIMIT: i64 = 1_000_000;
const INFLATE_SIZE_LIMIT: i64 = 4_000_000_000;
const DECODE_ROUNDS_LIMIT: i64 = 8;
const BUDGET_LIMIT: i64 = 1_000_000_000_000;
/** Entries of a list; lists are searched one by one. */
const LIST_LIMIT: u32 = 10_000;
const REDIRECT_STATUS: u32 = 303;
const BLOCK_STATUS: u32 = 403;

/** What the strings of a list are. */
export enum ListOf {
  RuleIds,
  HeaderNames,
  MediaPatterns,
  Methods,
}

@unmanaged
export class SettingsLoader {
  doc: JsonDocument;
  config: Config;
  fields: FieldReader;
  /** The object that the settings are in. */
  private holder: u32 = 0;

  constructor(doc: JsonDocument, config: Config, fields: FieldReader) {
    this.doc = doc;
    this.config = config;
    this.fields = fields;
  }

  /** Reads the member `node` of `holder`; false when it is no setting. */
  setting(node: u32, holder: u32): bool {
    this.holder = holder;
    return this.partField(node) || this.bodyField(node) || this.outcomeField(node) || this.lookingField(node);
  }

  /** Which parts of a transaction are looked at. */
  private partField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (doc.keyIs(node, "request_headers")) config.requestHeaders = fields.choice(node, SEND_NAMES, 1) == 1;
    else if (doc.keyIs(node, "request_trailers"))
      config.requestTrailers = fields.choice(node, SEND_NAMES, 1) == 1;
    else if (doc.keyIs(node, "response_headers"))
      config.responseHeaders = fields.choice(node, SEND_NAMES, 1) == 1;
    else if (doc.keyIs(node, "response_trailers"))
      config.responseTrailers = fields.choice(node, SEND_NAMES, 1) == 1;
    else if (doc.keyIs(node, "request_body"))
      config.requestBody = fields.choice(node, BODY_MODE_NAMES, BodyMode.Buffered);
    else if (doc.keyIs(node, "response_body"))
      config.responseBody = fields.choice(node, BODY_MODE_NAMES, BodyMode.Streamed);
    else return false;
    return true;
  }

  private bodyField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (doc.keyIs(node, "hold_headers")) config.holdHeaders = fields.flag(node, false);
    else if (doc.keyIs(node, "body_capture_size"))
      config.bodyCaptureSize = <u32>fields.integer(node, 1, BODY_CAPTURE_LIMIT, 1);
    else if (doc.keyIs(node, "over_limit")) config.overLimit = fields.choice(node, OVER_LIMIT_NAMES, 0);
    else if (doc.keyIs(node, "response_block"))
      config.replacesResponses = fields.choice(node, RESPONSE_BLOCK_NAMES, 0) == 1;
    else if (doc.keyIs(node, "encodings")) this.encodings(node);
    else if (doc.keyIs(node, "allowed_content_types"))
      this.list(node, config.allowedContentTypes, ListOf.MediaPatterns);
    else if (doc.keyIs(node, "decode_rounds"))
      config.decodeRounds = <u32>fields.integer(node, 0, DECODE_ROUNDS_LIMIT, 3);
    else return false;
    return true;
  }

  private outcomeField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (doc.keyIs(node, "mode")) config.mode = fields.choice(node, MODE_NAMES, Mode.Monitor);
    else if (doc.keyIs(node, "failure_mode"))
      config.failClosed = fields.choice(node, FAILURE_MODE_NAMES, 0) == 1;
    else if (doc.keyIs(node, "on_limit")) config.blockOnLimit = fields.choice(node, ON_LIMIT_NAMES, 0) == 1;
    else if (doc.keyIs(node, "budget")) config.budget = fields.integer(node, 1, BUDGET_LIMIT, 1);
    else if (doc.keyIs(node, "blocking")) this.blocking(node);
    else if (doc.keyIs(node, "blocking_config")) this.blockingAlias(node);
    else return false;
    return true;
  }

  /** Which rules look. */
  private lookingField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    if (doc.keyIs(node, "sensitivity"))
      config.sensitivity = this.fields.choice(node, SENSITIVITY_NAMES, 1) + Level.Low;
    else if (doc.keyIs(node, "disabled_rules")) this.list(node, config.disabledRules, ListOf.RuleIds);
    else if (doc.keyIs(node, "monitored_rules")) this.list(node, config.monitoredRules, ListOf.RuleIds);
    else if (doc.keyIs(node, "block_rules")) this.list(node, config.blockRules, ListOf.RuleIds);
    else return false;
    return true;
  }

  private encodings(object: u32): void {
    const doc = this.doc;
    const config = this.config;
    const fields = this.fields;
    if (!fields.isObject(object)) return;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "unreadable"))
        config.rejectsUnreadable = fields.choice(node, UNREADABLE_NAMES, 0) == 1;
      else if (doc.keyIs(node, "ask_upstream")) config.asksUpstream = fields.flag(node, false);
      else if (doc.keyIs(node, "inflate_ratio"))
        config.inflateRatio = <u32>fields.integer(node, 1, INFLATE_RATIO_LIMIT, 100);
      else if (doc.keyIs(node, "inflate_size"))
        config.inflateSize = <u32>fields.integer(node, 1, INFLATE_SIZE_LIMIT, 1);
      else fields.unknown(node);
    }
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
    const own = doc.get(this.holder, "blocking");
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

  text(node: u32, to: Text): bool {
    if (!this.fields.isString(node)) return false;
    this.config.keep(to, this.doc.textAt(node), this.doc.textLen(node));
    return true;
  }

  list(array: u32, to: TextList, what: ListOf): void {
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
      } else if (what == ListOf.Methods && !isHeaderName(at, len)) {
        this.fields.badValue(node, "is no method");
      } else if (what == ListOf.MediaPatterns && !isMediaPattern(at, len)) {
        this.fields.badValue(node, "is no media type or pattern");
      } else {
        const copy = this.config.keepIn(to, at, len);
        if (what == ListOf.HeaderNames && copy != 0) lowerInPlace(copy, len);
      }
    }
  }
}

export function lowerInPlace(at: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) store<u8>(at + i, <u8>lowerByte(load<u8>(at + i)));
}
