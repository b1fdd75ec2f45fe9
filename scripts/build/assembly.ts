// Runs the AssemblyScript compiler in this process.
import asc from "assemblyscript/asc";

/** No proxy offers `env.abort`; Envoy calls `_initialize` before anything else. */
export const FILTER_FLAGS = ["--use", "abort=assembly/proxy/abort/abort", "--exportStart", "_initialize"];

/** Compiles `entry` to `outFile`; throws with the compiler's own messages when it fails. */
export async function compileAssembly(
  entry: string,
  outFile: string,
  flags: string[] = [],
  target: "release" | "debug" = "release",
): Promise<void> {
  const { error, stderr } = await asc.main([entry, "--target", target, "-o", outFile, ...flags]);
  const messages = stderr.toString();
  if (error) throw new Error(`${entry} does not compile\n${messages}`);
  if (messages.includes("WARNING")) process.stderr.write(messages);
}
