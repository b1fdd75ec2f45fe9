// Reads the files that commands are given: YAML or JSON, and the Wardgate configurations inside Envoy and Istio files.
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { UsageError } from "./output.ts";

type Node = Record<string, unknown>;

/** A file is neither YAML nor JSON; one line per mistake, with its place. */
export class SyntaxProblems extends Error {
  override name = "SyntaxProblems";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

export interface FoundConfiguration {
  /** Where in the file, as a path; empty for the file as a whole. */
  where: string;
  configuration: unknown;
}

export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

/** The documents of a YAML file; one of a JSON file. Throws SyntaxProblems. */
export function parseDocuments(text: string): unknown[] {
  const documents = parseAllDocuments(text, { prettyErrors: true });
  if ("empty" in documents) return [{}];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) throw new SyntaxProblems(errors.map(({ message }) => message.split("\n")[0]!));
  try {
    return documents.map((document) => document.toJS() as unknown);
  } catch (error) {
    throw new SyntaxProblems([(error as Error).message]);
  }
}

/** The one document of a YAML or JSON file. Throws SyntaxProblems. */
export function parseDocument(text: string): unknown {
  const documents = parseDocuments(text);
  if (documents.length > 1) throw new SyntaxProblems([`${documents.length} documents where one is expected`]);
  return documents[0];
}

/**
 * The configurations of a file: the file itself; or, in an Envoy configuration, those of its wasm filters, and in
 * Kubernetes resources the `pluginConfig` of WasmPlugins. A file in JSON is taken as its text, so that the loader's own
 * reader judges it.
 */
export function findConfigurations(text: string): FoundConfiguration[] {
  const documents = parseDocuments(text);
  const resources = documents.filter(isResource);
  if (resources.length === 0 && documents.length === 1) {
    const json = text.trimStart().startsWith("{");
    return [{ where: "", configuration: json ? text : documents[0] }];
  }
  const found: FoundConfiguration[] = [];
  documents.forEach((document, i) => collect(document, documents.length > 1 ? `[${i}]` : "", found));
  return found;
}

/** Neither field is one of Wardgate's own. */
function isResource(document: unknown): boolean {
  return isNode(document) && ["static_resources", "apiVersion", "resources"].some((key) => key in document);
}

/** Depth first, without recursion of its own depth: documents come from people, not from attackers, but may nest. */
function collect(root: unknown, at: string, found: FoundConfiguration[]): void {
  const open: [unknown, string][] = [[root, at]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, path] = next;
    if (Array.isArray(node)) {
      for (let i = node.length - 1; i >= 0; i--) open.push([node[i], `${path}[${i}]`]);
    } else if (isNode(node)) {
      const own = configurationOf(node, path);
      if (own !== undefined) found.push(own);
      for (const [key, child] of Object.entries(node).reverse())
        open.push([child, path === "" ? key : `${path}.${key}`]);
    }
  }
}

/** The configuration that a wasm PluginConfig of Envoy, or the spec of an Istio WasmPlugin, holds. */
function configurationOf(node: Node, path: string): FoundConfiguration | undefined {
  const any = node["configuration"];
  if ("vm_config" in node && isNode(any) && "value" in any) {
    return { where: `${path}.configuration.value`, configuration: any["value"] };
  }
  if ("pluginConfig" in node) return { where: `${path}.pluginConfig`, configuration: node["pluginConfig"] };
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
