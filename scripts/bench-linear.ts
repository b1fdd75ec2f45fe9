// `npm run bench:linear`: time per byte of adversarial bodies from 1 KB to 10 MB, through the engine with the
// shipped rules. Flat means linear; a matcher that goes back makes a row grow with its size.
import { existsSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { ADVERSARIAL_BODIES, type AdversarialBody } from "../bench/adversarial.ts";
import { Engine } from "./engine/engine.ts";

const KB = 1024;
const SIZES = [1, 8, 64, 1024, 10 * 1024].map((size) => size * KB);
/** Runs of one body until they took this long, or until there were RUNS_MAX. */
const ENOUGH_MS = 40;
const RUNS_MAX = 200;

const positive = (value: string): number => {
  if (Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("Give a number above 0.");
};

const options = new Command("npm run bench:linear --")
  .description("Measures time per byte on adversarial bodies of 1 KB to 10 MB; flat means linear.")
  .option("--only <text>", "only bodies whose name contains this", "")
  .option("--max-growth <factor>", "fail when a larger body costs this many times more per byte", positive, 4)
  .option("--engine <file>", "the engine to measure", "build/engine.wasm")
  .option("--json", "print the figures as JSON", false)
  .addHelpText("after", "\nExamples:\n  npm run bench:linear\n  npm run bench:linear -- --only union --json")
  .parse()
  .opts<{ only: string; maxGrowth: number; engine: string; json: boolean }>();

if (!existsSync(options.engine)) fail(`${options.engine} is not there: run \`npm run build\` first.`);
const bodies = ADVERSARIAL_BODIES.filter(({ name }) => name.includes(options.only));
if (bodies.length === 0) fail(`No body is called "${options.only}".`);

const engine = Engine.fromFile(options.engine);
// Nothing is cut short: no body is too long, no budget too small, and nothing stops at a verdict.
engine.configure({ mode: "monitor", body_capture_size: 16 * KB * KB, budget: 1e12 });

interface Row {
  name: string;
  /** Nanoseconds per byte, by size. */
  nsPerByte: number[];
  /** The dearest size from 8 KB on, over the cheapest up to 8 KB. */
  growth: number;
}

const rows: Row[] = [];
if (!options.json) console.log(`ns per byte    ${SIZES.map(sizeName).join("")}   growth`);
for (const body of bodies) {
  const row = measure(body);
  rows.push(row);
  if (options.json) continue;
  const cells = row.nsPerByte.map((value) => value.toFixed(1).padStart(9)).join("");
  console.log(`${"".padEnd(14)}${cells}  ${row.growth.toFixed(2).padStart(7)}  ${body.name}`);
}
const worst = rows.reduce((a, b) => (b.growth > a.growth ? b : a));
if (options.json) console.log(JSON.stringify({ sizes: SIZES, rows, maxGrowth: options.maxGrowth }, null, 2));
else
  console.log(`Largest growth: ${worst.growth.toFixed(2)} (${worst.name}); allowed: ${options.maxGrowth}.`);
if (worst.growth > options.maxGrowth) process.exitCode = 1;

function measure(body: AdversarialBody): Row {
  const nsPerByte = SIZES.map((size) => nanoseconds(body.body(size), body.contentType) / size);
  // A body of 1 KB also pays for the request around it: the cheapest of the small ones is the measure.
  const small = Math.min(...nsPerByte.slice(0, 2));
  return { name: body.name, nsPerByte, growth: Math.max(...nsPerByte.slice(1)) / small };
}

/** The quickest of several runs by CPU time: what else the machine does would count against the long ones. */
function nanoseconds(body: string, contentType: string): number {
  const bytes = new TextEncoder().encode(body);
  const request = {
    method: "POST",
    headers: [["content-type", contentType] as [string, string]],
    body: bytes,
  };
  let best = Infinity;
  let spent = 0;
  for (let run = 0; run < RUNS_MAX && (run < 2 || spent < ENOUGH_MS); run++) {
    const start = process.cpuUsage();
    engine.transaction(request);
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    best = Math.min(best, took);
    spent += took;
  }
  return best * 1e6;
}

function sizeName(size: number): string {
  return (size < KB * KB ? `${size / KB} KB` : `${size / KB / KB} MB`).padStart(9);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
