// Compiles rules/*.yaml with the core's own rule compiler. The table goes into the low end of the modules' memory
// (see wasm-data.ts), so that the filter starts with it ready; the sources learn where it is and how long.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { Engine } from "../engine/engine.ts";
import { readRules } from "../rules/read-rules.ts";
import { compileAssembly } from "./assembly.ts";

/** Where the table lies in memory; what the compiler places begins behind it. */
export const TABLE_ADDRESS = 16;
const TABLE = "build/default-ruleset.bin";
const HASH = "build/default-ruleset.sources";
const GENERATED = "assembly/core/generated/default-ruleset.ts";
const COMPILER_WASM = "build/rule-compiler.wasm";
/** Everything that the table depends on. */
const SOURCES = ["assembly/core", "assembly/engine/ruleset-exports.ts", "rules", "scripts/rules", "scripts/build"];

/** The table of the shipped rules; compiled anew only when something it depends on has changed. */
export async function buildDefaultRuleset(): Promise<Uint8Array> {
  const hash = hashOf(SOURCES);
  if (!existsSync(TABLE) || !existsSync(HASH) || readFileSync(HASH, "utf8") !== hash) {
    writePlace(0);
    await compileAssembly("assembly/engine/compiler.ts", COMPILER_WASM);
    const { table, report } = Engine.fromFile(COMPILER_WASM).compileRules(shippedRules());
    const wrong = [...report.rules.failed, ...report.rules.skipped, ...report.other.failed];
    if (wrong.length > 0) throw new Error(wrong.map(({ id, reason }) => `rules: ${id}: ${reason}`).join("\n"));
    console.error(`rules: ${report.rules.loaded} compiled, ${table.length} bytes`);
    writeFileSync(TABLE, table);
    writeFileSync(HASH, hash);
  }
  const table = readFileSync(TABLE);
  writePlace(table.length);
  return table;
}

/** The rules document that ships: rules/*.yaml, and beside them the processors and the redaction patterns. */
export function shippedRules(): unknown {
  return { ...readRules("rules"), processors: parse(readFileSync("rules/data/processors.yaml", "utf8")), redaction: parse(readFileSync("rules/data/redaction.yaml", "utf8")) };
}

function writePlace(size: number): void {
  mkdirSync(dirname(GENERATED), { recursive: true });
  writeFileSync(
    GENERATED,
    "// DO NOT EDIT; written by `npm run build`: where the table of the shipped rules lies in memory.\n" +
      `export const DEFAULT_RULESET: usize = ${TABLE_ADDRESS};\nexport const DEFAULT_RULESET_SIZE: u32 = ${size};\n`,
  );
}

function hashOf(paths: string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name))
      : [path];
    for (const file of files.sort()) {
      if (file === GENERATED || !statSync(file).isFile()) continue;
      hash.update(file).update(readFileSync(file));
    }
  }
  return hash.digest("hex").slice(0, 32);
}
