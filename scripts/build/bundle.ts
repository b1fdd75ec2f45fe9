// Bundles the command line into one file that needs nothing but Node and the engine's module.
import { chmodSync } from "node:fs";
import { build } from "esbuild";

/** Packages in CommonJS call require() for Node's own modules; an ES module has none. */
const BANNER = `#!/usr/bin/env node
import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`;

/** Writes the executable `outFile`; throws with esbuild's messages when it fails. */
export async function bundleCli(outFile: string): Promise<void> {
  await build({
    entryPoints: ["scripts/cli/main.ts"],
    outfile: outFile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: BANNER },
    legalComments: "none",
    logLevel: "warning",
  });
  chmodSync(outFile, 0o755);
}
