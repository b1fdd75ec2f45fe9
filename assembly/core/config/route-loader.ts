// Reads `routes`: for each entry whom it is for, and a configuration of its own, made of the global settings with those of
// the entry over them.

import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { JsonDocument, JsonKind } from "../document/json-document";
import { Config } from "./config";
import { FieldReader } from "./field-reader";
import { GlobalLoader } from "./global-loader";
import { Route } from "./route";
import { ListOf, SettingsLoader } from "./settings-loader";

/** More routes would make choosing one slow: they are tried one after the other. */
const ROUTES_LIMIT: u32 = 256;
const SLASH: u32 = 0x2f;
const DOT: u8 = 0x2e;
const STAR: u32 = 0x2a;

/** Reads the routes of the configuration at `root` into `config`. */
export function loadRoutes(doc: JsonDocument, root: u32, config: Config, fields: FieldReader): void {
  const array = doc.get(root, "routes");
  if (array == 0 || !fields.isArray(array)) return;
  if (doc.count(array) > ROUTES_LIMIT) {
    fields.problem(array, "has more than 256 entries");
    return;
  }
  let index: i32 = 0;
  for (let node = doc.first(array); node != 0; node = doc.next(node)) {
    if (fields.isObject(node)) loadRoute(doc, root, node, index, config, fields);
    index++;
  }
}

function loadRoute(
  doc: JsonDocument,
  root: u32,
  object: u32,
  index: i32,
  config: Config,
  fields: FieldReader,
): void {
  const own = new Config();
  const route = new Route(own);
  loadGlobals(doc, root, own);
  const loader = new RouteLoader(doc, own, fields);
  nameByPlace(route, index);
  let isMatched = false;
  for (let node = doc.first(object); node != 0; node = doc.next(node)) {
    if (doc.keyIs(node, "match")) isMatched = loader.match(node, route);
    else if (doc.keyIs(node, "name")) loader.name(node, route);
    else if (!loader.setting(node, object)) fields.unknown(node);
  }
  if (doc.get(object, "match") == 0) fields.problem(object, "match is required");
  heap.free(changetype<usize>(loader));
  // One without a match would be for every request; the configuration is refused then.
  if (isMatched) config.routes.add(route);
  else route.free();
}

/** The global settings; what is wrong with them has been told. */
function loadGlobals(doc: JsonDocument, root: u32, config: Config): void {
  const problems = new ByteWriter();
  const silent = new FieldReader(doc, problems, problems);
  const loader = new GlobalLoader(doc, config, silent);
  loader.load(root);
  heap.free(changetype<usize>(loader));
  heap.free(changetype<usize>(silent));
  problems.free();
  heap.free(changetype<usize>(problems));
}

/** Without a name of its own a route is called by its place. */
function nameByPlace(route: Route, index: i32): void {
  const digits = new ByteWriter();
  digits.decimal(index);
  route.config.keepBytes(route.name, digits);
  digits.free();
  heap.free(changetype<usize>(digits));
}

@unmanaged
class RouteLoader extends SettingsLoader {
  name(node: u32, route: Route): void {
    if (this.text(node, route.name) && route.name.len == 0) this.fields.badValue(node, "is empty");
  }

  /** True when it says something. */
  match(object: u32, route: Route): bool {
    const doc = this.doc;
    const fields = this.fields;
    if (!fields.isObject(object)) return false;
    for (let node = doc.first(object); node != 0; node = doc.next(node)) {
      if (doc.keyIs(node, "host")) this.host(node, route);
      else if (doc.keyIs(node, "path_prefix")) this.path(node, route, false);
      else if (doc.keyIs(node, "path_pattern")) this.path(node, route, true);
      else if (doc.keyIs(node, "methods")) this.methods(node, route);
      else if (doc.keyIs(node, "route_name")) this.routeName(node, route);
      else fields.unknown(node);
    }
    if (doc.get(object, "path_prefix") != 0 && doc.get(object, "path_pattern") != 0)
      fields.problem(object, "path_prefix and path_pattern exclude each other");
    if (doc.first(object) == 0)
      fields.problem(object, "says nothing: name a host, a path, methods or a route_name");
    return doc.first(object) != 0;
  }

  private host(node: u32, route: Route): void {
    if (!this.text(node, route.host)) return;
    const host = route.host;
    if (!isHost(host)) {
      this.fields.badValue(node, "is no host: a name without port, or *. and a name, is needed");
    } else if (load<u8>(host.at) == <u8>STAR) {
      host.at++;
      host.len--;
    }
  }

  private path(node: u32, route: Route, isPattern: bool): void {
    const path = new Text();
    if (this.text(node, path)) {
      if (path.len == 0 || load<u8>(path.at) != <u8>SLASH)
        this.fields.badValue(node, "does not begin with a slash");
      else if (!isPattern) route.usePrefix(path);
      else if (!route.usePattern(path)) this.fields.badValue(node, "is too long");
    }
    heap.free(changetype<usize>(path));
  }

  private methods(node: u32, route: Route): void {
    this.list(node, route.methods, ListOf.Methods);
    if (this.doc.kind(node) == JsonKind.Array && this.doc.first(node) == 0)
      this.fields.problem(node, "is empty");
  }

  private routeName(node: u32, route: Route): void {
    if (this.text(node, route.routeName) && route.routeName.len == 0) this.fields.badValue(node, "is empty");
  }
}

/** A name or address without port, or `*.` and a name: visible ASCII without further stars. */
function isHost(host: Text): bool {
  let from: u32 = 0;
  if (host.len > 2 && load<u8>(host.at) == <u8>STAR && load<u8>(host.at, 1) == DOT) from = 2;
  for (let i = from; i < host.len; i++) {
    const c = <u32>load<u8>(host.at + i);
    if (c - 0x21 > 0x5d || c == STAR || c == SLASH) return false;
  }
  return host.len > from && (from != 0 || load<u8>(host.at) != DOT);
}
