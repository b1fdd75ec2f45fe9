// Runs the AssemblyScript compiler in this process.
import asc from "assemblyscript/asc";
import type { Transform } from "assemblyscript/transform";

/** No proxy offers `env.abort`; Envoy calls `_initialize` before anything else. */
export const FILTER_FLAGS = ["--use", "abort=assembly/proxy/abort/abort", "--exportStart", "_initialize"];

/**
 * What runs when a configuration is read. Its functions are not put into one another: V8 does that once more, and
 * compiling the module is what an Envoy's start waits for. Of 842 ms of CPU it saves 60, of the module 30 KB; requests
 * cost the same.
 *
 * TRIED: `optimizeLevel` 2 or `shrinkLevel` 1 for everything: 100 KB and 18 % of the compilation less, but requests cost
 * 10 % more. No inlining in ~lib, report/ and rules/ either: 20 KB more, but requests cost 3 % more. Calls through the
 * function table, which V8 does not follow: 5 to 9 % more to compile. Everything that has one caller into it: 6 % less,
 * with 711 functions instead of 969.
 */
const COLD = ["assembly/core/compile/*", "assembly/core/config/*", "assembly/core/document/*"];

/** What is used of Binaryen, which the compiler hands to its transforms. */
interface Binaryen {
  setPassArgument(pass: string, argument: string): void;
}

/** Marks cold functions before the module is optimised. The pass is Binaryen's own. */
class KeepColdApart {
  declare readonly binaryen: Binaryen;

  afterCompile(module: { runPasses(passes: string[]): void }): void {
    for (const pattern of COLD) {
      this.binaryen.setPassArgument("no-inline", pattern);
      module.runPasses(["no-inline"]);
    }
  }
}

/** Compiles `entry` to `outFile`; throws with the compiler's own messages when it fails. */
export async function compileAssembly(
  entry: string,
  outFile: string,
  flags: string[] = [],
  target: "release" | "debug" = "release",
): Promise<void> {
  const { error, stderr } = await asc.main([entry, "--target", target, "-o", outFile, ...flags], {
    // The compiler makes an object of a class, and gives it `binaryen`.
    transforms: [KeepColdApart as unknown as Transform],
  });
  const messages = stderr.toString();
  if (error) throw new Error(`${entry} does not compile\n${messages}`);
  if (messages.includes("WARNING")) process.stderr.write(messages);
}
