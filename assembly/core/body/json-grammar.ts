// The grammar of JSON, one token at a time: what each token is by its place (key, value, element), and what is
// odd about that place. It pushes the values; the parser reads the tokens.

import { Address } from "../address";
import { text } from "../bytes/text";
import { JsonSequence } from "../http/content-type";
import { Anomaly } from "../inputs/anomaly";
import { nameHash, nameLength } from "../inputs/clean-names";
import { InputKind, Inputs } from "../inputs/inputs";
import { INDEX_NAME, Sieve } from "../inputs/sieve";
import { looksLikeDocument } from "./graphql-sniff";
import { JSON_DEPTH_LIMIT, JsonPath, NO_NODE } from "./json-path";

/** What the grammar expects next. */
enum Expect {
  /** The first value of a document, or the one behind a colon. */
  Value,
  FirstElement,
  NextElement,
  FirstKey,
  NextKey,
  Colon,
  /** A comma or the end of the container (or, at the root, of the document). */
  Comma,
}

/** Containers around a member `query` that may hold a GraphQL document: a request, a batch, an envelope of either. */
const DOCUMENT_DEPTH: u32 = 3;
const QUERY = text("query");

export const NOT_MALFORMED: u32 = 0xffffffff;

@unmanaged
export class JsonGrammar extends JsonPath {
  anomalies: u64 = 0;
  /** Offset in the chunk of the first byte that no reader of JSON accepts. */
  malformedAt: u32 = NOT_MALFORMED;
  /** The GraphQL document that was just pushed; 0 long when the last string was none. */
  documentAt: usize = 0;
  documentLen: u32 = 0;
  private address: u32 = 0;
  private sequence: JsonSequence = JsonSequence.None;
  private expect: Expect = Expect.Value;
  /** A window of the string was pushed already. */
  private split: bool = false;
  private chunk: usize = 0;
  private sieve: Sieve | null = null;
  /** What is below the member of the document that is open may be asked for by its path. */
  private isAsked: bool = true;
  private wantsScalars: bool = true;

  /** A chunk begins at `chunk`. */
  enter(inputs: Inputs, chunk: usize): void {
    this.chunk = chunk;
    let sieve = inputs.sieve;
    if (sieve !== null && sieve.address != this.address) sieve = null;
    this.sieve = sieve;
    this.wantsScalars = sieve === null || sieve.wantsScalars;
    this.malformedAt = NOT_MALFORMED;
    this.documentLen = 0;
    this.enterPath(inputs);
  }

  /** Nothing is open: the text may end here. */
  isComplete(): bool {
    return this.depth == 0 && (this.expect == Expect.Comma || this.sequence != JsonSequence.None);
  }

  /** A text of a sequence may end here: what is open is closed, and the next text begins. */
  separate(): void {
    if (this.depth != 0) this.anomalies |= Anomaly.JsonTruncated;
    const hasDuplicate = this.hasDuplicate;
    this.resetPath();
    this.hasDuplicate = hasDuplicate;
    this.expect = Expect.Value;
    this.split = false;
  }

  reset(address: u32, sequence: JsonSequence): void {
    this.address = address;
    this.sequence = sequence;
    this.anomalies = 0;
    this.malformedAt = NOT_MALFORMED;
    this.expect = Expect.Value;
    this.split = false;
    this.isAsked = true;
    this.resetPath();
  }

  free(): void {
    this.freePath();
    heap.free(changetype<usize>(this));
  }

  /** Notes what no reader of JSON accepts. */
  malformed(anomaly: u64, p: usize): void {
    this.anomalies |= anomaly | Anomaly.BodyMalformed;
    if (this.malformedAt == NOT_MALFORMED) this.malformedAt = <u32>(p - this.chunk);
  }

  comma(p: usize): void {
    if (this.expect != Expect.Comma || this.depth == 0) {
      const isKeyless = this.expect == Expect.Colon || this.expect == Expect.Value;
      if (isKeyless || this.depth == 0) this.malformed(Anomaly.JsonStructure, p);
      else this.anomalies |= Anomaly.JsonTrailingComma;
      if (this.depth == 0) return;
    }
    if (this.inObject) {
      this.closeMember();
      this.expect = Expect.NextKey;
    } else {
      this.nextElement();
      this.expect = Expect.NextElement;
    }
  }

  /** A colon that comes where one has to; false, and nothing read, where it has not. */
  endKey(): bool {
    if (this.expect != Expect.Colon) return false;
    this.expect = Expect.Value;
    return true;
  }

  /** A value may come here. */
  takesValue(): bool {
    return this.expect <= Expect.NextElement;
  }

  colon(p: usize): void {
    if (this.expect == Expect.Colon) this.expect = Expect.Value;
    else this.malformed(Anomaly.JsonStructure, p);
  }

  /** A value begins: sees to the commas and colons that should have been before it. */
  private beginValue(p: usize): void {
    const expect = this.expect;
    if (expect <= Expect.NextElement) return;
    if (expect != Expect.Comma) {
      // A container or a scalar in the place of a key, or a key without colon.
      this.malformed(Anomaly.JsonStructure, p);
      if (expect != Expect.Colon) this.closeMember();
      return;
    }
    if (this.depth == 0) {
      if (this.sequence == JsonSequence.None) this.anomalies |= Anomaly.JsonManyDocuments;
      return;
    }
    this.anomalies |= Anomaly.JsonMissingComma;
    if (this.inObject) this.closeMember();
    else this.nextElement();
  }

  open(inputs: Inputs, isObject: bool, p: usize): void {
    this.beginValue(p);
    let node = NO_NODE;
    if (this.wantsScalars) {
      node = this.valueNode(inputs);
      inputs.push(this.address, InputKind.Container, node, 0, 0);
    }
    if (this.depth == 0) {
      const sieve = this.sieve;
      this.isAsked = sieve === null || (sieve.names & INDEX_NAME) != 0;
    }
    this.openContainer(isObject, node);
    if (this.depth > JSON_DEPTH_LIMIT) this.anomalies |= Anomaly.JsonDepth;
    this.expect = isObject ? Expect.FirstKey : Expect.FirstElement;
  }

  close(isObject: bool, p: usize): void {
    const expect = this.expect;
    if (this.depth == 0) return this.malformed(Anomaly.JsonBracket, p);
    if (isObject != this.inObject) this.malformed(Anomaly.JsonBracket, p);
    if (expect == Expect.NextKey || expect == Expect.NextElement) this.anomalies |= Anomaly.JsonTrailingComma;
    else if (expect == Expect.Colon || expect == Expect.Value) this.malformed(Anomaly.JsonStructure, p);
    this.closeContainer();
    this.closeMember();
    this.expect = Expect.Comma;
  }

  /** True when a string here is a key: at a key's place, or where a comma is missing before one. */
  isKeyPlace(): bool {
    const expect = this.expect;
    if (expect == Expect.FirstKey || expect == Expect.NextKey) return true;
    return expect == Expect.Comma && this.inObject;
  }

  /** A GraphQL document in a request. */
  private findDocument(at: usize, len: u32): void {
    if (!this.isMember(QUERY) || this.address != Address.RequestBody) return;
    if (!looksLikeDocument(at, at + len)) return;
    this.documentAt = at;
    this.documentLen = len;
  }

  /** Pushes a string that ends at `p`, or a window of it, as key or value by its place. */
  pushString(inputs: Inputs, at: usize, len: u32, isLast: bool, p: usize): void {
    if (at == 0) len = 0;
    const expect = this.expect;
    if (!this.split && isLast && expect < Expect.Colon) {
      this.pushWellFormed(inputs, at, len);
      return;
    }
    const isKey = this.isKeyPlace();
    if (!this.split) {
      if (!isKey) this.beginValue(p);
      else if (this.expect == Expect.Comma) this.anomalies |= Anomaly.JsonMissingComma;
    }
    if (isKey && !this.split) this.openMember(at, len);
    // What comes where it should not is listed with all that follows below the same member.
    this.isAsked = true;
    const node = this.valueNode(inputs);
    inputs.push(this.address, isKey ? InputKind.Key : InputKind.String, node, at, len);
    this.split = !isLast;
    if (isLast) this.expect = isKey ? Expect.Colon : Expect.Comma;
    else if (isKey) this.expect = Expect.NextKey;
  }

  /** Pushes a number or literal that ends at `p`. */
  pushScalar(inputs: Inputs, kind: InputKind, at: usize, len: u32, p: usize): void {
    this.beginValue(p);
    if (this.wantsScalars) inputs.push(this.address, kind, this.valueNode(inputs), at, len);
    this.expect = Expect.Comma;
  }

  /** A whole string that is a key or a value where one has to be. */
  private pushWellFormed(inputs: Inputs, at: usize, len: u32): void {
    const isKey = this.expect >= Expect.FirstKey;
    if (isKey) this.openMember(at, len);
    else if (this.depth - 1 < DOCUMENT_DEPTH && this.inObject) this.findDocument(at, len);
    if (!this.passes(at, len, isKey)) {
      const kind = isKey ? InputKind.Key : InputKind.String;
      inputs.push(this.address, kind, this.valueNode(inputs), at, len);
    }
    this.expect = isKey ? Expect.Colon : Expect.Comma;
  }

  /**
   * Takes the name at `at`, behind the quote, when it is the one that followed the last one before, and nothing need be known of it but
   * its end: the bytes up to and with its closing quote; else 0. Sixteen bytes are readable there.
   */
  takeFollowing(at: usize): u32 {
    const sieve = this.sieve;
    if (<u32>this.expect - Expect.FirstKey > 1 || sieve === null || this.isAsked || this.split) return 0;
    if (this.depth - 2 > JSON_DEPTH_LIMIT - 2) return 0;
    const slot = sieve.followingName(at);
    if (slot == 0) return 0;
    const len = nameLength(slot);
    this.openHashed(at, len, nameHash(slot));
    this.expect = Expect.Colon;
    return len + 1;
  }

  /**
   * The string need not be listed. The names of the document's own members always are: they are told of by themselves
   * (inputs/body-keys.ts), and say whether rules ask for what is below them.
   */
  private passes(at: usize, len: u32, isKey: bool): bool {
    const sieve = this.sieve;
    if (sieve === null) return false;
    if (isKey && this.depth == 1) {
      this.isAsked = sieve.asksFor(at, len);
      return false;
    }
    return !this.isAsked && sieve.passes(at, len, isKey);
  }
}
