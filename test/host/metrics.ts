// Metrics as Envoy keeps them: process-wide by name, ids handed out per definition with the type in the low two bits.
// Give the same instance to several hosts to play several workers.
import { MetricType, Status } from "./abi.ts";

interface Metric {
  name: string;
  type: number;
  value: bigint;
  /** What a histogram was told, in order. */
  samples: bigint[];
}

const TYPE_MASK = 3;
const ID_STEP = 4;

export class Metrics {
  readonly #byName = new Map<string, Metric>();
  readonly #byId = new Map<number, Metric>();
  readonly #next = [MetricType.Counter, MetricType.Gauge, MetricType.Histogram] as number[];

  /** A new id each time, for the same metric when type and name are the same. */
  define(type: number, name: string): number | undefined {
    if (type > MetricType.Histogram) return undefined;
    const key = `${type}/${name}`;
    let metric = this.#byName.get(key);
    if (metric === undefined) this.#byName.set(key, (metric = { name, type, value: 0n, samples: [] }));
    const id = this.#next[type]!;
    this.#next[type] = id + ID_STEP;
    this.#byId.set(id, metric);
    return id;
  }

  /** Envoy refuses a counter's step of zero as well as a negative one. */
  increment(id: number, delta: bigint): Status {
    if ((id & TYPE_MASK) >= MetricType.Histogram) return Status.BadArgument;
    const metric = this.#byId.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.type === MetricType.Counter && delta <= 0n) return Status.BadArgument;
    metric.value += delta;
    return Status.Ok;
  }

  /** Sets a gauge, adds to a counter (as Envoy does), takes a histogram's sample. */
  record(id: number, value: bigint): Status {
    const metric = this.#byId.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.type === MetricType.Counter) metric.value += value;
    else if (metric.type === MetricType.Gauge) metric.value = value;
    else metric.samples.push(value);
    return Status.Ok;
  }

  read(id: number): bigint | Status {
    if ((id & TYPE_MASK) >= MetricType.Histogram) return Status.BadArgument;
    return this.#byId.get(id)?.value ?? Status.NotFound;
  }

  /** The value of the counter or gauge of that name; 0 when it was never defined. */
  value(name: string): number {
    const metric = this.#named(name);
    return metric === undefined ? 0 : Number(metric.value);
  }
  samples(name: string): number[] {
    return (this.#named(name)?.samples ?? []).map(Number);
  }
  names(): string[] {
    return [...this.#byName.values()].map((metric) => metric.name).sort();
  }
  /** "counter", "gauge" or "histogram"; undefined when it was never defined. */
  kind(name: string): string | undefined {
    const metric = this.#named(name);
    return metric && Object.keys(MetricType)[metric.type]!.toLowerCase();
  }
  /** Every counter and gauge that is not zero. */
  nonZero(): Record<string, number> {
    const metrics = [...this.#byName.values()].filter((metric) => metric.value !== 0n);
    return Object.fromEntries(metrics.map((metric) => [metric.name, Number(metric.value)]));
  }
  #named(name: string): Metric | undefined {
    return [...this.#byName.values()].find((metric) => metric.name === name);
  }
}
