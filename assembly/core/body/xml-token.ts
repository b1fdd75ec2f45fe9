// One piece of XML markup on its way: gathered until its end, then pushed item by item. A piece longer than the window is
// pushed as it is written, in windows that overlap; only its name is read.

import { equalsFolded, isSpace, isWord } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { keepsAscii } from "../http/charset";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES, ValueBuffer } from "../inputs/value-buffer";
import { MarkupItem, endOfName, namesExternal, nextAttribute, nextEntity } from "./xml-markup";
import { XML_DEPTH_LIMIT, XmlPath } from "./xml-path";
import { decodeReferences, dereferenced } from "./xml-reference";

const LESS: u32 = 0x3c;
const GREATER: u32 = 0x3e;
const EQUALS: u32 = 0x3d;
const SLASH: u32 = 0x2f;
const QUOTE: u32 = 0x22;
const APOSTROPHE: u32 = 0x27;
/** Entries that a step of pushing needs. */
const STEP_ROOM: u32 = 2;
/** `<!--` and `-->`, as a window of the last bytes read. */
const COMMENT_OPEN: u32 = 0x3c212d2d;
const COMMENT_CLOSE: u32 = 0x2d2d3e;

const DOCTYPE = text("<!doctype");
const DOCTYPE_KEY = text("!DOCTYPE");
const DECLARATION = text("<?xml");
const ENCODING = text("encoding");

export enum XmlTokenKind {
  /** Comments, instructions, declarations. */
  Other,
  Open,
  Close,
}

const item = new MarkupItem();

@unmanaged
export class XmlToken {
  anomalies: u64 = 0;
  kind: XmlTokenKind = XmlTokenKind.Other;
  /** The end was read. */
  isComplete: bool = false;
  /** An end tag that belongs to no open element. */
  isMismatched: bool = false;
  /** In the chunk that is read: the first byte that has no place in markup, or 0. */
  oddAt: usize = 0;
  private address: u32 = 0;
  private bytes: ValueBuffer = new ValueBuffer();
  /** Windows of it were pushed. */
  private isSplit: bool = false;
  /** Offset where pushing goes on; 0 before it began. */
  private cursor: u32 = 0;
  // Where the reading of tags and of DOCTYPEs stands.
  private quote: u32 = 0;
  private afterEquals: bool = false;
  private inComment: bool = false;
  private inSubset: bool = false;
  private depth: u32 = 0;
  private tail: u32 = 0;

  start(address: u32): void {
    this.reset();
    this.address = address;
  }

  reset(): void {
    this.anomalies = 0;
    this.bytes.reset();
    this.begin();
  }

  free(): void {
    this.bytes.free();
    heap.free(changetype<usize>(this.bytes));
    heap.free(changetype<usize>(this));
  }

  /** A new piece that begins with `<`. */
  begin(): void {
    this.bytes.clear();
    this.bytes.bytes.byte(<u8>LESS);
    this.kind = XmlTokenKind.Other;
    this.isComplete = false;
    this.isMismatched = false;
    this.oddAt = 0;
    this.isSplit = false;
    this.cursor = 0;
    this.quote = 0;
    this.afterEquals = false;
    this.inComment = false;
    this.inSubset = false;
    this.depth = 0;
    this.tail = 0;
  }

  /** One of the first bytes. */
  byte(c: u32): void {
    const bytes = this.bytes.bytes;
    if (bytes.length == 1 && c != 0x21 && c != 0x3f) {
      this.kind = c == SLASH ? XmlTokenKind.Close : XmlTokenKind.Open;
    }
    bytes.byte(<u8>c);
  }

  /** Takes the last byte back. */
  drop(): void {
    this.bytes.bytes.length--;
  }

  get room(): u32 {
    return this.bytes.room();
  }

  get isFull(): bool {
    return this.bytes.room() == 0;
  }

  /** The bytes so far are `word`, in any case. */
  is(word: Text): bool {
    return this.bytes.bytes.length == word.len && this.begins(word);
  }

  /** The bytes so far begin `word`, in any case. */
  begins(word: Text): bool {
    const bytes = this.bytes.bytes;
    return bytes.length <= word.len && equalsFolded(bytes.at, bytes.length, word.at, bytes.length);
  }

  /** Reads a tag up to a `>` outside quotes; quotes open behind `=` only. Answers how far it came. */
  readTag(from: usize, end: usize): usize {
    let p = from;
    for (; p < end; p++) {
      if (this.quote != 0) {
        p = findByte(p, end, this.quote);
        if (p == end) break;
        this.quote = 0;
        this.afterEquals = false;
        continue;
      }
      const c = <u32>load<u8>(p);
      if (c == GREATER) {
        this.isComplete = true;
        this.bytes.append(from, <u32>(p + 1 - from));
        return p + 1;
      }
      if (c == EQUALS) this.afterEquals = true;
      else if ((c == QUOTE || c == APOSTROPHE) && this.afterEquals) this.quote = c;
      else if (!isSpace(c)) this.afterEquals = false;
      if (c == LESS && this.oddAt == 0) this.oddAt = p;
    }
    this.bytes.append(from, <u32>(p - from));
    return p;
  }

  /** Reads a comment up to `-->`, an instruction up to `?>`. */
  readUpTo(p: usize, end: usize, isComment: bool): usize {
    const bytes = this.bytes.bytes;
    while (p < end) {
      const stop = findByte(p, end, GREATER);
      const next = min(stop + 1, end);
      this.bytes.append(p, <u32>(next - p));
      p = next;
      if (stop == end) break;
      const last = bytes.at + bytes.length;
      if (isComment) {
        this.isComplete = bytes.length > 6 && load<u16>(last - 3) == 0x2d2d;
      } else {
        this.isComplete = bytes.length > 3 && load<u8>(last - 2) == 0x3f;
      }
      if (this.isComplete) break;
    }
    return p;
  }

  /** Reads a DOCTYPE up to its `>`: outside quotes, comments, and the brackets of the internal subset. */
  readDoctype(from: usize, end: usize): usize {
    let p = from;
    while (p < end && !this.isComplete) {
      const c = <u32>load<u8>(p++);
      this.tail = (this.tail << 8) | c;
      if (this.quote != 0) {
        if (c == this.quote) this.quote = 0;
      } else if (this.inComment) {
        if ((this.tail & 0xffffff) != COMMENT_CLOSE) continue;
        this.inComment = false;
        if (this.depth != 0) this.depth--;
      } else if (c == GREATER) {
        if (this.depth != 0) this.depth--;
        else this.isComplete = !this.inSubset;
      } else if (c == QUOTE || c == APOSTROPHE) {
        this.quote = c;
      } else if (c == LESS) {
        this.depth++;
      } else if (c == 0x5b || c == 0x5d) {
        this.inSubset = c == 0x5b;
      } else if (this.tail == COMMENT_OPEN) {
        this.inComment = true;
        // The dashes that open it do not close it.
        this.tail = 0;
      }
    }
    this.bytes.append(from, <u32>(p - from));
    return p;
  }

  /** The window is full: pushes it as it is written, and slides on. False when the inputs are full. */
  pushWindow(inputs: Inputs, path: XmlPath): bool {
    if (inputs.room() < STEP_ROOM) return false;
    this.anomalies |= Anomaly.ValueSplit;
    const bytes = this.bytes.bytes;
    if (!this.isSplit && this.kind == XmlTokenKind.Open) {
      const end = endOfName(bytes.at + 1, bytes.at + bytes.length);
      path.open(bytes.at + 1, <u32>(end - bytes.at - 1));
    }
    this.isSplit = true;
    this.pushWritten(inputs, path.node(inputs), this.bytes.copyTo(inputs));
    this.bytes.slide(0);
    return true;
  }

  /** The text ended inside it. False when the inputs are full. */
  pushRest(inputs: Inputs, path: XmlPath): bool {
    if (inputs.room() < STEP_ROOM) return false;
    this.pushWritten(inputs, path.node(inputs), this.bytes.copyTo(inputs));
    return true;
  }

  /** Pushes what the complete piece says. False when the inputs are full: drain them and call again. */
  push(inputs: Inputs, path: XmlPath): bool {
    if (inputs.room() < STEP_ROOM) return false;
    const at = this.bytes.copyTo(inputs);
    // Out of memory: after a drain there is room again.
    if (at == 0) return inputs.count == 0;
    const end = at + this.bytes.bytes.length;
    if (this.isSplit) {
      this.pushWritten(inputs, path.node(inputs), at);
      if (this.kind == XmlTokenKind.Open && load<u8>(end - 2) == SLASH) path.close(0, 0);
      return true;
    }
    if (this.kind == XmlTokenKind.Open) return this.pushTag(inputs, path, at, end - 1);
    if (this.kind == XmlTokenKind.Other) return this.pushOther(inputs, path, at, end);
    this.pushEndTag(inputs, path, at, end);
    return true;
  }

  /** An end tag that says more than that its element ends is pushed as it is written. */
  private pushEndTag(inputs: Inputs, path: XmlPath, at: usize, end: usize): void {
    const nameEnd = endOfName(at + 2, end);
    // Names deeper than the limit are not known.
    const isKnown = path.depth <= XML_DEPTH_LIMIT || isPlain(at + 2, nameEnd);
    this.isMismatched = !path.close(at + 2, <u32>(nameEnd - at - 2));
    let rest = nameEnd;
    while (isSpace(load<u8>(rest))) rest++;
    if (this.isMismatched || !isKnown || rest + 1 != end) this.pushWritten(inputs, path.node(inputs), at);
  }

  private pushTag(inputs: Inputs, path: XmlPath, at: usize, end: usize): bool {
    const nameEnd = endOfName(at + 1, end);
    const nameLen = <u32>(nameEnd - at - 1);
    const isEmpty = load<u8>(end - 1) == SLASH;
    if (this.cursor == 0) {
      path.open(at + 1, nameLen);
      inputs.push(this.address, InputKind.Key, path.node(inputs), at + 1, nameLen);
      if (nameEnd + (isEmpty ? 1 : 0) < end) this.pushWritten(inputs, path.node(inputs), at);
      this.cursor = nameLen + 1;
    }
    while (true) {
      if (inputs.room() < STEP_ROOM) return false;
      const next = nextAttribute(at + this.cursor, end, item);
      if (next == 0) break;
      this.cursor = <u32>(next - at);
      this.pushAttribute(inputs, path);
    }
    if (isEmpty) path.close(at + 1, nameLen);
    return true;
  }

  private pushAttribute(inputs: Inputs, path: XmlPath): void {
    const len = <u32>(item.nameEnd - item.name);
    const node = this.named(inputs, path.node(inputs), 0x40);
    inputs.push(this.address, InputKind.Key, node, item.name, len);
    if (item.value == item.valueEnd) return;
    decodeReferences(inputs, item.value, item.valueEnd);
    inputs.push(this.address, InputKind.String, node, dereferenced.at, dereferenced.len);
  }

  /** The path node of `item` with a byte before its name. */
  private named(inputs: Inputs, parent: usize, sigil: u32): usize {
    const len = min(<u32>(item.nameEnd - item.name), PATH_KEY_BYTES);
    const name = inputs.arena.alloc(len + 1);
    if (name == 0) return parent;
    store<u8>(name, <u8>sigil);
    memory.copy(name + 1, item.name, len);
    return inputs.keyNode(parent, name, len + 1);
  }

  private pushOther(inputs: Inputs, path: XmlPath, at: usize, end: usize): bool {
    if (this.cursor == 0) {
      this.cursor = 1;
      if (this.isNamed(DECLARATION) && isSpace(load<u8>(at, 5))) {
        this.readCharset(at, end);
        if (isPlain(at, end)) return true;
      }
      const isDoctype = this.isNamed(DOCTYPE);
      if (isDoctype && namesExternal(at, end)) this.anomalies |= Anomaly.XmlExternal;
      const node = isDoctype ? inputs.keyNode(0, DOCTYPE_KEY.at, DOCTYPE_KEY.len) : path.node(inputs);
      this.pushWritten(inputs, node, at);
    }
    // Entities stand in declarations only.
    if (load<u8>(at, 1) != 0x21 || load<u8>(at, 2) == 0x2d) return true;
    while (true) {
      if (inputs.room() < STEP_ROOM) return false;
      const next = nextEntity(at + this.cursor - 1, end - 1, item);
      if (next == 0) return true;
      this.cursor = <u32>(next - at) + 1;
      this.anomalies |= Anomaly.XmlEntity;
      if (item.value == item.valueEnd) continue;
      const node = this.named(inputs, 0, 0x26);
      decodeReferences(inputs, item.value, item.valueEnd);
      inputs.push(this.address, InputKind.String, node, dereferenced.at, dereferenced.len);
    }
  }

  private isNamed(word: Text): bool {
    const bytes = this.bytes.bytes;
    return bytes.length > word.len && equalsFolded(bytes.at, word.len, word.at, word.len);
  }

  /** The encoding that an XML declaration names. */
  private readCharset(at: usize, end: usize): void {
    let p = at + DECLARATION.len;
    while ((p = nextAttribute(p, end - 2, item)) != 0) {
      if (!equalsFolded(item.name, <u32>(item.nameEnd - item.name), ENCODING.at, ENCODING.len)) continue;
      if (!keepsAscii(item.value, item.valueEnd)) this.anomalies |= Anomaly.BodyCharset;
    }
  }

  /** Pushes the bytes as they are written; `copy` of them lives in the inputs' arena. */
  private pushWritten(inputs: Inputs, node: usize, copy: usize): void {
    inputs.push(this.address, InputKind.String, node, copy, copy == 0 ? 0 : this.bytes.bytes.length);
  }
}

/** Only what XML declarations are made of. */
function isPlain(at: usize, end: usize): bool {
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    const isMark = c == EQUALS || c == QUOTE || c == APOSTROPHE || c == 0x3f || c == LESS || c == GREATER;
    if (!isWord(c) && !isSpace(c) && !isMark && c != 0x2d && c != 0x2e && c != 0x3a) return false;
  }
  return true;
}
