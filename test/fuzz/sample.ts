// An input and what the engine makes of it, read as far as somebody asks for it.
import { KIND, readList, type ParsedInput } from "../engine/parse-run.js";
import type { Run } from "./driver.ts";

const LINE_FEED = 0x0a;

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

  /** Values of strings, as text. */
  strings(): string[] {
    return this.inputs.filter(({ kind }) => kind === KIND.string).map(({ value }) => value.toString());
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
