// One part of a multipart body: its header lines, and where its content goes.
//
//   Content-Disposition: form-data; name="a"                → key and value at server.request.body, path `a`
//   Content-Disposition: form-data; name="a"; filename="f"  → server.request.body.filenames and .files_content, path `a`;
//                                                             in a response server.response.body
//
// Where readers would disagree whether a part is a file, its content is pushed at both addresses. A transfer encoding,
// which most servers ignore, is undone beside the content as it is. Other header fields are inputs too. What a file
// begins like is compared with what its name and media type say, and is an input at server.request.body.files_type.

import { Address } from "../address";
import { equalsFolded, isWord } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { keepsAscii } from "../http/charset";
import { decoded, decodePercent } from "../http/percent";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES, ValueBuffer } from "../inputs/value-buffer";
import { FileType, claimOfMedia, claimOfName, contradicts, fileTypeName, fileTypeOf } from "./file-type";
import { HeaderParameters } from "./header-parameters";
import { TransferDecoder, TransferEncoding } from "./transfer-decoder";

/** Longest header line that is read; the rest of a longer one is left to the text parser. */
export const LINE_LIMIT: u32 = 8192;
/** Entries that a step of pushing needs. */
const STEP_ROOM: u32 = 3;
const COLON: u32 = 0x3a;
const APOSTROPHE: u32 = 0x27;
const BACKSLASH: u32 = 0x5c;

const DISPOSITION = text("content-disposition");
const CONTENT_TYPE = text("content-type");
const TRANSFER_ENCODING = text("content-transfer-encoding");
const FORM_DATA = text("form-data");
const NAME = text("name");
const EXTENDED_NAME = text("name*");
const FILENAME = text("filename");
const EXTENDED_FILENAME = text("filename*");
const CHARSET = text("charset");
const BASE64 = text("base64");
const QUOTED_PRINTABLE = text("quoted-printable");

const parameters = new HeaderParameters();

@unmanaged
export class MultipartPart {
  anomalies: u64 = 0;
  /** The header line begun, folded lines joined. */
  line: ByteWriter = new ByteWriter();
  private address: u32 = 0;
  private name: ByteWriter = new ByteWriter();
  private hasName: bool = false;
  private isPart: bool = false;
  private isFile: bool = false;
  /** Not every reader takes it for a file, or none for a field. */
  private isAmbiguous: bool = false;
  private dispositions: u32 = 0;
  /** What the last file name and media type say that it is. */
  private claimedByName: FileType = FileType.None;
  private claimedByMedia: FileType = FileType.None;
  /** The beginning of its content was looked at. */
  private isTyped: bool = false;
  /** Offset in `line` where pushing goes on; 0 before it began. */
  private cursor: u32 = 0;
  private held: ValueBuffer = new ValueBuffer();
  private decoder: TransferDecoder = new TransferDecoder();
  private plain: ValueBuffer = new ValueBuffer();

  start(address: u32): void {
    this.reset();
    this.address = address;
  }

  reset(): void {
    this.anomalies = 0;
    this.line.clear();
    this.held.reset();
    this.plain.reset();
    this.begin(false);
  }

  free(): void {
    this.line.free();
    heap.free(changetype<usize>(this.line));
    this.name.free();
    heap.free(changetype<usize>(this.name));
    this.held.free();
    heap.free(changetype<usize>(this.held));
    this.plain.free();
    heap.free(changetype<usize>(this.plain));
    heap.free(changetype<usize>(this.decoder));
    heap.free(changetype<usize>(this));
  }

  /** A part begins, or text between the parts. */
  begin(isPart: bool): void {
    this.isPart = isPart;
    this.name.clear();
    this.hasName = false;
    this.isFile = false;
    this.isAmbiguous = false;
    this.dispositions = 0;
    this.claimedByName = FileType.None;
    this.claimedByMedia = FileType.None;
    this.isTyped = false;
    this.cursor = 0;
    this.decoder.start(TransferEncoding.Identity);
  }

  /** Pushes what the line says. False when the inputs are full: drain them and call again. */
  pushLine(inputs: Inputs): bool {
    const at = this.line.at;
    const end = at + this.line.length;
    const colon = findByte(at, end, COLON);
    if (inputs.room() < STEP_ROOM) return false;
    if (colon == end) {
      this.anomalies |= Anomaly.MultipartHeader;
      this.pushCopy(inputs, this.address, 0, at, end);
      return true;
    }
    const nameEnd = trimBlanks(at, colon);
    const value = skipBlanks(colon + 1, end);
    if (is(at, nameEnd, DISPOSITION)) return this.pushDisposition(inputs, value, end);
    if (is(at, nameEnd, TRANSFER_ENCODING)) {
      this.readEncoding(value, trimBlanks(value, end));
      if (!isPlain(value, end)) this.pushField(inputs, at, nameEnd, value, end);
    } else if (is(at, nameEnd, CONTENT_TYPE)) {
      this.claimedByMedia = claimOfMedia(value, end);
      this.readCharset(value, end);
      if (!isPlain(value, end)) this.pushField(inputs, at, nameEnd, value, end);
    } else {
      this.pushField(inputs, at, nameEnd, value, end);
    }
    return true;
  }

  /** The header is read: says what is odd about it. */
  endHeader(): void {
    if (this.dispositions != 1 || !this.hasName) this.anomalies |= Anomaly.MultipartDisposition;
    if (this.dispositions != 1) this.isAmbiguous = true;
  }

  /** Takes content; answers how many bytes before the inputs were full. */
  content(inputs: Inputs, at: usize, len: u32): u32 {
    let done: u32 = 0;
    while (done < len) {
      const room = this.held.room();
      if (room == 0) {
        if (!this.makeRoom(inputs)) return done;
        this.anomalies |= Anomaly.ValueSplit;
        this.pushContent(inputs);
        this.held.slide(0);
        if (this.plain.bytes.length != 0) this.plain.slide(0);
        continue;
      }
      const take = min(room, len - done);
      this.held.append(at + done, take);
      if (this.decoder.encoding != TransferEncoding.Identity) {
        this.decoder.decode(at + done, take, this.plain.bytes);
      }
      done += take;
    }
    return done;
  }

  /** The content is complete. False when the inputs are full: drain them and call again. */
  endContent(inputs: Inputs): bool {
    if (this.held.bytes.length != 0) {
      if (!this.makeRoom(inputs)) return false;
      this.pushContent(inputs);
    }
    this.held.clear();
    this.plain.clear();
    return true;
  }

  private pushContent(inputs: Inputs): void {
    const path = this.path(inputs);
    const copy = this.held.copyTo(inputs);
    const len = copy == 0 ? 0 : this.held.bytes.length;
    const address = this.contentAddress();
    if (address != this.address && this.isAmbiguous) {
      inputs.push(this.address, InputKind.String, path, copy, len);
    }
    inputs.push(address, InputKind.String, path, copy, len);
    if (this.decoder.encoding == TransferEncoding.Identity) return;
    const plain = this.plain.copyTo(inputs);
    inputs.push(address, InputKind.String, path, plain, plain == 0 ? 0 : this.plain.bytes.length);
  }

  /** Files of a request have addresses of their own; those of a response are part of its body. */
  private contentAddress(): u32 {
    return this.isFile && this.address == Address.RequestBody
      ? Address.RequestBodyFilesContent
      : this.address;
  }

  private filenameAddress(): u32 {
    return this.address == Address.RequestBody ? Address.RequestBodyFilenames : this.address;
  }

  /** Room for the held content, and says what a file is before its first. False when the inputs are full. */
  private makeRoom(inputs: Inputs): bool {
    if (inputs.room() < STEP_ROOM) return false;
    if (!this.isFile || this.isTyped) return true;
    this.pushType(inputs);
    return inputs.room() >= STEP_ROOM;
  }

  private pushType(inputs: Inputs): void {
    this.isTyped = true;
    const bytes = this.decoder.encoding == TransferEncoding.Identity ? this.held.bytes : this.plain.bytes;
    const found = fileTypeOf(bytes.at, bytes.length);
    if (contradicts(this.claimedByName, found) || contradicts(this.claimedByMedia, found)) {
      this.anomalies |= Anomaly.MultipartFileType;
    }
    const name = fileTypeName(found);
    if (name.len == 0 || this.address != Address.RequestBody) return;
    inputs.push(Address.RequestBodyFilesType, InputKind.String, this.path(inputs), name.at, name.len);
  }

  /** First the name, as it is the path of the rest; then everything, one parameter a step. */
  private pushDisposition(inputs: Inputs, at: usize, end: usize): bool {
    let p = at;
    if (this.cursor == 0) {
      this.dispositions++;
      p = findByte(at, end, 0x3b);
      if (!is(at, trimBlanks(at, p), FORM_DATA)) {
        this.anomalies |= Anomaly.MultipartDisposition;
        this.pushCopy(inputs, this.address, 0, at, p);
      }
      this.cursor = <u32>(p - this.line.at);
      this.readName(p, end);
    }
    p = this.line.at + this.cursor;
    while (true) {
      if (inputs.room() < STEP_ROOM) return false;
      p = parameters.next(p, end);
      if (p == 0) break;
      this.cursor = <u32>(p - this.line.at);
      this.pushParameter(inputs);
      // Bytes behind a closing quote belong to the value for some readers, to nothing for others.
      if (parameters.isBroken) this.pushCopy(inputs, this.address, this.path(inputs), parameters.name, p);
    }
    this.cursor = 0;
    return true;
  }

  private readName(at: usize, end: usize): void {
    for (let p = parameters.next(at, end); p != 0; p = parameters.next(p, end)) {
      if (parameters.isBroken) this.isAmbiguous = true;
      const isName = is(parameters.name, parameters.nameEnd, NAME);
      if (!isName && !is(parameters.name, parameters.nameEnd, EXTENDED_NAME)) continue;
      if (this.hasName) {
        this.anomalies |= Anomaly.MultipartDisposition;
        continue;
      }
      this.hasName = true;
      this.name.bytes(parameters.value, min(<u32>(parameters.valueEnd - parameters.value), PATH_KEY_BYTES));
    }
    if (this.isAmbiguous) this.anomalies |= Anomaly.MultipartDisposition;
  }

  private pushParameter(inputs: Inputs): void {
    const from = parameters.name;
    const to = parameters.nameEnd;
    const value = parameters.value;
    const end = parameters.valueEnd;
    if (is(from, to, NAME)) {
      this.pushReadings(inputs, this.address, InputKind.Key, value, end);
    } else if (is(from, to, EXTENDED_NAME)) {
      this.pushExtended(inputs, this.address, InputKind.Key, value, end);
    } else if (is(from, to, FILENAME)) {
      // Without a file name some readers see a field, some an empty file.
      if (value == end || !parameters.isQuoted) this.isAmbiguous = true;
      this.isFile = true;
      this.claimedByName = claimOfName(value, end);
      this.pushReadings(inputs, this.filenameAddress(), InputKind.String, value, end);
    } else if (is(from, to, EXTENDED_FILENAME)) {
      if (!this.isFile) this.isAmbiguous = true;
      this.isFile = true;
      this.pushExtended(inputs, this.filenameAddress(), InputKind.String, value, end);
    } else {
      this.pushCopy(inputs, this.address, this.path(inputs), from, end);
    }
  }

  /** As written, and without the backslashes of a quoted string: browsers do not mean them as escapes (RFC 7578 §4.2). */
  private pushReadings(inputs: Inputs, address: u32, kind: u32, at: usize, end: usize): void {
    const path = this.path(inputs);
    const len = <u32>(end - at);
    const copy = inputs.arena.copy(at, len);
    inputs.push(address, kind, path, copy, copy == 0 ? 0 : len);
    if (!parameters.hasBackslash || !parameters.isQuoted) return;
    const plain = inputs.arena.alloc(len);
    if (plain == 0) return;
    let to = plain;
    for (let p = at; p < end; p++) {
      if (load<u8>(p) == BACKSLASH && p + 1 < end) p++;
      store<u8>(to++, load<u8>(p));
    }
    inputs.push(address, kind, path, plain, <u32>(to - plain));
  }

  /** `charset'language'percent-encoded` (RFC 5987 §3.2). */
  private pushExtended(inputs: Inputs, address: u32, kind: u32, at: usize, end: usize): void {
    const charset = findByte(at, end, APOSTROPHE);
    const language = charset == end ? end : findByte(charset + 1, end, APOSTROPHE);
    const value = language == end ? at : language + 1;
    const path = this.path(inputs);
    const len = <u32>(end - value);
    const copy = inputs.arena.copy(value, len);
    decodePercent(inputs, copy, copy == 0 ? 0 : len);
    if (kind == InputKind.String) {
      this.claimedByName = claimOfName(decoded.at, decoded.at + decoded.len);
    }
    inputs.push(address, kind, path, decoded.at, decoded.len);
    // For readers that do not know the form all of it is the value.
    if (value != at && !(isToken(at, charset) && isToken(charset + 1, language)))
      this.pushCopy(inputs, address, path, at, end);
  }

  private pushField(inputs: Inputs, name: usize, nameEnd: usize, value: usize, end: usize): void {
    const len = <u32>(nameEnd - name);
    const copy = inputs.arena.copy(name, len);
    const path = inputs.keyNode(0, copy, copy == 0 ? 0 : min(len, PATH_KEY_BYTES));
    if (!isToken(name, nameEnd)) this.anomalies |= Anomaly.MultipartHeader;
    inputs.push(this.address, InputKind.Key, path, copy, copy == 0 ? 0 : len);
    this.pushCopy(inputs, this.address, path, value, end);
  }

  private pushCopy(inputs: Inputs, address: u32, path: usize, at: usize, end: usize): void {
    const len = <u32>(end - at);
    const copy = inputs.arena.copy(at, len);
    inputs.push(address, InputKind.String, path, copy, copy == 0 ? 0 : len);
  }

  private path(inputs: Inputs): usize {
    if (!this.isPart || !this.hasName) return 0;
    const copy = inputs.arena.copy(this.name.at, this.name.length);
    return copy == 0 ? 0 : inputs.keyNode(0, copy, this.name.length);
  }

  private readEncoding(at: usize, end: usize): void {
    let encoding = TransferEncoding.Identity;
    if (is(at, end, BASE64)) encoding = TransferEncoding.Base64;
    else if (is(at, end, QUOTED_PRINTABLE)) encoding = TransferEncoding.QuotedPrintable;
    this.decoder.start(encoding);
    if (!isPlain(at, end) || encoding != TransferEncoding.Identity) {
      this.anomalies |= Anomaly.MultipartEncoding;
    }
  }

  /** RFC 7578 §5.1.2: readers expect UTF-8 or what keeps ASCII. */
  private readCharset(at: usize, end: usize): void {
    for (let p = parameters.next(findByte(at, end, 0x3b), end); p != 0; p = parameters.next(p, end)) {
      if (!is(parameters.name, parameters.nameEnd, CHARSET)) continue;
      if (!keepsAscii(parameters.value, parameters.valueEnd)) this.anomalies |= Anomaly.BodyCharset;
    }
  }
}

function is(at: usize, end: usize, word: Text): bool {
  return equalsFolded(at, <u32>(end - at), word.at, word.len);
}

/** Only what media types and their parameters are made of. */
function isPlain(at: usize, end: usize): bool {
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (
      !isWord(c) &&
      !isBlank(c) &&
      c != 0x2f &&
      c != 0x2b &&
      c != 0x2d &&
      c != 0x2e &&
      c != 0x3b &&
      c != 0x3d
    ) {
      return false;
    }
  }
  return true;
}

/** Letters, digits, `-` and `_`: no standard field has others. */
function isToken(at: usize, end: usize): bool {
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (!isWord(c) && c != 0x2d) return false;
  }
  return true;
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

function skipBlanks(at: usize, end: usize): usize {
  while (at < end && isBlank(load<u8>(at))) at++;
  return at;
}

function trimBlanks(at: usize, end: usize): usize {
  while (end > at && isBlank(load<u8>(end - 1))) end--;
  return end;
}
