// A node of a JSON document back as compact JSON text.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { JsonDocument, JsonKind } from "../document/json-document";

/** Appends `node` to `out`; walks the tree by next() and parent(), so depth costs no stack. */
export function appendJson(doc: JsonDocument, node: u32, out: ByteWriter): void {
  let at = node;
  for (;;) {
    if (at != node && doc.kind(doc.parent(at)) == JsonKind.Object) {
      appendJsonString(out, doc.keyAt(at), doc.keyLen(at));
      out.byte(0x3a);
    }
    const kind = doc.kind(at);
    if ((kind == JsonKind.Array || kind == JsonKind.Object) && doc.first(at) != 0) {
      out.byte(kind == JsonKind.Array ? 0x5b : 0x7b);
      at = doc.first(at);
      continue;
    }
    appendLeaf(doc, at, kind, out);
    while (at != node && doc.next(at) == 0) {
      at = doc.parent(at);
      out.byte(doc.kind(at) == JsonKind.Array ? 0x5d : 0x7d);
    }
    if (at == node) return;
    out.byte(0x2c);
    at = doc.next(at);
  }
}

function appendLeaf(doc: JsonDocument, node: u32, kind: u32, out: ByteWriter): void {
  if (kind == JsonKind.String) appendJsonString(out, doc.textAt(node), doc.textLen(node));
  else if (kind == JsonKind.Number) out.bytes(doc.textAt(node), doc.textLen(node));
  else if (kind == JsonKind.True) out.text("true");
  else if (kind == JsonKind.False) out.text("false");
  else if (kind == JsonKind.Array) out.text("[]");
  else if (kind == JsonKind.Object) out.text("{}");
  else out.text("null");
}
