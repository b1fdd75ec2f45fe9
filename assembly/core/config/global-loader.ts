// Reads the members of the configuration: the settings that routes may have too, and those that hold for all requests.

import { JsonDocument, JsonKind } from "../document/json-document";
import { RULE_SECTIONS } from "./config";
import { isHeaderName } from "./field-syntax";
import { ListOf, SettingsLoader, lowerInPlace } from "./settings-loader";

const HOPS_LIMIT: i64 = 100;

@unmanaged
export class GlobalLoader extends SettingsLoader {
  /** Reads all members of `root` but the routes. */
  load(root: u32): void {
    const doc = this.doc;
    for (let node = doc.first(root); node != 0; node = doc.next(node)) {
      if (this.setting(node, root) || this.ruleField(node) || this.reportField(node)) continue;
      if (doc.keyIs(node, "client_ip")) this.clientIp(node);
      else if (!doc.keyIs(node, "routes")) this.fields.unknown(node);
    }
  }

  private ruleField(node: u32): bool {
    const doc = this.doc;
    const config = this.config;
    if (doc.keyIs(node, "shipped_rules")) config.shippedRules = this.fields.flag(node, true);
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
}

/** A section of a rules document that may stand in the configuration, about shipped and custom rules alike. */
function isSection(doc: JsonDocument, node: u32): bool {
  for (let i = 0; i < RULE_SECTIONS.length; i++) if (doc.keyIs(node, RULE_SECTIONS[i])) return true;
  return false;
}
