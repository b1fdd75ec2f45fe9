// `wardgate run`: what `npm start` does. It needs the checkout, whose bootstrap is run in this process so that Ctrl-C
// reaches it.
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "./output.ts";

/** Relative to dist/wardgate.mjs, and to this file. */
const PLACES = ["../scripts/start/bootstrap.mjs", "../start/bootstrap.mjs"];

export async function run(args: string[]): Promise<void> {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const bootstrap = places.find((place) => existsSync(place));
  if (bootstrap === undefined) {
    throw new UsageError(
      "`wardgate run` works from a checkout only: scripts/start is not beside this program.",
    );
  }
  process.argv = [process.argv[0]!, bootstrap, ...args];
  await import(pathToFileURL(bootstrap).href);
}
