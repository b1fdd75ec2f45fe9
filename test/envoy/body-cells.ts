// The cells of the matrix of bodies: body type, mode, direction, position of the attack, framing and what else decides the outcome.
import type { Factors, Row } from "./covering-array.ts";
import { coveringArray } from "./covering-array.ts";
import { BODY_TYPES, POSITIONS, UPLOAD_RULE } from "./body-samples.ts";

export const CAPTURE_SIZE = 131_072;
/** Short, so that it fits where a response of any length is replaced. */
export const BLOCK_PAGE = '{"blocked":"[security_response_id]"}';

const FACTORS = {
  mode: ["NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL"],
  direction: ["request", "response"],
  position: POSITIONS,
  framing: [
    ...["HTTP/1.1 content-length", "HTTP/1.1 chunked", "HTTP/1.1 trailers"],
    ...["HTTP/1.1 content-length dribbled", "HTTP/1.1 chunked dribbled"],
    ...["HTTP/2 content-length", "HTTP/2", "HTTP/2 trailers", "HTTP/2 dribbled"],
  ],
  type: BODY_TYPES,
  overLimit: ["stream", "inspect_prefix", "reject"],
  holdHeaders: [true, false],
  responseBlock: ["reset", "replace"],
  // What is listed more often comes more often.
  enforcement: ["block", "block", "block", "block", "monitor", "observe"],
  isAttack: [true, true, true, false],
} as const satisfies Factors;

export type Cell = Row<typeof FACTORS>;

const ALL_CELLS = coveringArray(FACTORS, ["mode", "direction", "position", "framing"]);

/** Attacks in short bodies that pass as they come: every type in every framing, both ways. */
const PASSING_CELLS = coveringArray(
  {
    ...FACTORS,
    ...({
      mode: ["STREAMED"],
      position: ["first", "last"],
      enforcement: ["block"],
      isAttack: [true],
    } as const),
  },
  ["direction", "framing", "type"],
);

/** Every pair of values; of mode, direction, position and framing every triple. */
export const CELLS: readonly Cell[] = different([...ALL_CELLS, ...PASSING_CELLS]);

/** Every pair of values alone, with attacks that are not far into the body. */
export const FEW_CELLS: readonly Cell[] = different(
  coveringArray({ ...FACTORS, position: ["first", "last", "across a border", "at 4,097"] as const }, []),
);

function different(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [nameOf(cell), cell])).values()];
}

export function nameOf(cell: Cell): string {
  const { type, mode, direction, position, framing } = cell;
  const rest = [
    cell.isAttack ? "attack" : "harmless",
    cell.enforcement,
    `over_limit ${cell.overLimit}`,
    ...(cell.holdHeaders ? ["hold_headers"] : []),
    cell.responseBlock,
  ];
  return `${direction}, ${mode}, ${type}, ${framing}, ${position}, ${rest.join(", ")}`;
}

/** The name of the route of the configuration that a cell needs, which is also its place in paths. */
export function routeOf(cell: Cell): string {
  return [cell.mode, cell.overLimit, cell.holdHeaders ? "hold" : "pass", cell.responseBlock, cell.enforcement]
    .join("-")
    .toLowerCase();
}

/** A configuration with a route for each of `cells`. */
export function configurationFor(cells: readonly Cell[]): string {
  const routes = new Map(cells.map((cell) => [routeOf(cell), cell]));
  return JSON.stringify({
    mode: "block",
    block_rules: ["wg-resp-004"],
    custom_rules: [UPLOAD_RULE],
    blocking: { json: BLOCK_PAGE },
    body_capture_size: CAPTURE_SIZE,
    routes: [...routes].map(([name, cell]) => ({
      name,
      match: { path_prefix: `/${name}/` },
      mode: cell.enforcement,
      hold_headers: cell.holdHeaders,
      request_body: cell.mode,
      response_body: cell.mode,
      over_limit: cell.overLimit,
      response_block: cell.responseBlock,
    })),
  });
}
