// Portable: consts and enums; also bundled by esbuild.

/** What the matches so far ask for; the worst one wins, so the order matters. */
export enum Verdict {
  Allow = 0,
  Monitor = 1,
  Block = 2,
}
