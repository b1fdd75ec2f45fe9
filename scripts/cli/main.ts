// The command line `wardgate`. Exit codes: 0 nothing to complain of, 1 problems or findings, 2 wrong usage.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { VERSION } from "../../assembly/core/version.ts";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import { openEngine } from "./engine-file.ts";
import { explain, type ExplainOptions, headerArgument } from "./explain.ts";
import { EXIT, paint, print, printJson, UsageError } from "./output.ts";
import { run } from "./run.ts";
import { addScoreCommand } from "./score.ts";

const EXAMPLES = {
  main: `
Exit codes: 0 nothing to complain of, 1 problems or findings, 2 wrong usage.

Examples:
  wardgate check wardgate.yaml envoy.yaml
  wardgate compile recommended.json -o table.bin
  wardgate explain --path '/items?q=<script>alert(1)</script>'
  wardgate score cases/ --envoy
  wardgate run --upstream 127.0.0.1:3000
`,
  check: `
Examples:
  wardgate check wardgate.yaml            a configuration, JSON or YAML
  wardgate check envoy.yaml               those of the wasm filters in an Envoy configuration
  kubectl get wasmplugin -o yaml | wardgate check -
`,
  compile: `
Examples:
  wardgate compile recommended.json       Datadog's event rules
  wardgate compile rules/                 a folder of rule files
  wardgate compile --json mine.yaml | jq '.[].report.rules.failed'
`,
  explain: `
Exit codes: 0 nothing found, 1 a rule matched or a limit was hit, 2 the request or an option cannot be used.

Examples:
  wardgate explain --path '/items?q=1%27%20OR%201=1--'
  wardgate explain --curl "curl 'https://api.example.com/items?q=<script>' -H 'accept: */*'"
  wardgate explain --curl - < command.txt             a curl command from standard input; @file from a file
  wardgate explain --har session.har --brief          every request that a browser saved
  wardgate explain --raw request.http --all           HTTP/1.1 as it goes over the wire, every input
  wardgate explain --json --curl @command.txt | jq '.inputs[].candidates[] | select(.holds)'
  wardgate explain --method POST --path /login --header 'content-type: application/json' --body '{"user":"a"}'
  wardgate explain --body @request.json --header 'content-type: application/json' --config wardgate.yaml
  wardgate explain --path /x --rules mine.yaml --json
`,
};

async function main(argv: string[]): Promise<void> {
  const program = new Command("wardgate")
    .description("API protection inside Envoy: check its configuration and rules, and try them on requests.")
    .version(VERSION, "-V, --version", "print the version")
    .addHelpText("after", EXAMPLES.main)
    .enablePositionalOptions()
    .exitOverride();
  program
    .command("check")
    .description("check configurations, and print everything that is wrong with them")
    .argument("<file...>", "configuration, Envoy or Istio file; - for standard input")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES.check)
    .action((files: string[], options) => exit(check(files, options)));
  program
    .command("compile")
    .description("compile rules documents, and print what became of every rule")
    .argument("<file...>", "rules document, YAML or JSON, or a folder of rule files")
    .option("-o, --output <file>", "write the compiled table here")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES.compile)
    .action((files: string[], options) => exit(compile(files, options)));
  explainCommand(program);
  addScoreCommand(program, exit);
  program
    .command("run")
    .description("start Envoy with the filter before a demo API or your service (see: wardgate run --help)")
    .argument("[options...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((args: string[]) => run(args));
  program
    .command("version")
    .description("print the versions of the program and of the rules it was built with")
    .option("--json", "print the result as JSON")
    .action(version);
  await program.parseAsync(argv, { from: "user" });
}

function explainCommand(program: Command): void {
  program
    .command("explain")
    .description("judge requests, and say what the engine saw in them, what it asked, and what it decided")
    .option("-X, --method <method>", "method (default: GET, or POST with a body)")
    .option("-p, --path <path>", "target with its query, as it is sent", "/")
    .option("-H, --header <name: value>", "request header; repeatable", headerArgument, [])
    .option("-d, --body <text>", "request body; @file for a file's bytes")
    .option("--curl <command>", "the request of a curl command line; @file or - for one in a file")
    .option("--har <file>", "every request and response of a HAR file; - for standard input")
    .option("--raw <file>", "an HTTP/1.1 request as it goes over the wire; - for standard input")
    .option("--client-ip <address>", "address of the client")
    .option("--status <code>", "status of the response", status)
    .option("--response-header <name: value>", "response header; repeatable", headerArgument, [])
    .option("--response-body <text>", "response body; @file for a file's bytes")
    .option("-c, --config <file>", "configuration to judge by (default: the shipped rules, blocking)")
    .option("-r, --rules <file>", "rules document, or folder of rule files, instead of the shipped rules")
    .option("--all", "also inputs of which no condition came into question")
    .option("--brief", "only verdicts and what matched")
    .option("--json", "print all of it as JSON")
    .addHelpText("after", EXAMPLES.explain)
    .action((options: ExplainOptions) => exit(explain(options)));
}

function version(options: { json?: boolean }): void {
  const engine = openEngine();
  engine.configure();
  const { event } = engine.transaction({});
  const versions = { wardgate: VERSION, engine: event.version, rules: event.ruleset_version ?? "" };
  if (options.json) printJson(versions);
  else print(`wardgate ${VERSION} (engine ${versions.engine}, rules ${versions.rules})`);
}

function status(text: string): number {
  if (/^[1-9]\d\d$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A status is a number from 100 to 999.");
}

/** The code is set, not enforced: what was printed must get out first, pipes included. */
function exit(code: number): void {
  process.exitCode = code;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) {
    exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  } else if (error instanceof UsageError) {
    process.stderr.write(`${paint("red", "wardgate:")} ${error.message}\n`);
    exit(EXIT.usage);
  } else {
    throw error;
  }
}
