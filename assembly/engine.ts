// The core without a proxy: bare exports for Node, the HAProxy agent, fuzzing and benchmarks.
export * from "./engine/memory-exports";
export * from "./engine/detector-exports";
export * from "./engine/parse-exports";
export * from "./engine/reader-exports";
export * from "./engine/transform-exports";
export * from "./engine/regex-exports";
export * from "./engine/config-exports";
export * from "./engine/ruleset-exports";
export * from "./engine/rule-eval-exports";
export * from "./engine/transaction-exports";
export * from "./engine/explain-exports";
export * from "./engine/value-match-exports";
