// The rule compiler alone: what the build runs before there is a ruleset to embed.
export * from "./memory-exports";
export * from "./ruleset-exports";
