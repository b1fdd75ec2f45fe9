// A JSON document (RFC 8259) as a flat tape outside the garbage collector: rules and configuration are read
// from it. For configure time; the bodies of requests have their own, forgiving parser.
//
// ╒═ node, 36 bytes ══════════════════════════════════════════════════════╕
// │ kind │ parent │ next │ first child │ count │ key, keyLen │ text, textLen │
// ╘════════════════════════════════════════════════════════════════════════╛
// A node's id is its place + 1, so ids are stable and 0 is none. `key` and `text` are offsets into one block
// that holds all decoded bytes; it never grows while parsing, because decoding never lengthens. An array
// element keeps its index in `key`. While a container is open its `text` is its last child: no stack is needed.
//
// Duplicate names are found by one open-addressing table of (object, name) for the whole document.

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { JSON_DEPTH_LIMIT, JSON_NODE_LIMIT, JSON_SIZE_LIMIT, JsonError } from "./json-error";
import { JsonScan, skipJsonSpace } from "./json-lexis";
import { decimalToNumber } from "./json-number";

export enum JsonKind {
  None = 0,
  Null = 1,
  False = 2,
  True = 3,
  Number = 4,
  String = 5,
  Array = 6,
  Object = 7,
}

const NODE: u32 = 36;
const KIND: usize = 0;
const PARENT: usize = 4;
const NEXT: usize = 8;
const FIRST: usize = 12;
const COUNT: usize = 16;
const KEY: usize = 20;
const KEY_LEN: usize = 24;
const TEXT: usize = 28;
const TEXT_LEN: usize = 32;
const FIRST_NODES: u32 = 64;

@unmanaged
export class JsonDocument {
  /** Byte offset of what is wrong. */
  errorAt: u32 = 0;
  /** A JsonError. */
  error: u32 = JsonError.None;

  private nodes: usize = 0;
  private used: u32 = 0;
  private room: u32 = 0;
  private bytes: usize = 0;
  private written: u32 = 0;
  private names: usize = 0;
  private namesRoom: u32 = 0;
  private namesUsed: u32 = 0;
  private nameAt: u32 = 0;
  private nameLen: u32 = 0;

  /**
   * Reads the `len` bytes at `at`, which may be freed afterwards. False when they are no document (`error`,
   * `errorAt`); the document is then empty.
   */
  parse(at: usize, len: u32): bool {
    this.free();
    if (len > JSON_SIZE_LIMIT) {
      this.error = JsonError.TooBig;
      this.errorAt = JSON_SIZE_LIMIT;
      return false;
    }
    this.bytes = heap.alloc(max<u32>(len, 1));
    const scan = new JsonScan();
    const done = this.read(scan, at, at + len);
    const error = scan.error;
    const where = <u32>(scan.at - at);
    heap.free(changetype<usize>(scan));
    if (this.names != 0) heap.free(this.names);
    this.names = 0;
    if (done) return true;
    this.free();
    this.error = error;
    this.errorAt = where;
    return false;
  }

  /** The document's value; 0 when there is none. */
  root(): u32 {
    return this.used == 0 ? 0 : 1;
  }

  kind(node: u32): u32 {
    return this.field(node, KIND);
  }

  /** Members of an object, elements of an array. */
  count(node: u32): u32 {
    return this.field(node, COUNT);
  }

  /** First member or element, in the order of the document. */
  first(node: u32): u32 {
    return this.field(node, FIRST);
  }

  /** The member or element after `node`; 0 at the end. */
  next(node: u32): u32 {
    return this.field(node, NEXT);
  }

  parent(node: u32): u32 {
    return this.field(node, PARENT);
  }

  /** Decoded name of a member; elements and the root have none. */
  keyAt(node: u32): usize {
    return this.isMember(node) ? this.bytes + this.field(node, KEY) : this.bytes;
  }

  keyLen(node: u32): u32 {
    return this.field(node, KEY_LEN);
  }

  /** Decoded string, or the number as written. */
  textAt(node: u32): usize {
    return this.bytes + this.field(node, TEXT);
  }

  textLen(node: u32): u32 {
    return this.field(node, TEXT_LEN);
  }

  /** Nearest f64 of a number node (infinite when too large, as in JavaScript); NaN for other nodes. */
  number(node: u32): f64 {
    if (this.kind(node) != JsonKind.Number) return NaN;
    return decimalToNumber(this.textAt(node), this.textLen(node));
  }

  /** The member called `key`; 0 when there is none or `node` is no object. */
  get(node: u32, key: string): u32 {
    if (this.kind(node) != JsonKind.Object) return 0;
    let member = this.first(node);
    while (member != 0 && !this.keyIs(member, key)) member = this.next(member);
    return member;
  }

  /** True for a string node equal to `text`. */
  textIs(node: u32, text: string): bool {
    return this.kind(node) == JsonKind.String && bytesAre(this.textAt(node), this.textLen(node), text);
  }

  /** True for a member called `text`. */
  keyIs(node: u32, text: string): bool {
    return this.isMember(node) && bytesAre(this.keyAt(node), this.keyLen(node), text);
  }

  /** Where `node` is, as `rules[3].conditions[0].operator`; nothing for the root. */
  path(node: u32, out: ByteWriter): void {
    const steps = heap.alloc((JSON_DEPTH_LIMIT + 1) << 2);
    let count: u32 = 0;
    for (let n = node; this.parent(n) != 0 && count <= JSON_DEPTH_LIMIT; n = this.parent(n)) {
      store<u32>(steps + (count++ << 2), n);
    }
    for (let i = count; i > 0; i--) this.pathStep(load<u32>(steps + ((i - 1) << 2)), i == count, out);
    heap.free(steps);
  }

  /** Gives all memory back; the document is empty and can parse again. */
  free(): void {
    if (this.nodes != 0) heap.free(this.nodes);
    if (this.bytes != 0) heap.free(this.bytes);
    if (this.names != 0) heap.free(this.names);
    this.nodes = 0;
    this.bytes = 0;
    this.names = 0;
    this.used = 0;
    this.room = 0;
    this.written = 0;
    this.namesRoom = 0;
    this.namesUsed = 0;
    this.error = JsonError.None;
    this.errorAt = 0;
  }

  private nodeAt(node: u32): usize {
    return this.nodes + (node - 1) * NODE;
  }

  private field(node: u32, at: usize): u32 {
    return node - 1 < this.used ? load<u32>(this.nodeAt(node) + at) : 0;
  }

  private isMember(node: u32): bool {
    return this.kind(this.parent(node)) == JsonKind.Object;
  }

  private closer(node: u32): u32 {
    return this.kind(node) == JsonKind.Array ? 0x5d : 0x7d;
  }

  private pathStep(node: u32, isFirst: bool, out: ByteWriter): void {
    const at = this.keyAt(node);
    const len = this.keyLen(node);
    if (!this.isMember(node)) {
      out.byte(0x5b);
      out.decimal(this.field(node, KEY));
      out.byte(0x5d);
    } else if (isPlainName(at, len)) {
      if (!isFirst) out.byte(0x2e);
      out.bytes(at, len);
    } else {
      out.byte(0x5b);
      appendJsonString(out, at, len);
      out.byte(0x5d);
    }
  }

  /** The whole text: values one after another, `open` being the container the next one belongs to. */
  private read(scan: JsonScan, at: usize, end: usize): bool {
    let open: u32 = 0;
    let depth: u32 = 0;
    at = skipJsonSpace(at, end);
    if (at == end) return stop(scan, at, JsonError.Empty);
    while (true) {
      if (this.kind(open) == JsonKind.Object && !this.readName(scan, at, end, open)) return false;
      if (this.kind(open) == JsonKind.Object) at = scan.at;
      const node = this.readValue(scan, at, end, open);
      if (node == 0) return false;
      at = skipJsonSpace(scan.at, end);
      if (this.kind(node) >= <u32>JsonKind.Array) {
        if (depth == JSON_DEPTH_LIMIT) return stop(scan, scan.at - 1, JsonError.TooDeep);
        if (at == end || load<u8>(at) != this.closer(node)) {
          depth++;
          open = node;
          continue;
        }
        at++;
      }
      // After a value: a comma, or the ends of containers.
      while (true) {
        at = skipJsonSpace(at, end);
        if (open == 0) return at == end ? true : stop(scan, at, JsonError.TrailingBytes);
        if (at == end) return stop(scan, at, JsonError.UnexpectedEnd);
        const c = <u32>load<u8>(at++);
        if (c == 0x2c) break;
        if (c != this.closer(open)) return stop(scan, at - 1, JsonError.UnexpectedByte);
        store<u32>(this.nodeAt(open), 0, TEXT);
        open = this.parent(open);
        depth--;
      }
      at = skipJsonSpace(at, end);
    }
  }

  /** `"name" :` of the next member of `open`; leaves scan.at at the value. */
  private readName(scan: JsonScan, at: usize, end: usize, open: u32): bool {
    if (at == end) return stop(scan, at, JsonError.UnexpectedEnd);
    if (load<u8>(at) != 0x22) return stop(scan, at, JsonError.UnexpectedByte);
    if (!this.readString(scan, at + 1, end)) return false;
    if (!this.claimName(open)) return stop(scan, at, JsonError.DuplicateKey);
    at = skipJsonSpace(scan.at, end);
    if (at == end) return stop(scan, at, JsonError.UnexpectedEnd);
    if (load<u8>(at) != 0x3a) return stop(scan, at, JsonError.UnexpectedByte);
    scan.at = skipJsonSpace(at + 1, end);
    return true;
  }

  /** Adds the value at `at` to `open`, an array or object without its children; 0 on an error. */
  private readValue(scan: JsonScan, at: usize, end: usize, open: u32): u32 {
    scan.at = at;
    if (at == end) return fail(scan, at, JsonError.UnexpectedEnd);
    const c = <u32>load<u8>(at);
    const keyAt = this.nameAt;
    const keyLen = this.nameLen;
    let kind: u32 = JsonKind.Null;
    let textAt: u32 = 0;
    let textLen: u32 = 0;
    if (c == 0x22) {
      if (!this.readString(scan, at + 1, end)) return 0;
      kind = JsonKind.String;
      textAt = this.nameAt;
      textLen = this.nameLen;
    } else if (c == 0x7b || c == 0x5b) {
      kind = c == 0x7b ? JsonKind.Object : JsonKind.Array;
      scan.at = at + 1;
    } else if (c == 0x2d || c - 0x30 < 10) {
      if (!scan.number(at, end)) return 0;
      kind = JsonKind.Number;
      textAt = this.written;
      textLen = <u32>(scan.at - at);
      memory.copy(this.bytes + textAt, at, textLen);
      this.written += textLen;
    } else {
      kind = readWord(scan, at, end);
      if (kind == JsonKind.None) return 0;
    }
    const node = this.addNode(kind, open);
    if (node == 0) return fail(scan, at, JsonError.TooBig);
    const to = this.nodeAt(node);
    store<u32>(to, textAt, TEXT);
    store<u32>(to, textLen, TEXT_LEN);
    if (this.kind(open) == JsonKind.Object) {
      store<u32>(to, keyAt, KEY);
      store<u32>(to, keyLen, KEY_LEN);
    }
    return node;
  }

  /** Decodes a string into `bytes`; nameAt and nameLen tell where. */
  private readString(scan: JsonScan, at: usize, end: usize): bool {
    const to = this.bytes + this.written;
    if (!scan.string(at, end, to)) return false;
    this.nameAt = this.written;
    this.nameLen = <u32>(scan.to - to);
    this.written += this.nameLen;
    return true;
  }

  /** Appends a node to the children of `open`; 0 when there are too many. */
  private addNode(kind: u32, open: u32): u32 {
    if (this.used == this.room) {
      if (this.room >= JSON_NODE_LIMIT) return 0;
      this.room = this.room == 0 ? FIRST_NODES : this.room << 1;
      const size = this.room * NODE;
      this.nodes = this.nodes == 0 ? heap.alloc(size) : heap.realloc(this.nodes, size);
    }
    const node = ++this.used;
    const to = this.nodeAt(node);
    memory.fill(to, 0, NODE);
    store<u32>(to, kind, KIND);
    store<u32>(to, open, PARENT);
    if (open == 0) return node;
    const container = this.nodeAt(open);
    const last = load<u32>(container, TEXT);
    if (last == 0) store<u32>(container, node, FIRST);
    else store<u32>(this.nodeAt(last), node, NEXT);
    store<u32>(container, node, TEXT);
    const count = load<u32>(container, COUNT);
    store<u32>(to, count, KEY);
    store<u32>(container, count + 1, COUNT);
    return node;
  }

  /** Records the name just read as a member of `object`; false when it has one of that name. */
  private claimName(object: u32): bool {
    if (this.namesUsed << 1 >= this.namesRoom) this.growNames();
    const at = this.bytes + this.nameAt;
    const hash = hashName(object, at, this.nameLen);
    let slot = hash & (this.namesRoom - 1);
    while (true) {
      const entry = this.names + (slot << 4);
      const owner = load<u32>(entry);
      if (owner == 0) break;
      if (owner == object && load<u32>(entry, 4) == hash && load<u32>(entry, 12) == this.nameLen) {
        if (equalBytes(this.bytes + load<u32>(entry, 8), at, this.nameLen)) return false;
      }
      slot = (slot + 1) & (this.namesRoom - 1);
    }
    this.putName(slot, object, hash, this.nameAt, this.nameLen);
    this.namesUsed++;
    return true;
  }

  private putName(slot: u32, object: u32, hash: u32, at: u32, len: u32): void {
    const entry = this.names + (slot << 4);
    store<u32>(entry, object);
    store<u32>(entry, hash, 4);
    store<u32>(entry, at, 8);
    store<u32>(entry, len, 12);
  }

  private growNames(): void {
    const old = this.names;
    const oldRoom = this.namesRoom;
    this.namesRoom = oldRoom == 0 ? FIRST_NODES : oldRoom << 1;
    this.names = heap.alloc(this.namesRoom << 4);
    memory.fill(this.names, 0, this.namesRoom << 4);
    for (let i: u32 = 0; i < oldRoom; i++) {
      const entry = old + (i << 4);
      const object = load<u32>(entry);
      if (object == 0) continue;
      let slot = load<u32>(entry, 4) & (this.namesRoom - 1);
      while (load<u32>(this.names + (slot << 4)) != 0) slot = (slot + 1) & (this.namesRoom - 1);
      this.putName(slot, object, load<u32>(entry, 4), load<u32>(entry, 8), load<u32>(entry, 12));
    }
    if (old != 0) heap.free(old);
  }
}

function stop(scan: JsonScan, at: usize, error: u32): bool {
  scan.at = at;
  scan.error = error;
  return false;
}

function fail(scan: JsonScan, at: usize, error: u32): u32 {
  stop(scan, at, error);
  return 0;
}

/** `null`, `false` or `true` at `at`; None on an error. */
function readWord(scan: JsonScan, at: usize, end: usize): u32 {
  const c = <u32>load<u8>(at);
  const kind: u32 = c == 0x6e ? JsonKind.Null : c == 0x66 ? JsonKind.False : c == 0x74 ? JsonKind.True : 0;
  const word =
    kind == JsonKind.Null ? "null" : kind == JsonKind.False ? "false" : kind == JsonKind.True ? "true" : "";
  for (let i = 0; i < word.length; i++) {
    if (at + i == end) return fail(scan, end, JsonError.UnexpectedEnd);
    if (load<u8>(at + i) != <u8>word.charCodeAt(i)) return fail(scan, at + i, JsonError.UnexpectedByte);
  }
  if (kind == JsonKind.None) return fail(scan, at, JsonError.UnexpectedByte);
  scan.at = at + word.length;
  return kind;
}

/** FNV-1a over the name, mixed with the object's id. */
function hashName(object: u32, at: usize, len: u32): u32 {
  let hash: u32 = 0x811c9dc5 ^ (object * 0x9e3779b1);
  for (let i: u32 = 0; i < len; i++) hash = (hash ^ load<u8>(at + i)) * 0x01000193;
  return hash ^ (hash >> 15);
}

/** Compares UTF-8 bytes with a string constant. */
function bytesAre(at: usize, len: u32, text: string): bool {
  if (<u32>String.UTF8.byteLength(text) != len) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return String.UTF8.decodeUnsafe(at, len) == text;
    if (<u32>load<u8>(at + i) != <u32>unit) return false;
  }
  return true;
}

/** True for a name that a path shows without quotes. */
function isPlainName(at: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(at + i);
    const word = (c | 0x20) - 0x61 < 26 || c - 0x30 < 10 || c == 0x5f || c == 0x2d;
    if (!word) return false;
  }
  return len > 0;
}
