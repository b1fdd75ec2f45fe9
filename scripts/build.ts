// `npm run build`: build/engine.wasm, build/wardgate.wasm and dist/wardgate.mjs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { compileAssembly, FILTER_FLAGS } from "./build/assembly.ts";
import { bundleCli } from "./build/bundle.ts";
import { buildDefaultRuleset, TABLE_ADDRESS } from "./build/ruleset.ts";
import { addData } from "./build/wasm-data.ts";

mkdirSync("build", { recursive: true });
const table = await buildDefaultRuleset();

/** Compiles an entry with room for the table at the low end of its memory, and puts the table there. */
async function compileWithTable(entry: string, outFile: string, flags: string[] = []): Promise<void> {
  const base = Math.ceil((TABLE_ADDRESS + table.length) / 16) * 16;
  await compileAssembly(entry, outFile, [...flags, "--memoryBase", String(base)]);
  writeFileSync(outFile, addData(readFileSync(outFile), TABLE_ADDRESS, table));
}

await compileWithTable("assembly/engine.ts", "build/engine.wasm");
await compileWithTable("assembly/index.ts", "build/wardgate.wasm", FILTER_FLAGS);
await bundleCli("dist/wardgate.mjs");
