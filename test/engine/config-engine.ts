// The configuration loader and the JSON reader of the engine, as Node sees them.
import { type EngineExports, give, loadEngine, take } from "./engine-module.ts";

export interface Checked {
  accepted: boolean;
  problems: string[];
  warnings: string[];
  /** The configuration with every field spelt out; undefined when it is refused. */
  normalised: Record<string, unknown> | undefined;
}

export type Parsed = { value: unknown } | { problem: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ConfigEngine {
  readonly engine: EngineExports = loadEngine();

  check(source: Uint8Array | string): Checked {
    const { at, len } = give(this.engine, source);
    const accepted = this.call("configCheck", at, len) !== 0;
    this.call("release", at);
    const normalised = this.text("configNormalised");
    return {
      accepted,
      problems: lines(this.text("configProblems")),
      warnings: lines(this.text("configWarnings")),
      normalised: normalised === "" ? undefined : JSON.parse(normalised),
    };
  }

  parse(source: Uint8Array | string): Parsed {
    const { at, len } = give(this.engine, source);
    const parsed = this.call("jsonParse", at, len) !== 0;
    this.call("release", at);
    return parsed ? { value: this.value(this.call("jsonRoot")) } : { problem: this.text("configProblems") };
  }

  private value(node: number): unknown {
    switch (this.call("jsonKind", node)) {
      case 1:
        return null;
      case 2:
        return false;
      case 3:
        return true;
      case 4:
        return this.call("jsonNumber", node);
      case 5:
        return this.text("jsonText", node);
      case 6:
        return this.children(node).map((child) => this.value(child));
      case 7:
        return Object.fromEntries(
          this.children(node).map((child) => [this.text("jsonKey", child), this.value(child)]),
        );
      default:
        throw new Error(`node ${node} is of no kind`);
    }
  }

  private children(node: number): number[] {
    const children: number[] = [];
    for (let child = this.call("jsonFirst", node); child !== 0; child = this.call("jsonNext", child)) {
      children.push(child);
    }
    return children;
  }

  private text(name: string, ...args: number[]): string {
    const at = this.call(`${name}At`, ...args);
    return decoder.decode(take(this.engine, at, this.call(`${name}Length`, ...args)));
  }

  private call(name: string, ...args: number[]): number {
    return this.engine[name]!(...args);
  }
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}
