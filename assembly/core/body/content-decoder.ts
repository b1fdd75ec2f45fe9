// A body in a content coding: gzip and deflate are decoded block by block for the reader behind it, others cannot be.
//
// WHY a raw reading too: what a server does with a body that is not what its header says is the server's to know, so that
// naming a coding must hide nothing. Where the first bytes are text, it is no gzip, and what else it may be is not to be
// read: it is read as if no coding were named. What deflate makes may be written to look like text: both are read then.
// SAFETY: one block for the whole VM; inputs are drained before it is written again. What a small body can become is
// bounded twice, by its ratio beyond the first MiB and in all.

import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { Coding } from "../http/body-fields";
import { Limit } from "../limits";
import { Inflate, InflateFlag, InflateFormat, InflateStatus } from "./inflate";
import { inflateCap } from "./inflate-caps";
import { TextParser } from "./text";

const BLOCK_BYTES: u32 = 16 * 1024;
/** Bytes at the beginning by which text is told from coded bytes. */
const LEAD_BYTES: u32 = 8;
const GZIP_FIRST: u32 = 0x1f;

/** The first bytes of a body that turned out to be plain. */
const LEAD = memory.data(LEAD_BYTES);

/** Made at first use. */
let block: usize = 0;

@unmanaged
export class ContentDecoder {
  /** Bits of Anomaly and of Limit. */
  anomalies: u64 = 0;
  limits: u32 = 0;
  /** Where the decoded bytes of the last step() are. */
  at: usize = 0;
  len: u32 = 0;
  /** No coding after all: bytes are to be read as they came, those of readLead() first. */
  isPlain: bool = false;
  private coding: Coding = Coding.None;
  private inflate: Inflate = new Inflate();
  /** What looks like text although it should be coded; made when it does. */
  private raw: TextParser = changetype<TextParser>(0);
  private address: u32 = 0;
  private lead: u64 = 0;
  private leadLen: u32 = 0;
  private ratio: u64 = 0;
  private size: u64 = 0;
  private coded: u64 = 0;
  private decoded: u64 = 0;
  /** Nothing more is decoded: a cap was hit, or it cannot be. */
  private isOver: bool = false;
  private from: usize = 0;
  private left: u32 = 0;

  start(coding: Coding, address: u32, ratio: u64, size: u64): void {
    this.inflate.start(coding == Coding.Gzip ? InflateFormat.Gzip : InflateFormat.Deflate);
    this.coding = coding;
    if (coding == Coding.Unreadable) this.giveUp();
    this.address = address;
    this.ratio = ratio;
    this.size = size;
  }

  /**
   * The next `len` coded bytes: step() until it says that they are through. Answers how many of them were kept for
   * readLead().
   */
  give(inputs: Inputs, at: usize, len: u32): u32 {
    this.from = at;
    this.left = len;
    this.coded += len;
    let kept: u32 = 0;
    while (this.leadLen < LEAD_BYTES && kept < len) {
      this.lead |= (<u64>load<u8>(at + kept)) << ((<u64>this.leadLen) << 3);
      this.leadLen++;
      kept++;
      if (this.leadLen == LEAD_BYTES) this.decideRaw(inputs);
    }
    if (changetype<usize>(this.raw) != 0) this.raw.feedAll(inputs, at + kept, len - kept);
    return kept;
  }

  /** Puts the bytes that were kept where they stay until the next body; how many there are is `len`. */
  readLead(inputs: Inputs): void {
    inputs.drain();
    store<u64>(LEAD, this.lead);
    this.at = LEAD;
    this.len = this.leadLen;
  }

  /** Decodes a block into `at` and `len`. False when all that was given is decoded. */
  step(inputs: Inputs): bool {
    if (this.isOver || this.isNoGzip) return false;
    if (block == 0) block = heap.alloc(BLOCK_BYTES);
    inputs.drain();
    const inflate = this.inflate;
    inflate.run(this.from, this.left, block, BLOCK_BYTES);
    this.from += inflate.taken;
    this.left -= inflate.taken;
    this.at = block;
    this.len = this.within(inflate.given);
    if (inflate.status == InflateStatus.Malformed) this.giveUp();
    if (inflate.flags != InflateFlag.None) this.anomalies |= Anomaly.BodyEncoding;
    // Behind the end of a member of gzip there may be another one.
    const isMore = this.left != 0 || inflate.status == InflateStatus.NeedOutput;
    return this.len != 0 || (isMore && (inflate.taken | inflate.given) != 0);
  }

  /** Nothing of what comes is looked at. */
  get isBlind(): bool {
    return this.isOver && !this.isPlain && this.leadLen == LEAD_BYTES && changetype<usize>(this.raw) == 0;
  }

  /** The end of the coded bytes. */
  finish(inputs: Inputs): void {
    if (this.leadLen != 0 && this.leadLen < LEAD_BYTES) this.decideRaw(inputs);
    if (changetype<usize>(this.raw) != 0) this.raw.finishAll(inputs);
    if (!this.isPlain && !this.isOver && this.coded != 0 && this.inflate.status != InflateStatus.Done)
      this.anomalies |= Anomaly.BodyEncoding;
  }

  free(): void {
    this.inflate.free();
    if (changetype<usize>(this.raw) != 0) this.raw.free();
    heap.free(changetype<usize>(this));
  }

  /** How many of `given` more bytes the caps allow. */
  private within(given: u32): u32 {
    this.decoded += given;
    const allowed = inflateCap(this.coded, this.ratio, this.size);
    if (this.decoded <= allowed) return given;
    this.isOver = true;
    this.limits |= Limit.Inflate;
    const over = this.decoded - allowed;
    return over >= given ? 0 : given - <u32>over;
  }

  /** The first byte is not gzip's. */
  private get isNoGzip(): bool {
    return this.coding == Coding.Gzip && this.leadLen != 0 && ((<u32>this.lead) & 0xff) != GZIP_FIRST;
  }

  private giveUp(): void {
    this.isOver = true;
    this.anomalies |= Anomaly.BodyEncoding;
    this.limits |= Limit.Encoding;
  }

  /** The first bytes are there, or all of them. */
  private decideRaw(inputs: Inputs): void {
    if (!isTextLead(this.lead, this.leadLen)) {
      if (this.isNoGzip) this.giveUp();
      return;
    }
    this.anomalies |= Anomaly.BodyEncoding;
    if (this.coding != Coding.Deflate) {
      this.isPlain = true;
      return;
    }
    this.raw = new TextParser();
    this.raw.start(this.address);
    const copy = inputs.arena.copy(changetype<usize>(this) + offsetof<ContentDecoder>("lead"), this.leadLen);
    if (copy != 0) this.raw.feedAll(inputs, copy, this.leadLen);
  }
}

/** All of the bytes are printable or UTF-8, whose last character may be cut: what is compressed begins otherwise. */
function isTextLead(lead: u64, len: u32): bool {
  let rest: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = (<u32>(lead >> ((<u64>i) << 3))) & 0xff;
    if (rest != 0) {
      if ((c & 0xc0) != 0x80) return false;
      rest--;
    } else if (c >= 0x80) {
      if (c - 0xc2 > 0x32) return false;
      rest = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    } else if (c < 0x09 || c == 0x7f || c - 0x0e < 0x12) {
      return false;
    }
  }
  return true;
}
