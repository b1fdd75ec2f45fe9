// GraphQL documents (October 2021 §2), token by token: no tree is built, so limits cost nothing and nothing recurses.
// Arguments, their nested fields and default values are inputs at graphql.server.all_resolvers under field and argument.
//
//   { user: find(name: "x", filter: {age: 3}) { … } }     find.name = x      find.filter = 3 (a number)
//
// Each operation's type and name are inputs at graphql.server.operation; `{` alone is a query without a name.
//
// What a service may want to limit is noted as an anomaly: introspection, depth, aliases, operations in one request and
// fragments that spread themselves. Values are decoded in `held`; one longer than the window comes in windows.
//
// TEST: test/engine/graphql.test.ts.

import { Address } from "../address";
import { hexValue, isAlpha, isDigit, isWord } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Text, text } from "../bytes/text";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES, ValueBuffer } from "../inputs/value-buffer";
import { escapeByte } from "./json-scan";

/** Nested selections, aliases and operations above this are noted. */
const USUAL_COUNT: u32 = 10;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const TRUE = text("true");
const FALSE = text("false");
const NULL = text("null");
const ON = text("on");
const FRAGMENT = text("fragment");
const QUERY = text("query");
const MUTATION = text("mutation");
const SUBSCRIPTION = text("subscription");
const SCHEMA = text("__schema");
const TYPE = text("__type");
const OPERATION_TYPE = text("type");
const OPERATION_NAME = text("name");

/** Inside which token the last byte was. */
enum Token {
  None,
  Name,
  Number,
  Comment,
  /** Behind the first and the second quote: three open a block string. */
  Quote,
  QuoteQuote,
  String,
  Escape,
  Unicode,
  Block,
}

@unmanaged
export class GraphqlParser {
  anomalies: u64 = 0;
  private token: Token = Token.None;
  private held: ValueBuffer = new ValueBuffer();
  private field: ByteWriter = new ByteWriter();
  private argument: ByteWriter = new ByteWriter();
  /** The fragment that is being defined. */
  private fragment: ByteWriter = new ByteWriter();
  /** Open selections; open parentheses; lists and objects in them. */
  private depth: u32 = 0;
  private parens: u32 = 0;
  private nest: u32 = 0;
  private aliases: u32 = 0;
  private operations: u32 = 0;
  /** Dots in a row, then: a spread's name is expected. */
  private dots: u32 = 0;
  private isVariable: bool = false;
  /** Behind the colon of a variable's definition. */
  private isType: bool = false;
  /** The last name was `fragment` at the top. */
  private namesFragment: bool = false;
  /** The last name was `query` or the like at the top: the operation's own may follow. */
  private namesOperation: bool = false;
  /** A name in parentheses waits for what follows it: a `:` makes it an argument, anything else a value. */
  private hasWord: bool = false;
  private quotes: u32 = 0;
  /** Quotes to come that belong to an escape. */
  private escaped: u32 = 0;
  private digits: u32 = 0;
  private unit: u32 = 0;
  /** `\u{`. */
  private isBraced: bool = false;
  /** A document that was found in another format, waiting to be read. */
  private pending: ByteWriter = new ByteWriter();
  private done: u32 = 0;

  /** Takes a copy of a document that was found in another format; read() reads it. */
  take(at: usize, len: u32): void {
    this.begin();
    this.pending.bytes(at, len);
  }

  /** Reads the document taken. False when the inputs are full: drain them and call again. */
  read(inputs: Inputs): bool {
    const pending = this.pending;
    if (pending.length == 0) return true;
    this.done += this.feed(inputs, pending.at + this.done, pending.length - this.done);
    if (this.done != pending.length || !this.finish(inputs)) return false;
    this.begin();
    return true;
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    for (let p = at; p < end; p++) {
      // A byte is the end of one token and the beginning of another: at most two inputs come of it.
      if (inputs.room() < 2) return <u32>(p - at);
      this.byte(inputs, load<u8>(p));
    }
    return len;
  }

  /** The end of the document. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    if (inputs.room() < 2) return false;
    const token = this.token;
    if (token >= Token.Quote) {
      this.anomalies |= Anomaly.GraphqlMalformed;
      this.push(inputs, InputKind.String);
    } else if (token == Token.Name || token == Token.Number) {
      this.endToken(inputs);
    }
    if (this.hasWord) this.endWord(inputs);
    if (this.depth != 0 || this.parens != 0) this.anomalies |= Anomaly.GraphqlMalformed;
    this.begin();
    return true;
  }

  /** Forgets the request. */
  reset(): void {
    this.anomalies = 0;
    this.operations = 0;
    this.begin();
    this.held.reset();
  }

  free(): void {
    this.held.free();
    heap.free(changetype<usize>(this.held));
    this.field.free();
    heap.free(changetype<usize>(this.field));
    this.argument.free();
    heap.free(changetype<usize>(this.argument));
    this.fragment.free();
    heap.free(changetype<usize>(this.fragment));
    this.pending.free();
    heap.free(changetype<usize>(this.pending));
    heap.free(changetype<usize>(this));
  }

  /** A document begins. */
  private begin(): void {
    this.token = Token.None;
    this.held.clear();
    this.field.clear();
    this.argument.clear();
    this.fragment.clear();
    this.depth = 0;
    this.parens = 0;
    this.nest = 0;
    this.aliases = 0;
    this.dots = 0;
    this.isVariable = false;
    this.isType = false;
    this.namesFragment = false;
    this.namesOperation = false;
    this.hasWord = false;
    this.pending.clear();
    this.done = 0;
  }

  private byte(inputs: Inputs, c: u32): void {
    switch (<i32>this.token) {
      case Token.None:
        return this.open(inputs, c);
      case Token.Name:
      case Token.Number:
        if (isWord(c) || (this.token == Token.Number && (c == 0x2e || c == 0x2b || c == 0x2d))) {
          return this.keep(inputs, c);
        }
        this.endToken(inputs);
        return this.open(inputs, c);
      case Token.Comment:
        if (c == 0x0a || c == 0x0d) this.token = Token.None;
        return;
      case Token.Quote:
        this.token = c == QUOTE ? Token.QuoteQuote : Token.String;
        if (c != QUOTE) this.byteOfString(inputs, c);
        return;
      case Token.QuoteQuote:
        this.token = c == QUOTE ? Token.Block : Token.None;
        this.quotes = 0;
        this.escaped = 0;
        if (c != QUOTE) this.open(inputs, c);
        return;
      case Token.Block:
        return this.byteOfBlock(inputs, c);
      default:
        return this.byteOfString(inputs, c);
    }
  }

  /** A token begins, or a punctuator stands alone. */
  private open(inputs: Inputs, c: u32): void {
    // Bytes of a byte order mark are ignored wherever they stand (§2.1.1).
    if (c <= 0x20 || c == 0x2c || c == 0xef || c == 0xbb || c == 0xbf) return;
    if (c == 0x23) {
      this.token = Token.Comment;
      return;
    }
    if (this.hasWord && c != 0x3a) this.endWord(inputs);
    if (isDigit(c) || c == 0x2d) this.token = Token.Number;
    else if (isAlpha(c) || c == 0x5f) this.token = Token.Name;
    else if (c == QUOTE) this.token = Token.Quote;
    else return this.punctuator(inputs, c);
    if (c != QUOTE) this.keep(inputs, c);
  }

  private punctuator(inputs: Inputs, c: u32): void {
    if (c == 0x2e) {
      this.dots++;
      return;
    }
    this.dots = 0;
    this.namesOperation = false;
    if (c == 0x24) {
      this.isVariable = true;
    } else if (c == 0x28) {
      if (this.parens++ == 0) this.nest = 0;
    } else if (c == 0x29) {
      this.close(this.parens);
      if (this.parens != 0 && --this.parens == 0) this.argument.clear();
    } else if (c == 0x3a) {
      this.colon();
    } else if (c == 0x7b || c == 0x7d) {
      this.brace(inputs, c == 0x7b);
    } else if (c == 0x5b || c == 0x5d) {
      if (this.parens != 0) this.indent(c == 0x5b);
    } else if (c != 0x21 && c != 0x3d && c != 0x40 && c != 0x7c && c != 0x26) {
      this.anomalies |= Anomaly.GraphqlMalformed;
    }
  }

  private brace(inputs: Inputs, isOpen: bool): void {
    if (this.parens != 0) return this.indent(isOpen);
    if (isOpen) return this.openSelection(inputs);
    this.close(this.depth);
    if (this.depth == 0 || --this.depth != 0) return;
    this.field.clear();
    this.fragment.clear();
  }

  /** A list or object in parentheses opens or closes. */
  private indent(isOpen: bool): void {
    if (isOpen) this.nest++;
    else if (this.nest != 0) this.nest--;
  }

  private close(open: u32): void {
    if (open == 0) this.anomalies |= Anomaly.GraphqlMalformed;
  }

  private openSelection(inputs: Inputs): void {
    // `{` alone is a query.
    if (this.depth == 0 && this.field.length == 0 && this.fragment.length == 0) {
      this.beginOperation(inputs, QUERY.at, QUERY.len);
    }
    if (++this.depth > USUAL_COUNT) this.anomalies |= Anomaly.GraphqlDepth;
    this.field.clear();
  }

  private beginOperation(inputs: Inputs, type: usize, len: u32): void {
    this.pushOperation(inputs, OPERATION_TYPE, type, len);
    if (++this.operations > USUAL_COUNT) this.anomalies |= Anomaly.GraphqlBatch;
  }

  private colon(): void {
    if (this.parens == 0) {
      if (this.depth != 0 && ++this.aliases > USUAL_COUNT) this.anomalies |= Anomaly.GraphqlAliases;
      return;
    }
    if (this.hasWord) this.nameArgument();
    // What follows a variable's name is its type.
    this.isType = !this.hasWord && this.nest == 0;
    this.hasWord = false;
    this.held.clear();
  }

  /** The held name is that of an argument or variable; in an object it is a field's. */
  private nameArgument(): void {
    if (this.nest != 0) return;
    this.argument.clear();
    this.argument.bytes(this.held.bytes.at, min(this.held.bytes.length, PATH_KEY_BYTES));
  }

  private endToken(inputs: Inputs): void {
    const isName = this.token == Token.Name;
    this.token = Token.None;
    if (this.parens != 0) {
      if (!isName) return this.push(inputs, InputKind.Number);
      // Names of variables and types are no values.
      this.hasWord = !this.isVariable && !this.isType;
      if (this.isVariable) this.nameArgument();
      if (!this.hasWord) this.held.clear();
      this.isVariable = false;
      this.isType = false;
      return;
    }
    if (isName) this.endName(inputs);
    this.held.clear();
  }

  /** A name in parentheses that no `:` follows. */
  private endWord(inputs: Inputs): void {
    this.hasWord = false;
    const isBoolean = this.isName(TRUE) || this.isName(FALSE);
    this.push(inputs, isBoolean ? InputKind.Boolean : this.isName(NULL) ? InputKind.Null : InputKind.String);
  }

  /** A name outside parentheses: of a field, an operation, a fragment, a spread. */
  private endName(inputs: Inputs): void {
    const held = this.held.bytes;
    if (this.dots != 0) {
      this.dots = 0;
      const own = this.fragment;
      if (own.length != 0 && own.length == held.length && memory.compare(own.at, held.at, own.length) == 0) {
        this.anomalies |= Anomaly.GraphqlCircular;
      }
      if (!this.isName(ON)) return;
    }
    if (this.isName(SCHEMA) || this.isName(TYPE)) this.anomalies |= Anomaly.GraphqlIntrospection;
    if (this.depth == 0) {
      if (this.namesFragment) {
        this.fragment.clear();
        this.fragment.bytes(held.at, min(held.length, PATH_KEY_BYTES));
      } else if (this.isName(QUERY) || this.isName(MUTATION) || this.isName(SUBSCRIPTION)) {
        this.fragment.clear();
        this.beginOperation(inputs, held.at, held.length);
        this.namesOperation = true;
      } else if (this.namesOperation) {
        this.namesOperation = false;
        this.pushOperation(inputs, OPERATION_NAME, held.at, held.length);
      }
      this.namesFragment = this.isName(FRAGMENT);
    }
    this.field.clear();
    this.field.bytes(held.at, min(held.length, PATH_KEY_BYTES));
  }

  private isName(name: Text): bool {
    const held = this.held.bytes;
    return held.length == name.len && memory.compare(held.at, name.at, name.len) == 0;
  }

  private byteOfString(inputs: Inputs, c: u32): void {
    if (this.token == Token.Unicode) return this.byteOfUnicode(inputs, c);
    if (this.token == Token.Escape) {
      this.token = Token.String;
      if (c == 0x75) {
        this.token = Token.Unicode;
        this.digits = 0;
        this.unit = 0;
        this.isBraced = false;
        return;
      }
      const value = escapeByte(c);
      if (value == 0) {
        this.anomalies |= Anomaly.GraphqlMalformed;
        this.keep(inputs, BACKSLASH);
      }
      return this.keep(inputs, value == 0 ? c : value);
    }
    if (c == BACKSLASH) this.token = Token.Escape;
    else if (c == QUOTE) this.endString(inputs);
    else this.keep(inputs, c);
  }

  private endString(inputs: Inputs): void {
    this.token = Token.None;
    this.push(inputs, InputKind.String);
  }

  /** `\u0041` or `\u{41}`. */
  private byteOfUnicode(inputs: Inputs, c: u32): void {
    const digit = hexValue(c);
    if (digit >= 0 && this.digits < 8) {
      this.unit = (this.unit << 4) | (<u32>digit);
      this.digits++;
      if (!this.isBraced && this.digits == 4) this.endUnicode();
      return;
    }
    if (c == 0x7b && this.digits == 0 && !this.isBraced) {
      this.isBraced = true;
      return;
    }
    const isClosed = this.isBraced && c == 0x7d && this.digits != 0;
    if (!isClosed) this.anomalies |= Anomaly.GraphqlMalformed;
    if (this.digits != 0) this.endUnicode();
    this.token = Token.String;
    if (isClosed) return;
    if (c == QUOTE) this.endString(inputs);
    else this.keep(inputs, c);
  }

  private endUnicode(): void {
    this.held.codeUnit(this.unit > 0x10ffff ? 0xfffd : this.unit);
    this.token = Token.String;
  }

  /** Up to three quotes; a backslash before three takes all of them along (§2.9.4). */
  private byteOfBlock(inputs: Inputs, c: u32): void {
    this.keep(inputs, c);
    const bytes = this.held.bytes;
    if (c != QUOTE) {
      this.quotes = 0;
      this.escaped = 0;
      return;
    }
    if (this.escaped != 0) {
      this.escaped--;
      return;
    }
    const isEscaped =
      this.quotes == 0 && bytes.length > 1 && load<u8>(bytes.at + (bytes.length - 2)) == BACKSLASH;
    if (isEscaped) {
      this.escaped = 2;
      return;
    }
    if (++this.quotes < 3) return;
    bytes.length -= 3;
    this.endString(inputs);
  }

  private keep(inputs: Inputs, c: u32): void {
    if (this.held.room() < 8) {
      this.anomalies |= Anomaly.ValueSplit;
      this.pushHeld(inputs, InputKind.String);
      this.held.slide(0);
    }
    this.held.bytes.byte(<u8>c);
  }

  private push(inputs: Inputs, kind: InputKind): void {
    this.pushHeld(inputs, kind);
    this.held.clear();
  }

  private pushHeld(inputs: Inputs, kind: InputKind): void {
    const copy = this.held.copyTo(inputs);
    let path = this.node(inputs, 0, this.field);
    if (this.parens != 0) path = this.node(inputs, path, this.argument);
    inputs.push(Address.GraphqlResolvers, kind, path, copy, copy == 0 ? 0 : this.held.bytes.length);
  }

  private pushOperation(inputs: Inputs, key: Text, at: usize, len: u32): void {
    const copy = inputs.arena.copy(at, len);
    const path = inputs.keyNode(0, key.at, key.len);
    inputs.push(Address.GraphqlOperation, InputKind.String, path, copy, copy == 0 ? 0 : len);
  }

  private node(inputs: Inputs, parent: usize, name: ByteWriter): usize {
    if (name.length == 0) return parent;
    const copy = inputs.arena.copy(name.at, name.length);
    return copy == 0 ? parent : inputs.keyNode(parent, copy, name.length);
  }
}
