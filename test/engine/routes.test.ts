// Routes: which requests their settings hold for, and what holds then.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../scripts/engine/engine.ts";
import { ConfigEngine } from "./config-engine.ts";

const config = new ConfigEngine();
const engine = Engine.fromFile("build/engine.wasm");

/** The name of the route that a request of that host, path and method belongs to. */
function routeOf(routes: object[], path: string, host = "api.example.com", method = "GET"): unknown {
  engine.configure({
    shipped_rules: false,
    custom_rules: [
      {
        id: "any",
        name: "Any request",
        tags: { type: "any", category: "attack_attempt" },
        conditions: [
          {
            operator: "match_regex",
            parameters: { inputs: [{ address: "server.request.method" }], regex: "." },
          },
        ],
      },
    ],
    routes,
  });
  return engine.transaction({ method, path, headers: [[":authority", host]] }).event["route"];
}

const named = (name: string, match: object, settings: object = {}) => ({ name, match, ...settings });

describe("routes: which one holds", () => {
  const PATHS: [match: object, path: string, held: boolean][] = [
    [{ path_prefix: "/api" }, "/api", true],
    [{ path_prefix: "/api" }, "/api/x?y=1", true],
    [{ path_prefix: "/api" }, "/apiary", false],
    [{ path_prefix: "/api/" }, "/api/x", true],
    [{ path_prefix: "/" }, "/anything", true],
    [{ path_prefix: "/api" }, "/%61pi/x", true],
    [{ path_prefix: "/api" }, "//api//x", true],
    [{ path_prefix: "/api" }, "/public/../api", true],
    [{ path_prefix: "/api" }, "/public/%2e%2E/api", true],
    [{ path_prefix: "/api" }, "/public\\..\\api", true],
    [{ path_prefix: "/api" }, "/api;v=1/x", true],
    [{ path_prefix: "/public" }, "/public/../api", false],
    [{ path_prefix: "/public" }, "/public/..%2fapi", false],
    [{ path_prefix: "/public" }, "/../../public/x", true],
    [{ path_prefix: "/public" }, "/./public/.", true],
    [{ path_prefix: "/a%" }, "/a%/x", true],
    [{ path_pattern: "/users/*/orders" }, "/users/7/orders", true],
    [{ path_pattern: "/users/*/orders" }, "/users/7/8/orders", false],
    [{ path_pattern: "/users/*/orders" }, "/users/7/orders/9", false],
    [{ path_pattern: "/users/**/orders" }, "/users/7/8/orders", true],
    [{ path_pattern: "/v*/items" }, "/v12/items", true],
    [{ path_pattern: "/a.b(c)+" }, "/a.b(c)+", true],
    [{ path_pattern: "/a.b(c)+" }, "/axb(c)+", false],
    [{ path_pattern: "/é/*" }, "/%C3%A9/x", true],
  ];
  for (const [match, path, held] of PATHS) {
    test(`${JSON.stringify(match)}, ${path} → ${held ? "holds" : "does not hold"}`, () => {
      assert.equal(routeOf([named("it", match)], path), held ? "it" : undefined);
    });
  }

  const HOSTS: [host: string, given: string, held: boolean][] = [
    ["api.example.com", "api.example.com", true],
    ["api.example.com", "API.Example.COM:8443", true],
    ["api.example.com", "api.example.com.", true],
    ["api.example.com", "x.api.example.com", false],
    ["*.example.com", "api.example.com:80", true],
    ["*.example.com", "a.b.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "badexample.com", false],
    ["[::1]", "[::1]:8080", true],
  ];
  for (const [host, given, held] of HOSTS) {
    test(`host ${host}, ${given} → ${held ? "holds" : "does not hold"}`, () => {
      assert.equal(routeOf([named("it", { host })], "/", given), held ? "it" : undefined);
    });
  }

  test("methods → only those", () => {
    const routes = [named("write", { methods: ["POST", "PUT"] })];
    assert.deepEqual(
      ["POST", "PUT", "GET", "post"].map((method) => routeOf(routes, "/", "h", method)),
      ["write", "write", undefined, undefined],
    );
  });

  test("the most specific one, wherever it stands", () => {
    const routes = [
      named("any-path", { path_prefix: "/" }),
      named("post", { path_prefix: "/api", methods: ["POST"] }),
      named("api", { path_prefix: "/api" }),
      named("users", { path_prefix: "/api/users" }),
      named("one-user", { path_pattern: "/api/users/*" }),
      named("wild-host", { host: "*.example.org" }),
      named("host", { host: "api.example.org" }),
    ];
    const rows: [path: string, host: string, method: string, route: string][] = [
      ["/other", "h", "GET", "any-path"],
      ["/api/x", "h", "GET", "api"],
      ["/api/x", "h", "POST", "post"],
      ["/api/users", "h", "POST", "users"],
      ["/api/users/7", "h", "GET", "one-user"],
      ["/api/users/7", "www.example.org", "GET", "wild-host"],
      ["/api/users/7", "api.example.org", "GET", "host"],
    ];
    for (const reversed of [false, true]) {
      const list = reversed ? routes.toReversed() : routes;
      for (const [path, host, method, route] of rows) {
        assert.equal(routeOf(list, path, host, method), route, `${method} ${host}${path}`);
      }
    }
  });

  test("without a name → its place; equals → the first", () => {
    const match = { path_prefix: "/a" };
    assert.equal(routeOf([{ match: { path_prefix: "/b" } }, { match }, { match }], "/a"), "1");
  });

  test("any path → the same whether or not it is spelt with escapes, and nothing traps", () => {
    const routes = [named("a", { path_prefix: "/a" }), named("b", { path_prefix: "/a/b" })];
    const part = fc.constantFrom("a", "b", "..", ".", "", "%2e%2e", "%2f", "\\", ";x", "%", "%4", "?q", "#");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = `/${parts.join("/")}`;
        const escaped = path.replace(/[ab]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
        assert.equal(routeOf(routes, escaped), routeOf(routes, path));
      }),
      { numRuns: 100 },
    );
  });
});

describe("routes: what holds", () => {
  const rule = (id: string, onMatch: string[]) => ({
    id,
    name: id,
    tags: { type: id, category: "attack_attempt" },
    conditions: [
      {
        operator: "phrase_match",
        parameters: { inputs: [{ address: "server.request.query" }], list: ["needle"] },
      },
    ],
    on_match: onMatch,
  });
  const GLOBAL = {
    mode: "block",
    shipped_rules: false,
    disabled_rules: ["third"],
    custom_rules: [rule("first", ["block"]), rule("second", []), rule("third", [])],
    blocking: { status: 451, json: '{"a":"[security_response_id]"}' },
  };
  const judged = (settings: object) => {
    engine.configure({ ...GLOBAL, routes: [named("it", { path_prefix: "/it" }, settings)] });
    return ["/it?a=needle", "/other?a=needle"].map((path) => {
      const { blocked, event } = engine.transaction({ path });
      return [blocked, event["mode"], event.rules.join()];
    });
  };

  const REST = [true, "block", "first,second"];
  const SETTINGS: [settings: object, wanted: unknown[]][] = [
    [{}, REST],
    [{ mode: "monitor" }, [false, "monitor", "first,second"]],
    [{ mode: "observe" }, [false, "observe", "first,second"]],
    [{ disabled_rules: ["first"] }, [false, "block", "second,third"]],
    [{ disabled_rules: [] }, [true, "block", "first,second,third"]],
    [{ monitored_rules: ["first"] }, [false, "block", "first,second"]],
    [{ request_headers: "SKIP" }, [false, undefined, ""]],
  ];
  for (const [settings, wanted] of SETTINGS) {
    test(`${JSON.stringify(settings)} → over the global settings, on that route alone`, () => {
      engine.configure({ ...GLOBAL, routes: [named("it", { path_prefix: "/it" }, settings)] });
      const there = engine.transaction({ path: "/it?a=needle" });
      const mode = there.event.rules.length === 0 ? undefined : there.event["mode"];
      assert.deepEqual([there.blocked, mode, there.event.rules.join()], wanted);
      const elsewhere = engine.transaction({ path: "/other?a=needle" });
      assert.deepEqual([elsewhere.blocked, elsewhere.event["mode"], elsewhere.event.rules.join()], REST);
    });
  }

  test("what one route found clean is judged anew on a route with other rules", () => {
    const there = judged({ disabled_rules: ["first", "second"] });
    assert.deepEqual(there[0], [false, "block", "third"]);
    for (let i = 0; i < 3; i++) assert.deepEqual(judged({})[1], REST);
  });
});

describe("routes: mistakes", () => {
  const ROWS: [route: unknown, problem: string][] = [
    [{ mode: "block" }, "routes[0]: match is required"],
    [{ match: {} }, "routes[0].match: says nothing: name a host, a path, methods or a route_name"],
    [{ match: { hosts: "a" } }, "routes[0].match.hosts: unknown field"],
    [
      { match: { host: "a:80/" } },
      'routes[0].match.host: "a:80/" is no host: a name without port, or *. and a name, is needed',
    ],
    [{ match: { path_prefix: "api" } }, 'routes[0].match.path_prefix: "api" does not begin with a slash'],
    [
      { match: { path_prefix: "/a", path_pattern: "/a" } },
      "routes[0].match: path_prefix and path_pattern exclude each other",
    ],
    [{ match: { methods: [] } }, "routes[0].match.methods: is empty"],
    [{ match: { methods: ["A B"] } }, 'routes[0].match.methods[0]: "A B" is no method'],
    [{ match: { route_name: "" } }, 'routes[0].match.route_name: "" is empty'],
    [{ match: { host: "a" }, name: "" }, 'routes[0].name: "" is empty'],
    [{ match: { host: "a" }, service: "x" }, "routes[0].service: unknown field"],
    [{ match: { host: "a" }, mode: "bloc" }, 'routes[0].mode: "bloc" is not one of observe, monitor, block'],
    ["x", "routes[0]: must be an object, not a string"],
  ];
  for (const [route, problem] of ROWS) {
    test(`${JSON.stringify(route)} → refused, and the field is named`, () => {
      assert.deepEqual(config.check(JSON.stringify({ routes: [route] })).problems, [problem]);
    });
  }

  test("a mistake in a global setting → told once, not for every route", () => {
    const routes = [{ match: { host: "a" } }, { match: { host: "b" } }];
    assert.equal(config.check(JSON.stringify({ mode: "x", routes })).problems.length, 1);
  });
});
