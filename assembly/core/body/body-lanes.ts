// Which parsers read a body: by what it is declared as, and by what its first bytes look like.

import { BodyKind } from "../http/content-type";
import { Looks } from "./body-sniff";

/** A parser at work, one bit each; fed in this order. */
export enum Lane {
  None = 0,
  Json = 1,
  Form = 2,
  Multipart = 4,
  Xml = 8,
  Graphql = 16,
  /** Last, because the others may open it while they are fed. */
  Text = 32,
}

export const LANES: u32 = 6;
export const TEXT_LANE: u32 = LANES - 1;

/** The parsers for a body of that kind that looks like that. */
export function lanesFor(kind: BodyKind, looks: Looks): u32 {
  const others = isMismatched(kind, looks) ? lookedLanes(looks) : Lane.None;
  switch (<i32>kind) {
    case BodyKind.Json:
      // What is no JSON makes the JSON parser call for the text parser.
      return others == Lane.None ? Lane.Json : others;
    case BodyKind.Form:
      return looks == Looks.Json ? Lane.Form | Lane.Json : Lane.Form | others;
    case BodyKind.Multipart:
      return Lane.Multipart | others;
    case BodyKind.Xml:
      return Lane.Xml | others;
    case BodyKind.Graphql:
      // It starts like JSON and is none.
      return Lane.Graphql | Lane.Text | others;
    case BodyKind.Binary:
      return looks == Looks.Binary ? Lane.None : lookedLanes(looks);
  }
  if (looks == Looks.Json && isUntyped(kind)) return Lane.Json;
  // Markup in a text is markup: its attributes are no values of an application.
  return looks == Looks.Markup && kind == BodyKind.Text ? Lane.Text : lookedLanes(looks);
}

/** The body looks like a format, and is declared as another one. */
export function isMismatched(kind: BodyKind, looks: Looks): bool {
  switch (<i32>looks) {
    case Looks.Json:
      return kind != BodyKind.Json && kind != BodyKind.Graphql && !isUntyped(kind);
    case Looks.Form:
      return kind != BodyKind.Form && kind != BodyKind.Graphql && !isUntyped(kind);
    case Looks.Multipart:
      return kind != BodyKind.Multipart && !isUntyped(kind);
    case Looks.Xml:
      return kind != BodyKind.Xml && !isUntyped(kind);
    case Looks.Markup:
      return kind != BodyKind.Xml && kind != BodyKind.Form && !isUntyped(kind);
  }
  return false;
}

/** The type says nothing about the format. */
function isUntyped(kind: BodyKind): bool {
  return kind == BodyKind.None || kind == BodyKind.Unknown || kind == BodyKind.Text;
}

/** The parsers that read what looks like that; the text parser, too, as it may not be that. */
function lookedLanes(looks: Looks): u32 {
  if (looks == Looks.Json || looks == Looks.Brackets) return Lane.Json | Lane.Text;
  if (looks == Looks.Form) return Lane.Form | Lane.Text;
  if (looks == Looks.Multipart) return Lane.Multipart | Lane.Text;
  return looks == Looks.Xml || looks == Looks.Markup ? Lane.Xml | Lane.Text : Lane.Text;
}
