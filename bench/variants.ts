// What the bench sets side by side: Envoys that differ in their filter only.

/** Modes in which an attack is answered with a block page; in the others it passes and is reported. */
export interface Variant {
  name: string;
  /** Absent: no filter at all. */
  filter?: { module: string; configuration: Record<string, unknown>; judges: boolean; blocks: boolean };
}

export const PLAIN = "plain";
/** What the differences are taken to. */
export const BASELINE = "no-op";
/** The one that the targets speak of. */
export const BLOCK = "block";
export const VARIANT_NAMES = [PLAIN, BASELINE, "monitor", BLOCK, "observe"] as const;

/** As in envoy/envoy.yaml. */
const BLOCKING = { mode: "block", hold_headers: true };

export interface Modules {
  noop: string;
  wardgate: string;
  /** Further builds by name, in block mode. */
  others: Record<string, string>;
}

/** The named variants and one for each further module. The baseline is always among them. */
export function chooseVariants(names: readonly string[], modules: Modules): Variant[] {
  const judging = (module: string, configuration: Record<string, unknown>) => ({
    ...{ module, configuration, judges: true, blocks: configuration["mode"] === "block" },
  });
  const all: Variant[] = [
    { name: PLAIN },
    { name: BASELINE, filter: { module: modules.noop, configuration: {}, judges: false, blocks: false } },
    { name: "monitor", filter: judging(modules.wardgate, { ...BLOCKING, mode: "monitor" }) },
    { name: BLOCK, filter: judging(modules.wardgate, BLOCKING) },
    { name: "observe", filter: judging(modules.wardgate, { mode: "observe" }) },
  ];
  const chosen = all.filter(({ name }) => name === BASELINE || names.includes(name));
  const others = Object.entries(modules.others).map(([name, module]) => ({
    ...{ name, filter: judging(module, BLOCKING) },
  }));
  return [...chosen, ...others];
}
