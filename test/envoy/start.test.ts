// `npm start` as a user meets it: the welcome, requests that pass and requests that are blocked, events, mistakes, the end.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Http1Client, type Exchange } from "./clients.ts";
import { eventually } from "./protected-api.ts";

const MAIN = fileURLToPath(new URL("../../scripts/start/main.ts", import.meta.url));
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

const PASSES: { name: string; exchange: Exchange }[] = [
  { name: "a name with an apostrophe in the query", exchange: { path: "/api/items?q=O%27Brien" } },
  {
    name: "a JSON POST",
    exchange: { method: "POST", path: "/api/users", headers: JSON_TYPE, body: '{"name":"Ada","age":36}' },
  },
  {
    name: "PUT",
    exchange: { method: "PUT", path: "/api/items/1", headers: JSON_TYPE, body: '{"name":"Lamp"}' },
  },
  {
    name: "PATCH",
    exchange: { method: "PATCH", path: "/api/items/1", headers: JSON_TYPE, body: '{"price":3}' },
  },
  { name: "DELETE", exchange: { method: "DELETE", path: "/api/items/1" } },
  {
    name: "application/vnd.api+json",
    exchange: {
      method: "POST",
      path: "/api/items",
      headers: { "content-type": "application/vnd.api+json" },
      body: '{"data":{"type":"items"}}',
    },
  },
];

const BLOCKED: { name: string; exchange: Exchange }[] = [
  {
    name: "SQL injection in a JSON value",
    exchange: {
      method: "POST",
      path: "/api/users",
      headers: JSON_TYPE,
      body: `{"user":{"name":"x' OR 1=1 -- "}}`,
    },
  },
  { name: "script in an event handler", exchange: { path: "/api/items?q=<img%20src=x%20onerror=alert(1)>" } },
  { name: "path traversal", exchange: { path: "/api/items?f=../../../../etc/passwd" } },
  {
    name: "metadata service address",
    exchange: { path: "/api/items?u=http://169.254.169.254/latest/meta-data/" },
  },
  {
    name: "JNDI lookup",
    exchange: { method: "POST", path: "/api/login", headers: JSON_TYPE, body: '{"a":"${jndi:ldap://x/a}"}' },
  },
  {
    name: "shell command in a form field",
    exchange: {
      method: "POST",
      path: "/api/users",
      headers: FORM_TYPE,
      body: "name=%3B+cat+%2Fetc%2Fpasswd",
    },
  },
  {
    name: "a scanner's user agent",
    exchange: { path: "/api/items", headers: { "user-agent": "sqlmap/1.8.4#stable (https://sqlmap.org)" } },
  },
];

describe("npm start with a real Envoy", () => {
  let started: Started;
  before(async () => {
    started = await Started.ready(["--envoy-version", "1.40.0"]);
  });
  after(killAll);

  for (const { name, exchange } of PASSES) {
    test(`${name} → passes, the demo API reports it`, async () => {
      const response = await started.request(exchange);
      assert.ok(response.status < 300, `status ${response.status}`);
      const bytes = exchange.body?.length ?? 0;
      await started.says(
        `[demo api] received ${exchange.method ?? "GET"} ${exchange.path} (${bytes} body bytes)`,
      );
    });
  }

  for (const { name, exchange } of BLOCKED) {
    test(`${name} → 403 with a body, nothing arrives at the demo API, the event is printed`, async () => {
      started.forget();
      const response = await started.request(exchange);
      assert.equal(response.status, 403);
      assert.notEqual(response.body.length, 0);
      await started.says("[wardgate] BLOCK");
      assert.equal(started.output.includes("[demo api] received"), false);
    });
  }

  test("Ctrl-C → ends with 0 and leaves nothing behind", async () => {
    const code = await started.interrupt();
    assert.equal(code, 0);
    assert.deepEqual(started.leftovers(), []);
    await assert.rejects(Http1Client.connect(started.port), /ECONNREFUSED/);
  });
});

describe("npm start, other ways", { timeout: 120_000 }, () => {
  after(killAll);

  test("busy port → says which and how to choose another, exit code 1", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const started = new Started(["--envoy-version", "1.40.0"], port);
    assert.equal(await started.ended(), 1);
    assert.match(started.output, new RegExp(`Port ${port} is in use.*--port`));
    server.close();
  });

  test("configuration with a mistake → the filter's message, exit code 1, nothing left behind", async () => {
    const directory = mkdtempSync(join(tmpdir(), "wardgate-start-"));
    const config = join(directory, "wardgate.yaml");
    writeFileSync(config, "mode: blok\n");
    const started = new Started(["--envoy-version", "1.40.0", "--config", config], await freePort());
    assert.equal(await started.ended(), 1);
    assert.match(started.output, /\bmode\b/);
    assert.deepEqual(started.leftovers(), []);
    rmSync(directory, { recursive: true });
  });

  test("--mode monitor --json → attacks pass, stdout holds the events alone, one JSON document a line", async () => {
    const started = await Started.ready(["--envoy-version", "1.40.0", "--mode", "monitor", "--json"]);
    try {
      assert.ok((await started.request(BLOCKED[0]!.exchange)).status < 300);
      await eventually("event on stdout", () => (started.stdout.includes("\n") ? true : undefined));
      for (const line of started.stdout.trim().split("\n")) JSON.parse(line);
    } finally {
      await started.interrupt();
    }
  });

  test("no Envoy to be had → says so and serves through the Node host", async () => {
    const started = await Started.ready([], { ENVOY_BIN: "/nonexistent/envoy" });
    try {
      assert.match(started.output, /No Envoy/);
      assert.equal((await started.request(PASSES[1]!.exchange)).status, 201);
      started.forget();
      assert.equal((await started.request(BLOCKED[0]!.exchange)).status, 403);
      await started.says("[wardgate] BLOCK");
      assert.equal(started.output.includes("[demo api] received"), false);
    } finally {
      assert.equal(await started.interrupt(), 0);
    }
  });
});

const all: Started[] = [];

function killAll(): void {
  for (const started of all.splice(0)) started.kill();
}

/** A running `npm start` (without the installing and building before it). */
class Started {
  readonly port: number;
  readonly exited: Promise<number | null>;
  stdout = "";
  /** stdout and stderr since the start or the last `forget`. */
  output = "";
  private readonly child: ChildProcess;
  private readonly temporary = mkdtempSync(join(tmpdir(), "wardgate-start-"));

  constructor(args: string[], port: number, env: Record<string, string> = {}) {
    this.port = port;
    this.child = spawn(process.execPath, ["--import", "tsx", MAIN, "--port", String(port), ...args], {
      env: { ...process.env, TMPDIR: this.temporary, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout!.on("data", (bytes: Buffer) => {
      this.stdout += bytes.toString();
      this.output += bytes.toString();
    });
    this.child.stderr!.on("data", (bytes: Buffer) => (this.output += bytes.toString()));
    this.exited = new Promise((resolve) => this.child.once("close", resolve));
    all.push(this);
  }

  static async ready(args: string[], env: Record<string, string> = {}): Promise<Started> {
    const started = new Started(args, await freePort(), env);
    const ended = started.exited.then((code) => {
      throw new Error(`ended with ${code} before it was ready:\n${started.output}`);
    });
    await Promise.race([started.says("Ctrl-C stops everything.", 120_000), ended]);
    ended.catch(() => {});
    return started;
  }

  async request(exchange: Exchange) {
    const client = await Http1Client.connect(this.port);
    try {
      return await client.request(exchange);
    } finally {
      client.close();
    }
  }

  async says(text: string, timeoutMs = 10_000): Promise<void> {
    await eventually(
      `"${text}" in the output`,
      () => (this.output.includes(text) ? true : undefined),
      timeoutMs,
    );
  }

  forget(): void {
    this.output = "";
  }

  /** Files it left in its directory for temporary ones; those of the TypeScript loader are its own. */
  leftovers(): string[] {
    return readdirSync(this.temporary).filter(
      (name) => !name.startsWith("tsx-") && !name.startsWith("node-compile-cache"),
    );
  }

  interrupt(): Promise<number | null> {
    this.child.kill("SIGINT");
    return this.ended();
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    const end: { code?: number | null } = {};
    void this.exited.then((code) => (end.code = code));
    return eventually("the end of npm start", () => end.code, 20_000);
  }

  /** SIGTERM, for what a failed test left running: unlike SIGKILL it ends the Envoy behind it, too. */
  kill(): void {
    this.child.kill("SIGTERM");
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
