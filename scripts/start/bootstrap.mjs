// `npm start`, from a fresh clone on: installs and builds what is missing or out of date, then hands over to scripts/start/main.ts in
// this same process, so that Ctrl-C reaches it directly. Plain JavaScript on Node's own modules: nothing may be installed yet.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODULE = join(ROOT, "build/wardgate.wasm");
/** What the module is built from. */
const SOURCES = [
  "assembly",
  "rules",
  "scripts/build",
  "scripts/build.ts",
  "asconfig.json",
  "package-lock.json",
];

function fail(message) {
  console.error(message);
  process.exit(1);
}

function run(what, args) {
  // The preparations report on stderr: stdout is for events, also with --json.
  const { status, error } = spawnSync("npm", args, {
    cwd: ROOT,
    stdio: ["inherit", 2, 2],
    shell: process.platform === "win32",
  });
  if (error) fail(`${what} failed: ${error.message}`);
  if (status !== 0) process.exit(status ?? 130);
}

/** Time of the newest file under `path`; files that tools write beside the sources count, too: at worst one build too many. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt() {
  const built = statSync(MODULE, { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((source) => newest(join(ROOT, source)) <= built.mtimeMs);
}

const asksForHelp = process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h");

if (Number(process.versions.node.split(".")[0]) < 20)
  fail(`Wardgate needs Node 20 or newer; this is ${process.version}.`);
if (!existsSync(join(ROOT, "node_modules/.package-lock.json"))) {
  console.error("Installing dependencies (npm ci) …");
  run("npm ci", ["ci", "--no-audit", "--no-fund"]);
}
if (!asksForHelp && !isBuilt()) {
  console.error("Building the filter (npm run build) …");
  run("npm run build", ["run", "--silent", "build"]);
}
const { register } = await import("tsx/esm/api");
register();
await import("./main.ts");
