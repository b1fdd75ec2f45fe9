// The token of `authorization: Bearer …` (RFC 6750 §2.1, RFC 7519) as inputs of `server.request.jwt`: what its header and
// payload say, and whether there is a signature. Read only when some rule looks at it.
//
// Bounded by what a document may hold (document/json-error.ts); each node is visited once, and its path, no longer than the
// depth limit, is made anew.

import { Address } from "../address";
import { isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { JsonDocument, JsonKind } from "../document/json-document";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath } from "../inputs/key-path";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";
import { base64UrlDecode } from "../bytes/base64-decode";

const BEARER = text("Bearer");
const HEADER = text("header");
const PAYLOAD = text("payload");
const SIGNATURE = text("signature");
const AVAILABLE = text("available");
const TRUE = text("true");
const FALSE = text("false");
/** As deep as libddwaf looks into a value; what lies deeper is not pushed. */
const DEPTH_LIMIT: u32 = 20;
const DOT: u8 = 0x2e;
/** Entries that one node needs: its key and its value. */
const NODE_ROOM: u32 = 2;

/** What push() pushes next. */
enum Part {
  Header,
  Payload,
  Signature,
  Done,
}

@unmanaged
export class BearerToken {
  private header: usize = 0;
  private headerEnd: usize = 0;
  private payloadEnd: usize = 0;
  private end: usize = 0;
  private part: Part = Part.Done;
  private doc: JsonDocument = new JsonDocument();
  private plain: ByteWriter = new ByteWriter();
  /** The node to push next; 0 = the part is not begun. */
  private node: u32 = 0;
  private depth: u32 = 0;
  /** Place of the node in each array or object from the part's root on. */
  private places: usize = heap.alloc((DEPTH_LIMIT + 1) << 2);

  /** Takes the value of an `authorization` field; false when it is no token of three parts. */
  start(at: usize, len: u32): bool {
    this.part = Part.Done;
    const end = at + len;
    if (len <= BEARER.len || memory.compare(at, BEARER.at, BEARER.len) != 0) return false;
    let p = at + BEARER.len;
    while (p < end && isSpace(load<u8>(p))) p++;
    this.header = p;
    this.headerEnd = findByte(p, end, DOT);
    if (this.headerEnd == end) return false;
    this.payloadEnd = findByte(this.headerEnd + 1, end, DOT);
    if (this.payloadEnd == end) return false;
    this.end = end;
    this.part = Part.Header;
    this.node = 0;
    return true;
  }

  /** Pushes; the inputs must be drained before the next call. False when they are full: call again. */
  push(inputs: Inputs): bool {
    while (this.part != Part.Done) {
      if (inputs.room() < NODE_ROOM) return false;
      if (this.part == Part.Signature) {
        this.pushSignature(inputs);
        this.part = Part.Done;
        // What was pushed lies in the document: that of the payload, until the next token.
        return true;
      }
      if (this.node == 0 && !this.open()) {
        this.part++;
        continue;
      }
      this.pushNode(inputs);
      if (this.advance()) continue;
      this.part++;
      this.node = 0;
      // The next part takes the place of this one.
      if (this.part == Part.Payload) return false;
    }
    return true;
  }

  /** Reads the part's document. */
  private open(): bool {
    const isHeader = this.part == Part.Header;
    const from = isHeader ? this.header : this.headerEnd + 1;
    const to = isHeader ? this.headerEnd : this.payloadEnd;
    this.plain.clear();
    base64UrlDecode(from, <u32>(to - from), this.plain);
    if (!this.doc.parse(this.plain.at, this.plain.length)) return false;
    this.node = this.doc.root();
    this.depth = 0;
    return this.node != 0;
  }

  private pushNode(inputs: Inputs): void {
    const doc = this.doc;
    const node = this.node;
    const path = this.pathOf(inputs);
    const isMember = this.depth != 0 && doc.kind(doc.parent(node)) == JsonKind.Object;
    if (isMember) inputs.push(Address.RequestJwt, InputKind.Key, path, doc.keyAt(node), doc.keyLen(node));
    const kind = inputKind(doc.kind(node));
    const isOpen = kind == InputKind.Container;
    const at = isOpen ? <usize>0 : doc.textAt(node);
    inputs.push(Address.RequestJwt, kind, path, at, isOpen ? 0 : doc.textLen(node));
  }

  /** To the next node of the document; false behind the last. */
  private advance(): bool {
    const doc = this.doc;
    const child = inputKind(doc.kind(this.node)) == InputKind.Container ? doc.first(this.node) : 0;
    if (child != 0 && this.depth < DEPTH_LIMIT) {
      this.node = child;
      this.depth++;
      store<u32>(this.places + ((<usize>this.depth) << 2), 0);
      return true;
    }
    while (this.depth != 0) {
      const next = doc.next(this.node);
      if (next != 0) {
        this.node = next;
        const place = this.places + ((<usize>this.depth) << 2);
        store<u32>(place, load<u32>(place) + 1);
        return true;
      }
      this.node = doc.parent(this.node);
      this.depth--;
    }
    return false;
  }

  /** The path of the node, from the leaf up to the part's name. */
  private pathOf(inputs: Inputs): usize {
    const doc = this.doc;
    const name = this.part == Part.Header ? HEADER : PAYLOAD;
    const root = inputs.keyNode(0, name.at, name.len);
    let leaf: usize = 0;
    let below: usize = 0;
    let node = this.node;
    for (let depth = this.depth; depth != 0; depth--) {
      const parent = doc.parent(node);
      const made =
        doc.kind(parent) == JsonKind.Object
          ? inputs.keyNode(root, doc.keyAt(node), min(doc.keyLen(node), PATH_KEY_BYTES))
          : inputs.indexNode(root, <i32>load<u32>(this.places + ((<usize>depth) << 2)));
      if (made == 0) break;
      if (below != 0) changetype<KeyPath>(below).parent = made;
      else leaf = made;
      below = made;
      node = parent;
    }
    return leaf == 0 ? root : leaf;
  }

  private pushSignature(inputs: Inputs): void {
    const path = inputs.keyNode(0, SIGNATURE.at, SIGNATURE.len);
    const value: Text = this.payloadEnd + 1 < this.end ? TRUE : FALSE;
    const leaf = inputs.keyNode(path, AVAILABLE.at, AVAILABLE.len);
    inputs.push(Address.RequestJwt, InputKind.Boolean, leaf, value.at, value.len);
  }
}

function inputKind(kind: u32): u32 {
  switch (kind) {
    case JsonKind.String:
      return InputKind.String;
    case JsonKind.Number:
      return InputKind.Number;
    case JsonKind.True:
    case JsonKind.False:
      return InputKind.Boolean;
    case JsonKind.Null:
      return InputKind.Null;
  }
  return InputKind.Container;
}
