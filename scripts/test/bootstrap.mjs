// `npm test`, from a fresh clone on: installs what is missing, then hands over to scripts/test/main.ts.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

function run(command, args) {
  const { status, signal } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(signal ? 130 : (status ?? 1));
}

if (!existsSync("node_modules/.package-lock.json")) run("npm", ["ci"]);
run("node", ["--import", "tsx", "scripts/test/main.ts", ...process.argv.slice(2)]);
