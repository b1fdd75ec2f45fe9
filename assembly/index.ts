// The filter: what a proxy-wasm host calls.
import "./proxy/abort";

export { malloc } from "./proxy/host";
export * from "./proxy/callbacks";
