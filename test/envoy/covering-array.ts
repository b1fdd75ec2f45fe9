// Rows over several factors in which every pair of values occurs together, and every triple of chosen factors: far fewer than all
// combinations, and always the same ones.

export type Factors = Record<string, readonly unknown[]>;
export type Row<F extends Factors> = { [K in keyof F]: F[K][number] };

/** Values are told apart by their place, so one that is listed twice comes twice as often. */
export function coveringArray<F extends Factors>(
  factors: F,
  triples: readonly (keyof F & string)[],
): Row<F>[] {
  const names = Object.keys(factors);
  const open = new Set<string>();
  for (const group of groupsOf(names, triples)) {
    for (const places of placesOf(group, factors)) open.add(keyOf(group, places));
  }
  const rows: Row<F>[] = [];
  const groups = groupsOf(names, triples);
  for (const key of open) {
    const row = complete(new Map(parseKey(key)), factors, groups, open, rows.length);
    for (const group of groups) {
      open.delete(
        keyOf(
          group,
          group.map((name) => row.get(name)!),
        ),
      );
    }
    rows.push(Object.fromEntries(names.map((name) => [name, factors[name]![row.get(name)!]])) as Row<F>);
  }
  return rows;
}

/** The rest of a row, each factor at the place that covers most of what is open; `turn` shifts which of equals is taken. */
function complete(
  row: Map<string, number>,
  factors: Factors,
  groups: string[][],
  open: Set<string>,
  turn: number,
): Map<string, number> {
  for (const [i, name] of Object.keys(factors).entries()) {
    if (row.has(name)) continue;
    const count = factors[name]!.length;
    let best = 0;
    let bestGain = -1;
    for (let k = 0; k < count; k++) {
      const place = (k + (Math.imul(turn + 1, 2_654_435_761) >>> (i + 3))) % count;
      row.set(name, place);
      const gain = groups.filter((group) => group.includes(name) && isOpen(group, row, open)).length;
      if (gain > bestGain) [best, bestGain] = [place, gain];
    }
    row.set(name, best);
  }
  return row;
}

function isOpen(group: string[], row: Map<string, number>, open: Set<string>): boolean {
  if (!group.every((name) => row.has(name))) return false;
  return open.has(
    keyOf(
      group,
      group.map((name) => row.get(name)!),
    ),
  );
}

/** All pairs of factors, and all triples of those in `triples`. */
function groupsOf(names: string[], triples: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const [i, a] of names.entries()) {
    for (const [j, b] of names.slice(i + 1).entries()) {
      groups.push([a, b]);
      if (!triples.includes(a) || !triples.includes(b)) continue;
      for (const c of names.slice(i + j + 2)) if (triples.includes(c)) groups.push([a, b, c]);
    }
  }
  return groups;
}

function placesOf(group: string[], factors: Factors): number[][] {
  return group.reduce<number[][]>(
    (rows, name) => rows.flatMap((row) => factors[name]!.map((_, place) => [...row, place])),
    [[]],
  );
}

function keyOf(group: string[], places: number[]): string {
  return group.map((name, i) => `${name}=${places[i]}`).join("&");
}

function parseKey(key: string): [string, number][] {
  return key.split("&").map((part) => {
    const [name = "", place = ""] = part.split("=");
    return [name, Number(place)];
  });
}
