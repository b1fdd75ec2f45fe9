// `npm run build`: build/engine.wasm, build/wardgate.wasm and dist/wardgate.mjs.
import { mkdirSync } from "node:fs";
import { compileAssembly, FILTER_FLAGS } from "./build/assembly.ts";
import { buildDefaultRuleset } from "./build/ruleset.ts";

mkdirSync("build", { recursive: true });
await buildDefaultRuleset();
await compileAssembly("assembly/engine.ts", "build/engine.wasm");
await compileAssembly("assembly/index.ts", "build/wardgate.wasm", FILTER_FLAGS);
