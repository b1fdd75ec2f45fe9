// Configuration text → policy: loads it, compiles its rules, opens the shipped ones. All problems at once.

import { ByteWriter } from "./bytes/byte-writer";
import { Text } from "./bytes/text";
import {
  REGEX_FOLD_CASE,
  RegexBuild,
  RegexStatus,
  buildRegex,
  regexErrorText,
} from "./compile/regex-compiler";
import { RuleCompiler } from "./compile/rule-compiler";
import { Config, MODE_NAMES, SENSITIVITY_NAMES } from "./config/config";
import { loadConfig } from "./config/config-loader";
import { DEFAULT_RULESET, DEFAULT_RULESET_SIZE } from "./generated/default-ruleset";
import { Policy } from "./policy";
import { Level } from "./rules/layout";
import { LoadError } from "./rules/ruleset-loader";
import { VERSION } from "./version";

/** What came of a build; lines are newline-separated. */
@unmanaged
export class PolicyBuild {
  problems: ByteWriter = new ByteWriter();
  warnings: ByteWriter = new ByteWriter();
  /** Fate of every custom rule, as JSON (compile/load-report.ts); empty without custom rules. */
  report: ByteWriter = new ByteWriter();
  /** One line for the log. */
  summary: ByteWriter = new ByteWriter();

  clear(): void {
    this.problems.clear();
    this.warnings.clear();
    this.report.clear();
    this.summary.clear();
  }

  free(): void {
    this.problems.free();
    this.warnings.free();
    this.report.free();
    this.summary.free();
    heap.free(changetype<usize>(this.problems));
    heap.free(changetype<usize>(this.warnings));
    heap.free(changetype<usize>(this.report));
    heap.free(changetype<usize>(this.summary));
    heap.free(changetype<usize>(this));
  }
}

/** The policy of the configuration at `at`, or null with `build.problems` saying why. No bytes = the defaults. */
export function buildPolicy(at: usize, len: u32, build: PolicyBuild): Policy | null {
  const config = new Config();
  if (!loadConfig(at, len, config, build.problems, build.warnings)) {
    config.free();
    heap.free(changetype<usize>(config));
    return null;
  }
  const policy = new Policy(config);
  policy.useShipped(DEFAULT_RULESET, DEFAULT_RULESET_SIZE);
  if (config.customRules != 0 || config.hasSections) compileCustom(policy, config, build);
  policy.settle();
  policy.redactKeys = compileRedaction(config.redactKeyRegex, "redaction.key_regex: ", build);
  policy.redactValues = compileRedaction(config.redactValueRegex, "redaction.value_regex: ", build);
  if (build.problems.length == 0) addRoutes(policy, config);
  config.closeDocument();
  if (build.problems.length != 0) {
    policy.release();
    return null;
  }
  summarise(policy, build);
  return policy;
}

/** A policy for each route, over the tables of the global one. */
function addRoutes(policy: Policy, config: Config): void {
  for (let i: u32 = 0; i < config.routes.count; i++) {
    const route = config.routes.at(i);
    const own = new Policy(route.config);
    own.routeName.at = route.name.at;
    own.routeName.len = route.name.len;
    own.useShipped(DEFAULT_RULESET, DEFAULT_RULESET_SIZE);
    own.shareWith(policy);
    own.settle();
    own.shareCaches(policy);
    policy.addRoute(own);
  }
}

/**
 * A rule that is wrong refuses the configuration. A rule that cannot be honoured here, and any entry beside the rules that
 * is wrong, is warned of and left out.
 */
function compileCustom(policy: Policy, config: Config, build: PolicyBuild): void {
  const bytes = new ByteWriter();
  const doc = config.document;
  const compiler = new RuleCompiler(doc, true);
  const ok = compiler.compile(config.customRules, bytes, build.report, doc.root());
  compiler.writeLines(build.problems, build.warnings);
  if (!ok) build.problems.text("custom_rules: no rules document\n");
  if (build.problems.length == 0) {
    const error = policy.useCustom(bytes);
    if (error != LoadError.None)
      problem(build, "custom_rules: the compiled rules cannot be read: error ", error);
  }
  compiler.free();
  bytes.free();
  heap.free(changetype<usize>(bytes));
}

/** The program of a redaction pattern, in memory of its own; 0 when there is none or it is wrong. */
function compileRedaction(pattern: Text, field: string, build: PolicyBuild): usize {
  if (pattern.len == 0) return 0;
  const regex = new RegexBuild();
  regex.maxStates = 0;
  let program: usize = 0;
  if (buildRegex(regex, pattern.at, pattern.len, REGEX_FOLD_CASE) == RegexStatus.Ok) {
    program = heap.alloc(regex.program.length);
    memory.copy(program, regex.program.at, regex.program.length);
  } else {
    build.problems.text(field);
    build.problems.text(regexErrorText(regex.errorCode));
    build.problems.text(" at offset ");
    build.problems.decimal(regex.errorAt);
    build.problems.byte(0x0a);
  }
  regex.free();
  return program;
}

function problem(build: PolicyBuild, what: string, code: u32): void {
  build.problems.text(what);
  build.problems.decimal(code);
  build.problems.byte(0x0a);
}

function summarise(policy: Policy, build: PolicyBuild): void {
  const out = build.summary;
  out.text("version ");
  out.text(VERSION);
  out.text(", mode ");
  out.text(MODE_NAMES[policy.config.mode]);
  out.text(", sensitivity ");
  out.text(SENSITIVITY_NAMES[policy.config.sensitivity - Level.Low]);
  out.text(", shipped rules ");
  out.decimal(policy.shipped.ruleCount);
  out.text(", custom rules ");
  out.decimal(policy.custom.ruleCount);
}
