import { RequestTarget } from "../../../../assembly/core/http/request-target";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const target = new RequestTarget();

// Target, path, query, inputs.
const ROWS: string[][] = [
  ["/a/b?x=1", "/a/b", "x=1", "=/a/b?x=1 =/a/b 0=a 1=b"],
  ["/", "/", "", "=/ =/"],
  ["*", "*", "", "=* =* 0=*"],
  ["/a?b?c", "/a", "b?c", "=/a?b?c =/a 0=a"],
  ["/a#b?c#d%31", "/a#b", "c#d%31", "=/a#b?c#d%31 =/a#b 0=a#b =b?c#d1"],
  ["/a#", "/a#", "", "=/a# =/a# 0=a# ="],
  [
    "/a/b;x=%31;y;/c",
    "/a/b;x=%31;y;/c",
    "",
    "=/a/b;x=%31;y;/c =/a/b;x=1;y;/c 0=a 1=b;x=1;y; 2=c =b;x=1;y;/c =b x=1 =y",
  ],
  ["/get/p='x'", "/get/p='x'", "", "=/get/p='x' =/get/p='x' 0=get 1=p='x' p='x'"],
  ["/a%20b/c,d/e@f:g", "/a%20b/c,d/e@f:g", "", "=/a%20b/c,d/e@f:g =/a b/c,d/e@f:g 0=a b 1=c,d 2=e@f:g"],
  ["/a/<b/c/<d", "/a/<b/c/<d", "", "=/a/<b/c/<d =/a/<b/c/<d 0=a 1=<b 2=c 3=<d =<b/c/<d"],
  ["/=/;/;=", "/=/;/;=", "", "=/=/;/;= =/=/;/;= 0== 1=; 2=;= ==/;/;= = ="],
  ["http://h:80/a%20b?q", "/a%20b", "q", "=http://h:80/a%20b?q =/a b 0=a b"],
  ["http://h?q", "", "q", "=http://h?q ="],
  ["host:443", "host:443", "", "=host:443 =host:443 0=host:443"],
  ["/a%2fb//%zz", "/a%2fb//%zz", "", "=/a%2fb//%zz =/a/b//%zz 0=a/b 1=%zz =a/b//%zz"],
  ["", "", "", "= ="],
];

describe("core/http/request-target RequestTarget", () => {
  test("forms", () => {
    for (let i = 0; i < ROWS.length; i++) {
      const row = ROWS[i];
      const bytes = new Bytes(row[0]);
      target.start(bytes.at, bytes.len);
      expect(String.UTF8.decodeUnsafe(target.path, target.pathLen)).toBe(row[1], "path of " + row[0]);
      expect(String.UTF8.decodeUnsafe(target.query, target.queryLen)).toBe(row[2], "query of " + row[0]);
      expect(target.push(inputs)).toBe(true, row[0]);
      expect(listing(inputs)).toBe(row[3], "inputs of " + row[0]);
    }
  });
});
