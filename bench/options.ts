// Options that the benches in a real Envoy share.
import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_ENVOY_VERSION, ENVOY_VERSIONS, type EnvoyVersion } from "../scripts/envoy/binary.ts";

export interface RunOptions {
  envoyVersion: EnvoyVersion;
  json: boolean;
  record: boolean;
  check: boolean;
}

/** The number on the command line; an error when it is not above 0. */
export function positive(text: string): number {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Give a number above 0.");
}

/** Which Envoy, and what becomes of the figures. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--envoy-version <version>", "which Envoy")
        .choices(ENVOY_VERSIONS)
        .default(DEFAULT_ENVOY_VERSION),
    )
    .option("--json", "print the figures as JSON", false)
    .option("--record", "also keep them in bench/record/", false)
    .option("--check", "exit with 2 when a target is missed", false);
}
