// `npm run build`: build/engine.wasm, build/wardgate.wasm and dist/wardgate.mjs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { compileAssembly, FILTER_FLAGS } from "./build/assembly.ts";
import { bundleCli } from "./build/bundle.ts";
import { optimise, orderByUse } from "./build/function-order.ts";
import { buildDefaultRuleset, TABLE_ADDRESS } from "./build/ruleset.ts";
import { addData } from "./build/wasm-data.ts";

mkdirSync("build", { recursive: true });
const table = await buildDefaultRuleset();

const base = Math.ceil((TABLE_ADDRESS + table.length) / 16) * 16;
const withTable = (wasm: Uint8Array): Uint8Array => addData(wasm, TABLE_ADDRESS, table);

/** Compiles an entry with room for the table at the low end of its memory. */
async function compile(entry: string, outFile: string, flags: string[] = []): Promise<Uint8Array> {
  await compileAssembly(entry, outFile, [...flags, "--memoryBase", String(base)]);
  return optimise(readFileSync(outFile));
}

const engine = await compile("assembly/engine.ts", "build/engine.wasm");
writeFileSync("build/engine.wasm", withTable(engine));
const filter = await compile("assembly/index.ts", "build/wardgate.wasm", FILTER_FLAGS);
writeFileSync("build/wardgate.wasm", withTable(await orderByUse(filter, withTable)));
await bundleCli("dist/wardgate.mjs");
