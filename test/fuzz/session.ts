// The fuzzing of one target: makes inputs, checks them, keeps those that show something new, reduces what fails.
import { Random } from "../differential/random.ts";
import { acceptedBy, acceptedDifferences, type Accepted } from "./accepted.ts";
import { Corpus, readInputs } from "./corpus.ts";
import { INPUT_BYTES } from "./driver.ts";
import { checkGrowth } from "./growth.ts";
import { Mutator } from "./mutator.ts";
import { Prober, type Problem } from "./prober.ts";
import { reduceInput } from "./reduce.ts";
import type { Target } from "./target.ts";

export const FOLDER = "test/fuzz";

export interface Finding extends Problem {
  target: string;
  bytes: Uint8Array;
}

export interface Tally {
  inputs: number;
  corpus: number;
  features: number;
  /** Inputs that the reference calls valid. */
  valid: number;
  findings: number;
  accepted: number;
}

/** One fresh input in this many; the others are mutated. */
const FRESH_ONE_IN = 4;
/** One input in this many is also checked for linear work. */
const GROWTH_ONE_IN = 800;
/** Findings of the same property and kind that are reduced and reported. */
const SAME = 3;

export class Session {
  readonly tally: Tally = { inputs: 0, corpus: 0, features: 0, valid: 0, findings: 0, accepted: 0 };
  readonly corpus = new Corpus();
  private readonly prober: Prober;
  private readonly random: Random;
  private readonly mutator: Mutator;
  private readonly accepted: readonly Accepted[] = acceptedDifferences();
  private readonly counts = new Map<string, number>();

  constructor(
    readonly target: Target,
    seed: number,
    /** Sees every input before it is run. */
    private readonly before: (bytes: Uint8Array) => void = () => {},
  ) {
    this.prober = new Prober(target);
    this.random = new Random(seed);
    this.mutator = new Mutator(this.random, target.tokens);
  }

  /** Checks the kept inputs of the target; answers what does not hold. */
  async replay(folder = FOLDER): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const kind of ["corpus", "regressions"]) {
      for (const { bytes } of readInputs(`${folder}/${kind}/${this.target.name}`)) {
        // Cut in several ways.
        for (let seed = 1; seed <= 3; seed++) findings.push(...(await this.try(bytes, seed, true)));
      }
    }
    return findings;
  }

  /** Makes and checks one input. */
  async step(): Promise<Finding[]> {
    const { random, corpus } = this;
    const isFresh = corpus.size === 0 || random.oneIn(FRESH_ONE_IN);
    const fresh = isFresh ? this.target.generate(random) : corpus.pick(random);
    const base = typeof fresh === "string" ? Buffer.from(fresh) : fresh;
    const bytes = isFresh && random.oneIn(2) ? base : this.mutator.mutate(base, corpus.pick(random));
    const findings = await this.try(Uint8Array.from(bytes.subarray(0, INPUT_BYTES)), random.bits(), false);
    if (random.oneIn(GROWTH_ONE_IN)) {
      for (const problem of checkGrowth(this.prober, corpus.pick(random), random)) {
        findings.push(...(await this.report(problem, bytes, 0)));
      }
    }
    return findings;
  }

  private async try(bytes: Uint8Array, seed: number, isKept: boolean): Promise<Finding[]> {
    this.before(bytes);
    const { features, problems, reference } = await this.prober.probe(bytes, seed);
    this.tally.inputs++;
    if (reference === "valid") this.tally.valid++;
    this.corpus.add(bytes, features, isKept);
    this.tally.corpus = this.corpus.size;
    this.tally.features = this.corpus.features;
    const findings: Finding[] = [];
    for (const problem of problems) findings.push(...(await this.report(problem, bytes, seed)));
    return findings;
  }

  /** Reduces the input and answers the finding; nothing when it is accepted or known often enough. */
  private async report(problem: Problem, bytes: Uint8Array, seed: number): Promise<Finding[]> {
    const { target, accepted } = this;
    if (acceptedBy(accepted, target.name, problem) !== undefined) {
      this.tally.accepted++;
      return [];
    }
    this.tally.findings++;
    const key = `${problem.property} ${problem.kind}`;
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    if (count >= SAME) return [];
    if (problem.property === "linear" || problem.property === "memory") {
      return [{ ...problem, target: target.name, bytes }];
    }
    const same = async (one: Uint8Array) => {
      const { problems } = await this.prober.probe(one, seed);
      return problems.find(({ property, kind }) => property === problem.property && kind === problem.kind);
    };
    const reduced = await reduceInput(bytes, async (one) => {
      this.before(one);
      return (await same(one)) !== undefined;
    });
    // What depends on the inputs before may not show again.
    return [{ ...((await same(reduced)) ?? problem), target: target.name, bytes: reduced }];
  }
}
