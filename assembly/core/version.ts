// Portable: consts and enums; also bundled by esbuild.

/** Release of the filter; the same as in package.json (checked by a test). */
export const VERSION = "0.1.0";
