// Everything `npm test` does, in order: build, checks, unit tests of the core, then all node:test files in one
// run, so that the last lines are that runner's summary.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders of node:test files; `test/unit` is as-pect's. */
const NODE_TESTS = [
  "test/engine",
  "test/differential",
  "test/host",
  "test/filter",
  "test/scripts",
  "test/envoy",
];

function run(command: string, args: string[]): void {
  console.log(`\n> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function testFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

run("npm", ["run", "--silent", "build"]);
run("npm", ["run", "--silent", "check"]);
run("npm", ["run", "--silent", "test:unit"]);
run("node", ["--import", "tsx", "--test", "--test-concurrency=2", ...NODE_TESTS.flatMap(testFiles)]);
