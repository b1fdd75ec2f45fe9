import { detectPrototypePollution } from "../../../../assembly/core/match/prototype-pollution";
import { detects } from "./detector-rows";

const ATTACKS: string[] = [
  "__proto__",
  "__proto__[admin]",
  "__proto__.admin",
  "a[__proto__][admin]",
  "a.__proto__.admin",
  "a.b.__proto__.c",
  '["__proto__"]["admin"]',
  "x['__proto__'].admin",
  "constructor[prototype][admin]",
  "constructor.prototype.admin",
  "a[constructor][prototype][b]",
  "a.constructor.prototype",
  '["constructor"]["prototype"]',
  '{"__proto__":{"admin":true}}',
  '{ "__proto__" : 1 }',
  '{\\"__proto__\\":{\\"admin\\":1}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  "{'__proto__': null}",
  "Object.prototype.__proto__.x = 1",
  "obj.__proto__.isAdmin=true",
  "x.constructor.prototype.isAdmin = true",
  "__pro__proto__to__",
  "__pro__proto__to__[x]",
];

const BENIGN: string[] = [
  "the __proto__ property",
  "__proto__ is deprecated, use Object.getPrototypeOf",
  "What is __proto__?",
  "see `__proto__` on MDN",
  "constructor and prototype",
  "a prototype of the constructor",
  "Foo.prototype.bar = function () {};",
  "Foo.prototype.constructor = Foo;",
  "Array.prototype.map.call(x, f)",
  "class A { constructor() { super(); } }",
  "obj.constructor === Foo",
  "obj.constructor.name",
  "if (a.constructor.prototype === b) return;",
  "prototype",
  "constructor",
  "proto",
  "_proto_",
  "__prototype__",
  "my__proto__col",
  '{"prototype":"v2","constructor":"Ferrari"}',
  '{"__typename":"User"}',
  "protocol=https",
  "prototype.js",
  "__",
  "p",
];

describe("core/match/prototype-pollution detectPrototypePollution", () => {
  test("names, paths and documents that reach a prototype", () => {
    for (let i = 0; i < ATTACKS.length; i++)
      expect(detects(ATTACKS[i], detectPrototypePollution)).toBe(true, ATTACKS[i]);
  });
  test("text about prototypes", () => {
    for (let i = 0; i < BENIGN.length; i++)
      expect(detects(BENIGN[i], detectPrototypePollution)).toBe(false, BENIGN[i]);
  });
});
