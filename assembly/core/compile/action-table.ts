// `actions` of a rules document: what a match asks for by id. Only block_request and redirect_request stop a request;
// others are known, so that rules may name them, and mean nothing at a proxy.

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  ACTION_GRPC,
  ACTION_ID,
  ACTION_KIND,
  ACTION_LOCATION,
  ACTION_SIZE,
  ACTION_STATUS,
  ACTION_TEMPLATE,
  ActionKind,
  Section,
} from "../rules/layout";
import { DocumentRoots, ROOTS } from "./document-roots";
import { SectionReport } from "./load-report";
import { RulesetWriter } from "./ruleset-writer";

/** What libddwaf falls back to. */
const REDIRECT_STATUS: u32 = 303;
const BLOCK_STATUS: u32 = 403;
const GRPC_STATUS: u32 = 10;
/** Longest status as text. */
const STATUS_DIGITS: u32 = 3;

export class ActionTable {
  /** Nodes of the ids, by number of the record. */
  private ids: Array<u32> = [];
  private doc: JsonDocument;

  constructor(
    roots: DocumentRoots,
    private writer: RulesetWriter,
    private report: SectionReport,
  ) {
    this.doc = roots.doc;
    const reason = new ByteWriter();
    for (let i = 0; i < ROOTS; i++) {
      const list = roots.section(i, "actions");
      for (let action = this.doc.first(list); action != 0; action = this.doc.next(action))
        this.compile(action, reason);
    }
    reason.free();
    heap.free(changetype<usize>(reason));
  }

  /**
   * The action that the texts in `onMatch` ask for: 0 nothing that stops a request, 1 the default block, n + 2 record
   * n of Actions. A redirect comes before a block, else the first.
   */
  find(onMatch: u32): u32 {
    const doc = this.doc;
    let chosen: u32 = 0;
    for (let item = doc.first(onMatch); item != 0; item = doc.next(item)) {
      const code = this.codeOf(item);
      if (code == 0) continue;
      const kind = this.kindOf(code);
      if (kind == ActionKind.Redirect) return code;
      if (kind == ActionKind.Block && chosen == 0) chosen = code;
    }
    return chosen;
  }

  /** The code of the action whose id is the string node `item`, whatever its kind; 0 when there is none. */
  codeOf(item: u32): u32 {
    const doc = this.doc;
    if (doc.kind(item) != JsonKind.String) return 0;
    const record = this.recordOf(item);
    if (record >= 0) return <u32>record + 2;
    return doc.textIs(item, "block") ? 1 : 0;
  }

  /** An ActionKind; `code` as codeOf() answers it, not 0. */
  kindOf(code: u32): u32 {
    if (code == 1) return ActionKind.Block;
    const records = this.writer.section(Section.Actions).at;
    return load<u32>(records + <usize>(code - 2) * ACTION_SIZE, ACTION_KIND);
  }

  private recordOf(item: u32): i32 {
    const doc = this.doc;
    const len = doc.textLen(item);
    for (let i = 0; i < this.ids.length; i++) {
      const id = this.ids[i];
      if (doc.textLen(id) == len && equalBytes(doc.textAt(id), doc.textAt(item), len)) return i;
    }
    return -1;
  }

  private compile(action: u32, reason: ByteWriter): void {
    const doc = this.doc;
    const id = doc.get(action, "id");
    const type = doc.get(action, "type");
    reason.clear();
    if (doc.kind(id) != JsonKind.String) reason.text("id: a string is required");
    else if (this.recordOf(id) >= 0) reason.text("id: used by another action");
    else if (doc.kind(type) != JsonKind.String) reason.text("type: a string is required");
    if (reason.length != 0) {
      this.report.failEntry(doc, action, reason);
      return;
    }
    this.ids.push(id);
    const record = this.writer.record(Section.Actions);
    this.writer.text(record + ACTION_ID, doc.textAt(id), doc.textLen(id));
    const parameters = doc.get(action, "parameters");
    if (doc.textIs(type, "redirect_request") && isLocation(doc, doc.get(parameters, "location"))) {
      this.writeRedirect(record, parameters);
    } else if (doc.textIs(type, "redirect_request") || doc.textIs(type, "block_request")) {
      this.writeBlock(record, doc.textIs(type, "block_request") ? parameters : 0);
    } else {
      store<u32>(record, doc.textIs(type, "monitor") ? ActionKind.Monitor : ActionKind.Other, ACTION_KIND);
      if (!doc.textIs(type, "monitor")) {
        reason.text("type: means nothing at a proxy: ");
        reason.bytes(doc.textAt(type), doc.textLen(type));
        this.report.skipEntry(doc, action, reason);
        return;
      }
    }
    this.report.loaded++;
  }

  private writeRedirect(record: usize, parameters: u32): void {
    const doc = this.doc;
    const location = doc.get(parameters, "location");
    const status = statusOf(doc, doc.get(parameters, "status_code"));
    const known = status == 301 || status == 302 || status == 303 || status == 307;
    store<u32>(record, ActionKind.Redirect, ACTION_KIND);
    store<u32>(record, known ? status : REDIRECT_STATUS, ACTION_STATUS);
    this.writer.text(record + ACTION_LOCATION, doc.textAt(location), doc.textLen(location));
  }

  /** A redirect to no place we can send anybody is a block, as in libddwaf. */
  private writeBlock(record: usize, parameters: u32): void {
    const doc = this.doc;
    const status = statusOf(doc, doc.get(parameters, "status_code"));
    const grpc = doc.get(parameters, "grpc_status_code");
    const template = doc.get(parameters, "type");
    store<u32>(record, ActionKind.Block, ACTION_KIND);
    store<u32>(record, status >= 200 && status < 600 ? status : BLOCK_STATUS, ACTION_STATUS);
    store<u32>(record, grpc == 0 ? GRPC_STATUS : statusOf(doc, grpc), ACTION_GRPC);
    this.writer.text(record + ACTION_TEMPLATE, doc.textAt(template), doc.textLen(template));
  }
}

/** A status as a number or as its digits; 0 when it is none. */
function statusOf(doc: JsonDocument, node: u32): u32 {
  if (doc.kind(node) == JsonKind.Number) {
    const value = doc.number(node);
    return value >= 0 && value < 1000 ? <u32>value : 0;
  }
  if (doc.kind(node) != JsonKind.String || doc.textLen(node) > STATUS_DIGITS) return 0;
  let status: u32 = 0;
  for (let i: u32 = 0; i < doc.textLen(node); i++) {
    const digit = <u32>load<u8>(doc.textAt(node) + i) - 0x30;
    if (digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}

/** A path, or a URL of http or https, of visible ASCII. */
function isLocation(doc: JsonDocument, node: u32): bool {
  if (doc.kind(node) != JsonKind.String || doc.textLen(node) == 0) return false;
  const at = doc.textAt(node);
  const len = doc.textLen(node);
  for (let i: u32 = 0; i < len; i++) {
    const c = load<u8>(at + i);
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return load<u8>(at) == 0x2f || startsWith(at, len, "http://") || startsWith(at, len, "https://");
}

function startsWith(at: usize, len: u32, text: string): bool {
  if (len <= <u32>text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (((<u32>load<u8>(at + i)) | 0x20) != ((<u32>text.charCodeAt(i)) | 0x20)) return false;
  }
  return true;
}
