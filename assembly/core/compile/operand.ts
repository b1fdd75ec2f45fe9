// A condition's operator while it is compiled, and what its patterns may take inside a proxy.

import { ByteWriter } from "../bytes/byte-writer";
import { CLASS_ANY } from "../match/byte-classes";
import { Operator } from "../rules/layout";
import { RegexBuild } from "./regex-compiler";

/** Budget of one pattern inside a proxy: about 50 ms and 4 MiB at the very most. */
const PROXY_STATES: u32 = 2000;
const PROXY_WORK: u64 = 5_000_000;

/** Budget of all patterns of a configuration inside a proxy; docs/rules.md declares it. */
const PROXY_STEPS: u64 = 200_000_000;

/** A condition's operator, compiled. Buffers are reused from condition to condition: clear() first. */
@unmanaged
export class Operand {
  operator: u32 = Operator.None;
  table: ByteWriter = new ByteWriter();
  program: ByteWriter = new ByteWriter();
  /** `operator_value` of events. */
  value: ByteWriter = new ByteWriter();
  minLength: u32 = 0;
  /** Of match_regex_with_checksum. */
  checksum: u32 = 0;
  maskA: u64 = CLASS_ANY;
  maskB: u64 = CLASS_ANY;
  /** (u32 length, bytes)*: every match contains one of them, lower-cased. */
  literals: ByteWriter = new ByteWriter();
  literalCount: u32 = 0;
  /** Why the operand cannot be compiled. */
  problem: ByteWriter = new ByteWriter();
  /** Compiles every pattern of the document, one after the other: its working memory is kept. */
  regex: RegexBuild = new RegexBuild();

  /** Steps that the patterns so far took (RegexBuild.steps), and how many those of a document may take. */
  steps: u64 = 0;
  maxSteps: u64 = u64.MAX_VALUE;

  /**
   * Within a proxy a table that takes long or much memory is not made: the pattern's program is used instead. And
   * all patterns together may take so many steps: a worker waits while its VM compiles.
   */
  limitToProxy(): void {
    this.regex.maxStates = PROXY_STATES;
    this.regex.maxWork = PROXY_WORK;
    this.maxSteps = PROXY_STEPS;
  }

  free(): void {
    freeWriter(this.table);
    freeWriter(this.program);
    freeWriter(this.value);
    freeWriter(this.literals);
    freeWriter(this.problem);
    this.regex.free();
    heap.free(changetype<usize>(this));
  }

  clear(): void {
    this.table.clear();
    this.program.clear();
    this.value.clear();
    this.literals.clear();
    this.problem.clear();
    this.literalCount = 0;
    this.minLength = 0;
    this.checksum = 0;
    this.maskA = CLASS_ANY;
    this.maskB = CLASS_ANY;
  }
}

function freeWriter(writer: ByteWriter): void {
  writer.free();
  heap.free(changetype<usize>(writer));
}
