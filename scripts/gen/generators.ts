// Every generator of checked-in files, with the files it writes. What `npm run build` generates is not checked in
// and not here.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Generator {
  script: string;
  files: string[];
}

/** Where files of generators may lie; nothing else of theirs may be there. */
export const GENERATED = "assembly/core/generated";

export const GENERATORS: Generator[] = [
  { script: "scripts/gen/bench-report.ts", files: ["README.md", "docs/bench.svg"] },
  { script: "scripts/gen/config-docs.ts", files: ["docs/configuration.md"] },
  { script: "scripts/gen/code-words.ts", files: [`${GENERATED}/code-words.ts`] },
  { script: "scripts/gen/detections.ts", files: ["docs/detections.md"] },
  { script: "scripts/gen/html-words.ts", files: [`${GENERATED}/html-words.ts`] },
  {
    script: "scripts/gen/query-words.ts",
    files: [`${GENERATED}/nosql-words.ts`, `${GENERATED}/xpath-words.ts`, `${GENERATED}/mail-words.ts`],
  },
  { script: "scripts/gen/path-words.ts", files: [`${GENERATED}/path-words.ts`] },
  { script: "scripts/gen/java-words.ts", files: [`${GENERATED}/java-words.ts`] },
  { script: "scripts/gen/php-words.ts", files: [`${GENERATED}/php-words.ts`] },
  { script: "scripts/gen/script-words.ts", files: [`${GENERATED}/script-words.ts`] },
  { script: "scripts/gen/shell-words.ts", files: [`${GENERATED}/shell-words.ts`] },
  { script: "scripts/gen/sql-words.ts", files: [`${GENERATED}/sql-words.ts`] },
  { script: "scripts/gen/upload-words.ts", files: [`${GENERATED}/upload-words.ts`] },
  { script: "scripts/gen/url-words.ts", files: [`${GENERATED}/url-words.ts`] },
  { script: "scripts/gen/template-words.ts", files: [`${GENERATED}/template-words.ts`] },
  { script: "scripts/gen/unicode-normalize.ts", files: [`${GENERATED}/unicode-normalize.ts`] },
  {
    script: "scripts/gen/unicode-tables.ts",
    files: [`${GENERATED}/unicode-groups.ts`, `${GENERATED}/unicode-fold.ts`],
  },
];

/** Files of scripts/gen/ that are no generators. */
export const PARTS = ["scripts/gen/generators.ts", "scripts/gen/word-table.ts"];

const TSX = import.meta.resolve("tsx");

/** Runs a generator in the project at `root`; rejects with what it printed when it fails. */
export function runGenerator({ script }: Generator, root: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", TSX, script], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (text) => (output += String(text)));
    child.stderr.on("data", (text) => (output += String(text)));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${script}:\n${output}`))));
  });
}

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
