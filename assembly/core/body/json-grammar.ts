// The grammar of JSON, one token at a time: what each token is by its place (key, value, element), and what is
// odd about that place. It pushes the values; the parser reads the tokens.

import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { JSON_DEPTH_LIMIT, JsonPath } from "./json-path";

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

export const NOT_MALFORMED: u32 = 0xffffffff;

@unmanaged
export class JsonGrammar {
  anomalies: u32 = 0;
  /** Offset in the chunk of the first byte that no reader of JSON accepts. */
  malformedAt: u32 = NOT_MALFORMED;
  path: JsonPath = new JsonPath();
  private address: u32 = 0;
  private expect: Expect = Expect.Value;
  /** A window of the string was pushed already. */
  private split: bool = false;
  private chunk: usize = 0;

  /** A chunk begins at `chunk`. */
  enter(inputs: Inputs, chunk: usize): void {
    this.chunk = chunk;
    this.malformedAt = NOT_MALFORMED;
    this.path.enter(inputs);
  }

  /** Nothing is open: the text may end here. */
  isComplete(): bool {
    return this.path.depth == 0 && this.expect == Expect.Comma;
  }

  reset(address: u32): void {
    this.address = address;
    this.anomalies = 0;
    this.malformedAt = NOT_MALFORMED;
    this.expect = Expect.Value;
    this.split = false;
    this.path.reset();
  }

  free(): void {
    this.path.free();
    heap.free(changetype<usize>(this));
  }

  /** Notes what no reader of JSON accepts. */
  malformed(anomaly: u32, p: usize): void {
    this.anomalies |= anomaly | Anomaly.BodyMalformed;
    if (this.malformedAt == NOT_MALFORMED) this.malformedAt = <u32>(p - this.chunk);
  }

  comma(p: usize): void {
    if (this.expect != Expect.Comma || this.path.depth == 0) {
      const isKeyless = this.expect == Expect.Colon || this.expect == Expect.Value;
      if (isKeyless || this.path.depth == 0) this.malformed(Anomaly.JsonStructure, p);
      else this.anomalies |= Anomaly.JsonTrailingComma;
      if (this.path.depth == 0) return;
    }
    if (this.path.inObject) {
      this.path.closeMember();
      this.expect = Expect.NextKey;
    } else {
      this.path.nextElement();
      this.expect = Expect.NextElement;
    }
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
      if (expect != Expect.Colon) this.path.closeMember();
      return;
    }
    if (this.path.depth == 0) {
      this.anomalies |= Anomaly.JsonManyDocuments;
      return;
    }
    this.anomalies |= Anomaly.JsonMissingComma;
    if (this.path.inObject) this.path.closeMember();
    else this.path.nextElement();
  }

  open(inputs: Inputs, isObject: bool, p: usize): void {
    this.beginValue(p);
    const node = this.path.valueNode(inputs);
    inputs.push(this.address, InputKind.Container, node, 0, 0);
    this.path.open(isObject, node);
    if (this.path.depth > JSON_DEPTH_LIMIT) this.anomalies |= Anomaly.JsonDepth;
    this.expect = isObject ? Expect.FirstKey : Expect.FirstElement;
  }

  close(isObject: bool, p: usize): void {
    const expect = this.expect;
    if (this.path.depth == 0) return this.malformed(Anomaly.JsonBracket, p);
    if (isObject != this.path.inObject) this.malformed(Anomaly.JsonBracket, p);
    if (expect == Expect.NextKey || expect == Expect.NextElement) this.anomalies |= Anomaly.JsonTrailingComma;
    else if (expect == Expect.Colon || expect == Expect.Value) this.malformed(Anomaly.JsonStructure, p);
    this.path.close();
    this.path.closeMember();
    this.expect = Expect.Comma;
  }

  /** True when a string here is a key: at a key's place, or where a comma is missing before one. */
  isKeyPlace(): bool {
    const expect = this.expect;
    if (expect == Expect.FirstKey || expect == Expect.NextKey) return true;
    return expect == Expect.Comma && this.path.inObject;
  }

  /** Pushes a string that ends at `p`, or a window of it, as key or value by its place. */
  pushString(inputs: Inputs, at: usize, len: u32, isLast: bool, p: usize): void {
    if (at == 0) len = 0;
    const isKey = this.isKeyPlace();
    if (!this.split) {
      if (!isKey) this.beginValue(p);
      else if (this.expect == Expect.Comma) this.anomalies |= Anomaly.JsonMissingComma;
    }
    const node = isKey && !this.split ? this.path.openMember(inputs, at, len) : this.path.valueNode(inputs);
    inputs.push(this.address, isKey ? InputKind.Key : InputKind.String, node, at, len);
    this.split = !isLast;
    if (isLast) this.expect = isKey ? Expect.Colon : Expect.Comma;
    else if (isKey) this.expect = Expect.NextKey;
  }

  /** Pushes a number or literal that ends at `p`. */
  pushScalar(inputs: Inputs, kind: InputKind, at: usize, len: u32, p: usize): void {
    this.beginValue(p);
    inputs.push(this.address, kind, this.path.valueNode(inputs), at, len);
    this.expect = Expect.Comma;
  }
}
