// Enforces the import directions of ARCHITECTURE.md: the core is pure, parsers never see rules, matchers never
// see addresses, the host harness imports nothing of ours, and only the adapter touches the proxy SDK.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

interface Direction {
  from: RegExp;
  /** Importing anything that matches is refused. */
  never: RegExp;
  why: string;
}

const DIRECTIONS: Direction[] = [
  { from: /^assembly\/core\//, never: /^(?!assembly\/core\/)/, why: "the core imports only itself" },
  {
    from: /^assembly\/core\/bytes\//,
    never: /^assembly\/core\/(?!bytes\/)/,
    why: "bytes/ is the bottom layer",
  },
  {
    from: /^assembly\/core\/(http|body)\//,
    never: /^assembly\/core\/(rules|compile|match|transform|report|config)\//,
    why: "parsers write inputs and never see rules",
  },
  {
    from: /^assembly\/core\/(match|transform)\//,
    never: /^assembly\/core\/(address|inputs\/|http\/|body\/|rules\/|compile\/|report\/|config\/)/,
    why: "matchers see bytes, not addresses",
  },
  {
    from: /^assembly\/core\/rules\//,
    never: /^assembly\/core\/(http|body|report|config)\//,
    why: "rules see inputs, not parsers or reports",
  },
  { from: /^assembly\/engine/, never: /^(assembly\/proxy\/|@)/, why: "the engine has no proxy" },
  {
    from: /^assembly\/proxy\/(?!host\.ts)/,
    never: /^@solo-io\//,
    why: "only host.ts makes hostcalls",
  },
  {
    from: /^test\/host\//,
    never: /^(assembly|scripts)\//,
    why: "an ABI number wrong in our adapter must fail",
  },
];

/** Module specifiers of the import and export declarations in `source`. */
function specifiers(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const imports = /^(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm;
  return [...code.matchAll(imports)].map((match) => match[1] ?? match[2]!);
}

/** What `specifier`, imported by `file`, is relative to the project; package names stay as they are. */
function resolve(file: string, specifier: string): string {
  return specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
}

const files = ["assembly", "test", "scripts"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("unit"))
    .map((name) => join(folder, name)),
);
const problems: string[] = [];
for (const file of files) {
  const imports = specifiers(readFileSync(file, "utf8"));
  for (const { from, never, why } of DIRECTIONS) {
    if (!from.test(file)) continue;
    for (const specifier of imports) {
      const target = resolve(file, specifier);
      if (never.test(target)) problems.push(`${file}: imports ${target}: ${why}`);
    }
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
