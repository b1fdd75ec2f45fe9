// Checks one input: the properties that hold for every parser, and the comparison with the target's reference.
import { Random } from "../differential/random.ts";
import { Driver, type InputDriver, type Run, type RunOptions } from "./driver.ts";
import { featuresOf } from "./features.ts";
import { replace } from "./mutator.ts";
import { Sample, shown } from "./sample.ts";
import { NO_OPINION, type Target } from "./target.ts";

/** What does not hold for an input. */
export interface Problem {
  property:
    | "trap"
    | "chunked-equals-whole"
    | "drains-change-nothing"
    | "surroundings-unread"
    | "streams-forgotten"
    | "nothing-unseen"
    | "reference"
    | "linear"
    | "memory"
    | "hang";
  /** The kind of a difference with the reference; else empty. */
  kind: string;
  detail: string;
}

export interface Probe {
  features: Set<number>;
  problems: Problem[];
  /** What the reference says: `valid`, `none`, or the class of its error. */
  reference: string;
}

const CHUNKS = [1, 1, 2, 3, 5, 7, 9, 16, 61, 257, 1000];
/** Comparisons read the whole list: not for longer ones. */
const COMPARED_BYTES = 48_000;
/** A longer list, as of thousands of values with deep paths, is compared once. */
const LISTED_BYTES = 1 << 19;
/** Holds no hex digit and no letter of an escape; `~` means nothing in any format, and plain words have none. */
const MARKER = Buffer.from("zqvk~jzwq~yzqv");
const MARKER_HEX = Buffer.from(MARKER.toString("hex"));
/**
 * body.binary: it is declared and found binary, is not inspected, and the event says so. body.wide_encoding: units have
 * several bytes.
 */
const UNMARKED = 0x800000n | 0x4000000n;
/** Memory that the parsers may come to have, besides what the longest list takes while it grows. */
const MEMORY_BYTES = 48 << 20;
const MEMORY_PER_LISTED_BYTE = 4;

export class Prober {
  private driver: InputDriver;
  /** An input before, whose run must not change. */
  private earlier: { bytes: Uint8Array; run: Run } | undefined;

  constructor(readonly target: Target) {
    this.driver = makeDriver(target);
  }

  /** `seed` decides how the input is cut. */
  async probe(bytes: Uint8Array, seed: number): Promise<Probe> {
    try {
      return await this.check(bytes, new Random(seed));
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.driver = makeDriver(this.target);
      this.earlier = undefined;
      return {
        features: new Set(),
        problems: [problem("trap", (error as Error).message)],
        reference: "none",
      };
    }
  }

  private async check(bytes: Uint8Array, random: Random): Promise<Probe> {
    const { driver, target } = this;
    const problems: Problem[] = [];
    const whole = driver.run(bytes);
    if (whole.list.length > LISTED_BYTES) {
      const chunk = target.isWhole ? 0 : 1 + random.below(bytes.length);
      this.compareRuns(problems, "chunked-equals-whole", bytes, whole, { chunk });
      return { features: featuresOf(whole, "long"), problems, reference: "none" };
    }
    if (!target.isWhole) {
      for (let n = 0; n < 3; n++) {
        const chunk = n === 0 ? random.pick(CHUNKS) : 1 + random.below(Math.max(bytes.length, 2));
        const cuts = n === 0 ? 0 : 1 + random.bits();
        this.compareRuns(problems, "chunked-equals-whole", bytes, whole, { chunk, cuts });
      }
    }
    const room = (target.room ?? 3) + random.below(6);
    const chunk = target.isWhole ? 0 : random.pick(CHUNKS);
    this.compareRuns(problems, "drains-change-nothing", bytes, whole, { chunk, room });
    this.compareRuns(problems, "surroundings-unread", bytes, whole, { around: 1 + random.below(4) });
    this.checkForgetting(problems, bytes, whole, random);
    if (target.showsAll === true) this.checkMarker(problems, bytes, random);
    const { reference } = await this.compareWithReference(problems, bytes, whole);
    if (driver.memory > MEMORY_BYTES + MEMORY_PER_LISTED_BYTE * driver.longestList) {
      problems.push(problem("memory", `the engine has ${driver.memory} bytes`));
      this.driver = makeDriver(target);
    }
    return { features: featuresOf(whole, reference), problems, reference };
  }

  private compareRuns(
    problems: Problem[],
    property: Problem["property"],
    bytes: Uint8Array,
    whole: Run,
    options: RunOptions,
  ): void {
    if (problems.some((one) => one.property === property)) return;
    const difference = this.difference(whole, this.driver.run(bytes, options));
    if (difference !== "") problems.push(problem(property, `${JSON.stringify(options)}: ${difference}`));
  }

  /** Empty when both runs say the same. */
  private difference(whole: Run, other: Run): string {
    if (whole.anomalies !== other.anomalies) {
      return `anomalies ${other.anomalies.toString(16)}, wanted ${whole.anomalies.toString(16)}`;
    }
    if (whole.list.equals(other.list)) return "";
    const [got, wanted] = [other, whole].map(({ list }) => list.toString("latin1").split("\n"));
    if (this.target.isUnordered === true) {
      got!.sort();
      wanted!.sort();
    }
    const i = Math.max(
      got!.findIndex((line, k) => line !== wanted![k]),
      wanted!.findIndex((line, k) => line !== got![k]),
    );
    return i < 0 ? "" : `line ${i}: ${shown(got![i] ?? "none")}, wanted ${shown(wanted![i] ?? "none")}`;
  }

  /** A stream that was left, or another that was read, does not show in the next one. */
  private checkForgetting(problems: Problem[], bytes: Uint8Array, whole: Run, random: Random): void {
    const { earlier, driver } = this;
    if (earlier !== undefined) {
      if (random.oneIn(2)) driver.abandon(bytes.subarray(0, random.below(bytes.length + 1)));
      const difference = this.difference(earlier.run, driver.run(earlier.bytes));
      if (difference !== "") {
        problems.push(problem("streams-forgotten", `${shown(earlier.bytes)} read behind it: ${difference}`));
      }
    }
    if (bytes.length < 4096 && (earlier === undefined || random.oneIn(4)))
      this.earlier = { bytes, run: whole };
  }

  /** A word put in at any place shows in some value. */
  private checkMarker(problems: Problem[], bytes: Uint8Array, random: Random): void {
    const { type, body } = this.driver.split(bytes);
    // A line that does not end is all type.
    if (type !== undefined && type.length === bytes.length) return;
    const at = bytes.length - body.length + random.below(body.length + 1);
    const run = this.driver.run(replace(bytes, at, 0, MARKER));
    if ((run.anomalies & UNMARKED) !== 0n || run.list.includes(MARKER_HEX)) return;
    problems.push(problem("nothing-unseen", `what is put in at byte ${at}`));
  }

  private async compareWithReference(
    problems: Problem[],
    bytes: Uint8Array,
    whole: Run,
  ): Promise<{ reference: string }> {
    const { target, driver } = this;
    if (target.compare === undefined || bytes.length > COMPARED_BYTES) return NO_OPINION;
    const { type = "", body } = driver.split(bytes);
    const sample = new Sample(
      type,
      body,
      whole,
      (other, otherType) => driver.runBody(target.isTyped ? (otherType ?? type) : undefined, other),
      (runner, other) => driver.runBody(undefined, other, {}, runner),
    );
    const comparison = await target.compare(sample);
    for (const { kind, detail } of comparison.differences) {
      if (problems.some((one) => one.property === "reference" && one.kind === kind)) continue;
      problems.push({ property: "reference", kind, detail });
    }
    return comparison;
  }

  /** Milliseconds of the processor that a run takes: the quickest of three. What else the machine does is not counted. */
  time(bytes: Uint8Array, chunk: number): number {
    let best = Infinity;
    for (let n = 0; n < 3; n++) {
      const start = process.cpuUsage();
      this.driver.run(bytes, { chunk, isListed: false });
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1000);
    }
    return best;
  }
}

function makeDriver(target: Target): InputDriver {
  return target.makeDriver === undefined ? new Driver(target) : target.makeDriver(target);
}

function problem(property: Problem["property"], detail: string): Problem {
  return { property, kind: "", detail };
}

function isTrap(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError || (error instanceof Error && /trapped/.test(error.message))
  );
}
