// Are the generated files that are checked in what their generators write? The generators run in a copy of what they
// read, so that nothing in the tree changes.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GENERATED, GENERATORS, type Generator, PARTS, ROOT, runGenerator } from "./gen/generators.ts";

/** Everything that generators read. */
const READ = [
  ...["package.json", ".prettierrc.json", "schema", "scripts/gen", "scripts/rules", "rules"],
  ...["README.md", "bench"],
];
/** Written by `npm run build`, ignored by git. */
const BUILT = `${GENERATED}/default-ruleset.ts`;
const AT_ONCE = 2;

const problems = strangers();
const copy = realpathSync(mkdtempSync(join(tmpdir(), "wardgate-generated-")));
try {
  for (const path of READ) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "junction");
  const queue = GENERATORS.filter((generator) => generator.files.every(isOfThisUnicode));
  const work = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      problems.push(...(await stale(next)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  rmSync(copy, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

/** Generators and generated files that scripts/gen/generators.ts does not list. */
function strangers(): string[] {
  const scripts = [...GENERATORS.map(({ script }) => script), ...PARTS];
  const files = [...GENERATORS.flatMap((generator) => generator.files), BUILT];
  const unlisted = listing("scripts/gen").filter((script) => !scripts.includes(script));
  const orphans = listing(GENERATED).filter((file) => !files.includes(file));
  return [
    ...unlisted.map((script) => `${script}: not listed in scripts/gen/generators.ts`),
    ...orphans.map((file) => `${file}: no generator in scripts/gen/generators.ts writes it`),
  ];
}

function listing(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
}

/** Tables of Unicode are as new as the Node that wrote them: another Node's are no mistake. */
function isOfThisUnicode(file: string): boolean {
  const written = /\bUnicode (\d+\.\d+)/.exec(readFileSync(join(ROOT, file), "utf8").slice(0, 200))?.[1];
  const own = process.versions["unicode"];
  if (written === undefined || written === own) return true;
  console.log(`${file}: not checked, it is of Unicode ${written} and this Node of ${own}`);
  return false;
}

async function stale(generator: Generator): Promise<string[]> {
  for (const file of generator.files) mkdirSync(dirname(join(copy, file)), { recursive: true });
  await runGenerator(generator, copy);
  return generator.files
    .filter((file) => !readFileSync(join(copy, file)).equals(readFileSync(join(ROOT, file))))
    .map((file) => `${file}: not what ${generator.script} writes; run: npm run gen`);
}
