// Settings that are each right and together do nothing, or not what they seem to.

import { JsonDocument } from "../document/json-document";
import { BodyMode } from "./body-mode";
import { Config, Mode } from "./config";
import { FieldReader } from "./field-reader";
import { TextList } from "./text-list";

export function warnOfCombinations(doc: JsonDocument, root: u32, config: Config, fields: FieldReader): void {
  if (config.holdHeaders && config.mode == Mode.Observe) {
    fields.warning(doc.get(root, "hold_headers"), "has no effect: mode observe never holds anything");
  } else if (
    config.holdHeaders &&
    config.requestBody < <u32>BodyMode.Buffered &&
    config.responseBody < <u32>BodyMode.Buffered
  ) {
    fields.warning(doc.get(root, "hold_headers"), "has no effect: no body is held");
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
  warnOfOverlap(
    doc,
    fields,
    doc.get(root, "block_rules"),
    config.disabledRules,
    "is in disabled_rules too: it stays off",
  );
  warnOfOverlap(
    doc,
    fields,
    doc.get(root, "block_rules"),
    config.monitoredRules,
    "is in monitored_rules too: it will not block",
  );
  warnOfOverlap(
    doc,
    fields,
    doc.get(root, "monitored_rules"),
    config.disabledRules,
    "is in disabled_rules too: it stays off",
  );
}

function warnOfOverlap(
  doc: JsonDocument,
  fields: FieldReader,
  array: u32,
  other: TextList,
  message: string,
): void {
  if (other.count == 0) return;
  for (let node = doc.first(array); node != 0; node = doc.next(node)) {
    if (other.has(doc.textAt(node), doc.textLen(node))) fields.valueWarning(node, message);
  }
}
