// One configuration in which the first segment of the path chooses the body mode, for tests that do the same in every mode.

export const MODES = ["NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL"] as const;
export type Mode = (typeof MODES)[number];

/** JSON text: `settings`, and a route for each mode and prefix that `prefixOf` gives. */
export function configurationByMode(
  settings: Record<string, unknown>,
  prefixOf: (mode: Mode) => string = (mode) => `/${mode}/`,
): string {
  return JSON.stringify({
    ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"] },
    ...settings,
    routes: MODES.map((mode) => ({
      name: mode,
      match: { path_prefix: prefixOf(mode) },
      request_body: mode,
      response_body: mode,
    })),
  });
}
