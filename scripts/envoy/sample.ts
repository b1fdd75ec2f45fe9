// envoy/envoy.yaml with other ports, paths and settings put in by plain substitution, so that what `npm start`, the tests and the bench run
// is the file that users read. Each text to be replaced must be there exactly once: a change of the sample cannot go unnoticed.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Relative to this file, and to dist/wardgate.mjs. */
const PLACES = ["../../envoy/envoy.yaml", "../envoy/envoy.yaml"];

export interface SampleValues {
  /** Where Envoy listens; port 0 lets the system choose. */
  listen?: Endpoint;
  adminPort?: number;
  upstream?: Endpoint;
  /** Path of the wasm module. */
  module?: string;
  /** Wardgate's configuration, as JSON text (or as any text, to see it refused). */
  configuration?: string;
  /** False: a refused configuration does not stop Envoy. */
  strict?: boolean;
}

export interface Endpoint {
  host: string;
  port: number;
}

/** The sample as YAML text with `values` in place of its own. */
export function sampleConfig(values: SampleValues): string {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  let text = readFileSync(places.find(existsSync) ?? places[0]!, "utf8");
  const put = (from: string, to: string): void => {
    if (text.split(from).length !== 2) throw new Error(`envoy/envoy.yaml must hold exactly once: ${from}`);
    text = text.replace(from, () => to);
  };
  if (values.listen) put("address: 0.0.0.0, port_value: 10000", endpoint(values.listen));
  if (values.adminPort !== undefined) put("port_value: 9901", `port_value: ${values.adminPort}`);
  if (values.upstream) put("address: 127.0.0.1, port_value: 8080", endpoint(values.upstream));
  if (values.module !== undefined)
    put("filename: build/wardgate.wasm", `filename: ${JSON.stringify(values.module)}`);
  if (values.configuration !== undefined) {
    put(`value: '{"mode":"block","hold_headers":true}'`, `value: ${JSON.stringify(values.configuration)}`);
  }
  if (values.strict === false) put(`{ WARDGATE_STRICT_CONFIG: "1" }`, "{}");
  return text;
}

function endpoint({ host, port }: Endpoint): string {
  return `address: ${JSON.stringify(host)}, port_value: ${port}`;
}
