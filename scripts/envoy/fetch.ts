// Prints the path of an Envoy, getting it first if need be:  tsx scripts/envoy/fetch.ts [VERSION]
import { ENVOY_VERSIONS, type EnvoyVersion, EnvoyUnavailable, findEnvoy } from "./binary.ts";

const version = process.argv[2];
if (version !== undefined && !ENVOY_VERSIONS.includes(version as EnvoyVersion)) {
  console.error(`Unknown version ${version}; pinned are ${ENVOY_VERSIONS.join(" and ")}.`);
  process.exit(1);
}
try {
  console.log((await findEnvoy(version as EnvoyVersion | undefined)).path);
} catch (error) {
  if (!(error instanceof EnvoyUnavailable)) throw error;
  console.error(error.message);
  process.exit(1);
}
