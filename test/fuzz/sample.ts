// An input and what the engine makes of it, read as far as somebody asks for it.
import { BODY_KIND, RUNNER, readList, type ParsedInput } from "../engine/parse-run.js";
import type { Run } from "./driver.ts";

const LINE_FEED = 0x0a;
const UNTYPED = RUNNER.body + BODY_KIND.none;
const BINARY = RUNNER.body + BODY_KIND.binary;
/** body.binary, body.wide_encoding */
const FOUND_BINARY = 0x800000n;
const WIDE = 0x4000000n;
/** Of bodies, messages and files; documents of GraphQL are looked for in requests only, and have others. */
const ADDRESSES = new Set(["7", "8", "9", "15", "21"]);

/** Kind, path and value of the inputs. */
function linesOf(run: Run): string[] {
  return run.list
    .toString("latin1")
    .split("\n")
    .filter((line) => ADDRESSES.has(line.slice(0, line.indexOf("\t"))))
    .map((line) => line.slice(line.indexOf("\t")));
}

export class Sample {
  private parsed: ParsedInput[] | undefined;
  private decoded: string | null | undefined;

  constructor(
    /** The value of Content-Type; empty when the target has none. */
    readonly type: string,
    readonly body: Uint8Array,
    readonly run: Run,
    /** Runs other bytes through the same parser, as declared by `type`. */
    readonly runOther: (body: Uint8Array, type?: string) => Run,
    /** Runs other bytes through a runner that needs no type. */
    readonly runAs: (runner: number, body: Uint8Array) => Run,
  ) {}

  get inputs(): ParsedInput[] {
    return (this.parsed ??= readList(this.run.list.toString("latin1")));
  }

  get anomalies(): bigint {
    return this.run.anomalies;
  }

  /** The body as text; undefined when it is not UTF-8. */
  get text(): string | undefined {
    if (this.decoded === undefined) {
      try {
        this.decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.body);
      } catch {
        this.decoded = null;
      }
    }
    return this.decoded ?? undefined;
  }

  /**
   * What is missing of what `message` alone is read as, as a body of no declared type or a binary one; whatever the
   * address. Undefined when nothing is.
   */
  missingOf(message: Uint8Array, isText = true): string | undefined {
    // A binary message that does not look binary is read by its looks.
    if (!isText && (this.runAs(BINARY, message).anomalies & FOUND_BINARY) !== 0n) return undefined;
    const alone = this.runAs(UNTYPED, message);
    // Texts in streams are UTF-8, whatever they look like.
    return isText && (alone.anomalies & WIDE) !== 0n ? undefined : this.missingLine(alone);
  }

  /** An input of another run that this one has not. */
  missingLine(other: Run): string | undefined {
    const found = new Set(linesOf(this.run));
    return linesOf(other).find((line) => !found.has(line));
  }
}

/** Splits the input of a typed target. */
export function splitTyped(bytes: Uint8Array): { type: string; body: Uint8Array } {
  const end = bytes.indexOf(LINE_FEED);
  if (end < 0) return { type: Buffer.from(bytes).toString("latin1"), body: bytes.subarray(bytes.length) };
  return { type: Buffer.from(bytes.subarray(0, end)).toString("latin1"), body: bytes.subarray(end + 1) };
}

/** UTF-8, in which halves of surrogate pairs have three bytes, as the parsers keep them. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    [...text].map((c) => {
      const point = c.codePointAt(0)!;
      if (point < 0xd800 || point > 0xdfff) return Buffer.from(c);
      return Buffer.from([0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]);
    }),
  );
}

/** One line, not too long. */
export function shown(value: string | Uint8Array): string {
  const text = typeof value === "string" ? value : Buffer.from(value).toString("latin1");
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}
